"""The What if tab: try changes out, keep them, delete them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.ownership import fetch_editable, fetch_visible
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from forecasting import live
from forecasting.models import PredictionTask, Scenario
from forecasting.scenarios import keeping
from forecasting.scenarios.changes import Change
from forecasting.scenarios.shown import ShownWhatIf
from forecasting.views.fetching import fetch_own_task, fetch_task, shown_as_asked


@require_safe
def whatif(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Sliders, the chart, and what was kept, side by side."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    asked = ShownWhatIf(shown, _opened(request, request.GET, task))
    context = live.parts(task, request.user, shown, "whatif") | {"whatif": asked}
    return render(
        request, "forecasting/scenarios/page.html", context | _outcome(asked, asked.opened_changes)
    )


@require_safe
def card(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """A few sliders beside the result; nothing where no model can be asked again."""
    task = fetch_task(request, pk)
    shown = shown_as_asked(task, request)
    try:
        asked = ShownWhatIf(shown)
        found = _outcome(asked, [])
    except Problem:
        return HttpResponse()
    context = {"task": task, "shown": shown, "whatif": asked} | found
    return render(request, "forecasting/scenarios/_card.html", context)


@require_POST
def outcome(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The part of the page that follows the sliders."""
    task = fetch_task(request, pk)
    asked = ShownWhatIf(shown_as_asked(task, request))
    try:
        found = _outcome(asked, asked.asked(request.POST))
    except Problem as problem:
        found = {"problem": problem}
    context = {"task": task, "whatif": asked} | found
    return render(request, "forecasting/scenarios/_outcome.html", context)


@require_POST
def keep(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Keep what the sliders say under a name; one that was opened is replaced under its own."""
    task = fetch_own_task(request, pk)
    shown = shown_as_asked(task, request)
    asked = ShownWhatIf(shown)
    changes = asked.asked(request.POST)
    name = request.POST.get("name", "")
    row = _opened(request, request.POST, task)
    if row is not None and row.task_id == task.pk and row.name == keeping.named(name):
        keeping.replace(row, asked.result, shown.series, changes)
    else:
        row = keeping.keep(
            task, asked.result, shown.series, changes, name=name, author=request.user
        )
    messages.success(request, gettext("The scenario %s was saved.") % row.name)
    return _back(request, task.pk, shown.query)


@require_POST
def delete(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Throw a scenario away."""
    row = fetch_editable(Scenario.objects.for_list().select_related("task"), request.user, pk=pk)
    audit.record(request.user, "scenario.deleted", row.task, name=row.name)
    row.delete()
    messages.success(request, gettext("The scenario %s was deleted.") % row.name)
    return _back(request, row.task_id, "")


def _opened(
    request: AuthenticatedHttpRequest, said: QueryDict, task: PredictionTask
) -> Scenario | None:
    """The kept scenario that is looked at, of this run or an earlier one; 404 where it is gone."""
    if not (key := said.get("scenario")):
        return None
    rows = Scenario.objects.for_list().select_related("task")
    runs = PredictionTask.objects.runs_of(task).values("pk")
    return fetch_visible(rows, request.user, pk=key, task__in=runs)


def _outcome(asked: ShownWhatIf, changes: Sequence[Change]) -> dict[str, Any]:
    """Both lines, or why there is none."""
    try:
        found = asked.outcome(changes)
    except Problem as problem:
        return {"problem": problem}
    return {
        "facts": asked.facts(found),
        "figure_json": asked.figure_json(found),
        "is_changed": bool(changes),
        "said": asked.in_words(changes),
    }


def _back(request: AuthenticatedHttpRequest, pk: object, query: str) -> HttpResponse:
    address = reverse("forecasting:whatif", args=[pk]) + query
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
