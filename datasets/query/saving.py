"""Queries that people keep under a name, and those that are only remembered."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from accounts.models.user import User
from datasets import storage
from datasets.models import Query
from datasets.problems import DatasetProblem
from datasets.query.kept import folder
from datasets.query.statements import LONGEST

_LISTED = 400


def save(user: User, row: Query | None, *, sql: str, name: str) -> Query:
    """Keep a statement under a name: one that ran gets the name, a saved one the new text."""
    clean = " ".join(name.split())[:200]
    if not clean:
        raise DatasetProblem(
            gettext("Give the query a name, such as Peak load by month."),
            code="empty_name",
            field="name",
        )
    if not sql.strip():
        raise DatasetProblem(
            gettext("There is no statement to save. Write one first."), code="empty", field="sql"
        )
    if len(sql) > LONGEST:
        raise DatasetProblem(
            gettext("The text is longer than %(largest)s characters.")
            % {"largest": f"{LONGEST:,}"},
            code="too_long",
            field="sql",
        )
    if row is None or (not row.name and row.sql != sql):
        # What ran stays in the history as it was, with its result.
        return Query.objects.create(owner=user, name=clean, sql=sql)
    changed = row.sql != sql
    row.name, row.sql = clean, sql
    if changed:
        # How the old text ran says nothing about the new one.
        row.rows = row.seconds = row.ran_at = None
        row.error = ""
    row.save()
    return row


def search(user: User, text: str) -> list[Query]:
    """A person's queries, the newest first, whose name or text holds every word."""
    found = Query.objects.owned_by(user).order_by("-updated_at", "-id")
    return list(searched(found, text)[:_LISTED])


def searched(found: QuerySet[Query], text: str) -> QuerySet[Query]:
    """Those whose name or text holds every word."""
    for word in text.split()[:8]:
        found = found.filter(Q(name__icontains=word) | Q(sql__icontains=word))
    return found


def forget(query: Query) -> None:
    """Remove a query with its result and files."""
    prefix = folder(query)
    query.delete()
    storage.delete_tree(prefix)
