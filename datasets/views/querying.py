"""The SQL editor: write, run, cancel, look at the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from redis.exceptions import RedisError

from accounts.ownership import fetch_visible
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from accounts.throttling import require_rate
from datasets.models import Query
from datasets.query.asking import Asked, ask, memory_words
from datasets.query.charts import draw
from datasets.query.kept import Kept, keep, kept
from datasets.query.layout import laid_out
from datasets.query.naming import quoted
from datasets.query.pool import pool
from datasets.query.process import MOST_ROWS
from datasets.query.statements import LONGEST
from datasets.query.tables import Tables
from datasets.query.words import QueryProblem
from datasets.views.query_result import result_context
from datasets.views.query_tables import shown_tables

_CANCEL_SECONDS: Final = 60
_TOKEN = re.compile(r"[A-Za-z0-9-]{8,64}")


@require_safe
def editor(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/data/sql/`: a new query, a saved or past one (`?query=`), or one about a dataset."""
    pool().warm()
    query = _asked_query(request, request.GET)
    sql = query.sql if query else _first_statement(request)
    context = {**_page(request), "query": query, "sql": sql}
    if query is not None and (result := kept(query)) is not None:
        context |= result_context(query, result, request.GET)
    return render(request, "datasets/sql.html", context)


@require_POST
def run(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Run what is in the editor; the answer alone when htmx asks."""
    require_rate(request, "sql")
    sql = request.POST.get("sql", "").replace("\r\n", "\n")
    saved = _asked_query(request, request.POST)
    mine = saved if saved is not None and saved.owner_id == request.user.pk else None
    context: dict[str, Any] = {"query": saved, "sql": sql}
    try:
        ran = ask(request.user, Asked(sql, first_only=True, saved=mine), _cancelled(request))
    except QueryProblem as problem:
        return _answer(request, {**context, "problem": problem})
    # A saved query that was changed goes on being that query; what ran is in the history.
    query = saved if saved is not None and saved.name else ran.query
    context |= {"query": query, "problem": ran.later, "later": ran.answer.later}
    response = _answer(request, {**context, **result_context(ran.query, keep(ran), QueryDict())})
    response["HX-Push-Url"] = f"{reverse('datasets:sql')}?query={query.pk}"
    return response


@require_POST
def cancel(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Ask for the end of a statement that runs; whichever process runs it will see."""
    cache.set(_cancel_key(request, request.POST.get("run", "")), 1, _CANCEL_SECONDS)
    return HttpResponse(status=204)


@require_POST
def tidy(request: AuthenticatedHttpRequest) -> JsonResponse:
    """The statement set out for reading, as JSON."""
    sql = request.POST.get("sql", "")
    if len(sql) > LONGEST:
        raise Problem(
            gettext("The text is longer than %(largest)s characters.") % {"largest": f"{LONGEST:,}"}
        )
    return JsonResponse({"sql": laid_out(sql)})


@require_safe
def tables(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The tree of tables and columns, searched."""
    search = request.GET.get("q", "").strip()
    context = {"tables": shown_tables(request.user, search), "text": search}
    return render(request, "datasets/_sql_tables.html", context)


@require_safe
def result(request: AuthenticatedHttpRequest, pk: str) -> HttpResponse:
    """The kept result of a query: another page, another chart."""
    query = fetch_visible(Query.objects, request.user, pk=pk)
    context = {"query": query, **result_context(query, _kept(query), request.GET)}
    return render(request, "datasets/_sql_result.html", context)


@require_safe
def figure(request: AuthenticatedHttpRequest, pk: str) -> JsonResponse:
    """The chart of a kept result: `?x=&y=&form=`."""
    found = _kept(fetch_visible(Query.objects, request.user, pk=pk))
    drawing = draw(found, request.GET)
    if drawing is None:
        raise Problem(gettext("A chart needs two rows and a column of numbers."), code="no_numbers")
    return JsonResponse(drawing.figure)


def _kept(query: Query) -> Kept:
    found = kept(query)
    if found is None:
        raise Problem(
            gettext("This result is no longer kept. Run the statement again."), code="result_gone"
        )
    return found


def _answer(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> HttpResponse:
    if request.htmx:
        return render(request, "datasets/_sql_answer.html", context)
    return render(request, "datasets/sql.html", {**_page(request), **context})


def _page(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    names = Tables(request.user)
    return {
        "section": "data",
        "tables": shown_tables(request.user),
        "table_count": len(names.all),
        "seconds": settings.SQL_SECONDS,
        "memory": memory_words(),
        "most_rows": MOST_ROWS,
        "longest": LONGEST,
        "text": "",
    }


def _asked_query(request: AuthenticatedHttpRequest, said: QueryDict) -> Query | None:
    key = said.get("query", "")
    return fetch_visible(Query.objects, request.user, pk=key) if key else None


def _first_statement(request: AuthenticatedHttpRequest) -> str:
    """A statement to begin with: the rows of the dataset a person comes from."""
    tables = Tables(request.user)
    asked = request.GET.get("dataset", "")
    name = tables.name_of(_uuid(asked)) if asked else ""
    name = name or (tables.all[0].name if tables.all else "")
    return f"SELECT *\nFROM {quoted(name)}\nLIMIT 100\n" if name else ""


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _cancelled(request: AuthenticatedHttpRequest) -> Callable[[], bool]:
    """Looks for a Cancel of this run, in the cache that all processes share."""
    key = _cancel_key(request, request.POST.get("run", ""))

    def look() -> bool:
        try:
            return bool(cache.get(key))
        except RedisError:
            return False

    return look


def _cancel_key(request: AuthenticatedHttpRequest, token: str) -> str:
    safe = token if _TOKEN.fullmatch(token) else "none-given"
    return f"sql-cancel:{request.user.pk}:{safe}"
