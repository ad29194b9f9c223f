"""Run a statement for a person: the one way in for the page, the API and everything above."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.models.user import User
from accounts.problems import TooBusy
from datasets.models import Query
from datasets.query.pool import Busy, pool
from datasets.query.process import MOST_BYTES, MOST_ROWS, Answer, Question
from datasets.query.refusals import Refused
from datasets.query.tables import Tables, Used
from datasets.query.words import QueryProblem, problem_from, second_statement

# Statements of one person that are remembered without having been saved.
REMEMBERED = 200
_KEPT_TEXT = 100_000


@dataclass(frozen=True)
class Ran:
    """How a statement went: its row in the history, its rows, what it read."""

    query: Query
    answer: Answer
    used: list[Used]

    @property
    def rows_read(self) -> int:
        """Rows of the tables it named."""
        return sum(table.version.row_count for table in self.used)

    @property
    def later(self) -> QueryProblem | None:
        """What is to be said of a second statement, which did not run."""
        return second_statement(self.answer.later) if self.answer.later else None


@dataclass(frozen=True)
class Asked:
    """A statement as it was asked for."""

    sql: str
    # Only these datasets; None: all that the person may read.
    only: Sequence[UUID] | None = None
    # Run the first of several statements instead of refusing them all.
    first_only: bool = False
    rows: int = MOST_ROWS
    size: int = MOST_BYTES
    saved: Query | None = None


def never() -> bool:
    """Nobody cancels."""
    return False


def ask(user: User, asked: Asked, should_stop: Callable[[], bool] = never) -> Ran:
    """Run it; QueryProblem says why it was not run, TooBusy that it must wait."""
    tables = Tables(user, asked.only)
    used: list[Used] = []
    question = Question(
        sql=asked.sql,
        tables=lambda names: tables.order(names, used),
        should_stop=should_stop,
        seconds=float(settings.SQL_SECONDS),
        first_only=asked.first_only,
        rows=min(asked.rows, MOST_ROWS),
        size=asked.size,
    )
    try:
        answer = pool().ask(user.pk, question)
    except Busy as busy:
        raise too_busy(busy) from busy
    except Refused as refused:
        problem = problem_from(refused, memory=memory_words())
        remember(user, asked, error=problem.message_with_hint)
        _record(user, used, outcome=problem.code)
        raise problem from refused
    query = remember(user, asked, rows=rows_of(answer), seconds=answer.seconds)
    _record(user, used, outcome="ok", rows=query.rows, seconds=round(answer.seconds, 3))
    return Ran(query, answer, used)


def rows_of(answer: Answer) -> int:
    """How many rows the result has, or at least has."""
    return answer.total if answer.total is not None else len(answer.rows)


def memory_words() -> str:
    """`512 MB`: what a statement may use of memory for its data."""
    return gettext("%(count)s MB") % {"count": settings.SQL_MEMORY_BYTES // 2 // 1024**2}


def too_busy(busy: Busy) -> TooBusy:
    """The refusal for lack of a place."""
    return TooBusy(
        gettext("All places for SQL are taken. Try again in %(seconds)s s.")
        % {"seconds": busy.retry_after},
        retry_after=busy.retry_after,
    )


def remember(
    user: User,
    asked: Asked,
    *,
    rows: int | None = None,
    seconds: float | None = None,
    error: str = "",
) -> Query:
    """Write down how it went: on the saved query it was, else in the history."""
    text = asked.sql[:_KEPT_TEXT].replace("\x00", "")
    run = {"rows": rows, "seconds": seconds, "error": error, "ran_at": timezone.now()}
    mine = Query.objects.owned_by(user)
    row: Query | None = asked.saved
    if row is None or row.sql != text:
        row = mine.filter(name="").order_by("-updated_at").first()
    if row is None or row.sql != text:
        row = Query.objects.create(owner=user, sql=text, **run)
        _forget(user)
        return row
    for name, value in run.items():
        setattr(row, name, value)
    row.save(update_fields=[*run, "updated_at"])
    return row


def _forget(user: User) -> None:
    old = Query.objects.owned_by(user).filter(name="").order_by("-updated_at")
    beyond = list(old.values_list("pk", flat=True)[REMEMBERED : REMEMBERED + 50])
    if beyond:
        Query.objects.filter(pk__in=beyond).delete()


def _record(
    user: User, used: Sequence[Used], *, outcome: str, **facts: int | float | str | None
) -> None:
    """Who asked what was read, and how it ended: neither the text nor any value."""
    read = [f"{table.version.dataset_id} v{table.version.number}" for table in used]
    audit.record(user, "sql.run", None, datasets=read, outcome=outcome, **facts)
