"""`/schedules/`: what runs by itself, when it runs next, how it went."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.ownership import fetch_editable, fetch_visible, require_creator
from accounts.paging import keyset_page
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from forecasting.alerts import sections
from forecasting.forms import first_problem
from forecasting.fresh import scheduling, words
from forecasting.fresh.forms import ScheduleForm, usual
from forecasting.fresh.ordering import Order
from forecasting.fresh.shown import ShownSchedule
from forecasting.models import AlertRule, PredictionTask, Schedule

PAGE_SIZE: Final = 50
ON_CARD: Final = 8
CHOICES: Final = 200


@require_safe
def schedule_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """All schedules this person may see, those of `?q=`, sorted by `?sort=`."""
    text, order = request.GET.get("q", "").strip(), Order.asked(request.GET.get("sort", ""))
    found = Schedule.objects.for_list(request.user).search(text)
    page = keyset_page(found, request, order.fields, size=PAGE_SIZE)
    context = _frame(request) | {
        "rows": _shown(page.rows),
        "page": page,
        "text": text,
        "sort": request.GET.get("sort", ""),
        "heads": order.heads(request.GET),
    }
    only_table = request.htmx.target == "schedule-table"
    template = "_table.html" if only_table else "list.html"
    return render(request, f"forecasting/schedules/{template}", context)


@require_safe
def schedule_card(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The next ones, below the alert rules."""
    rows = list(Schedule.objects.for_list(request.user)[: ON_CARD + 1])
    context = _frame(request) | {"rows": _shown(rows[:ON_CARD]), "has_more": len(rows) > ON_CARD}
    return render(request, "forecasting/schedules/_card.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_schedule(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A new schedule; `?forecast=` says of what."""
    require_creator(request.user)
    asked = request.POST.get("forecast") or request.GET.get("forecast") or ""
    chosen = None
    if asked:
        chosen = fetch_editable(PredictionTask.objects.with_jobs(), request.user, pk=asked)
    return _edit(request, usual(chosen, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """One schedule, to be read and changed."""
    if request.method == "POST":
        return _edit(request, _fetch_own(request, pk))
    rows = Schedule.objects.with_things()
    return _edit(request, fetch_visible(rows, request.user, pk=pk))


@require_POST
def switch_schedule(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Pause it, or let it go on."""
    row = _fetch_own(request, pk)
    scheduling.switch(row, on=request.POST.get("on") == "1", by=request.user)
    return _back(request, reverse("forecasting:schedules"))


@require_POST
def run_schedule(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Do now what it does."""
    made = scheduling.run_now(_fetch_own(request, pk), by=request.user)
    return _back(request, made.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def delete_schedule(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Ask, then forget it."""
    row = _fetch_own(request, pk)
    if request.method != "POST":
        context = _frame(request) | {"row": ShownSchedule(row)}
        name = "_delete.html" if request.htmx else "delete.html"
        return render(request, f"forecasting/schedules/{name}", context)
    scheduling.remove(row, by=request.user)
    messages.success(request, gettext("The schedule was deleted."))
    return _back(request, reverse("forecasting:schedules"))


def _edit(request: AuthenticatedHttpRequest, row: Schedule) -> HttpResponse:
    """The form of a new or a known schedule; what makes no sense is said above it."""
    is_new, problem = row.created_at is None, None
    if request.method == "POST":
        given = request.POST.dict() | ({} if is_new else {"is_on": row.is_on})
        form = ScheduleForm(given, person=request.user, instance=row)
        try:
            if not form.is_valid():
                raise first_problem(form)
            save = scheduling.make if is_new else scheduling.change
            save(form.save(commit=False), by=request.user)
        except Problem as refused:
            problem = refused
        else:
            messages.success(request, _saved(row))
            return _back(request, reverse("forecasting:schedules"))
    context = _frame(request) | _choices(request, row) | {"is_new": is_new, "problem": problem}
    template = "forecasting/schedules/edit.html"
    return render(request, template, context, status=422 if problem else 200)


def _choices(request: AuthenticatedHttpRequest, row: Schedule) -> dict[str, Any]:
    editable = PredictionTask.objects.editable_by(request.user)
    tasks = editable.newest().with_answer().select_related("dataset").order_by("-created_at")
    asked = getattr(row, "forecast_id", None)
    return {
        "row": ShownSchedule(row),
        "tasks": tasks[:CHOICES],
        "weekdays": list(enumerate(words.ON_DAYS)),
        "days": range(1, 29),
        "zones": words.zones(),
        "may_edit": request.user.can_create and (not asked or editable.filter(pk=asked).exists()),
    }


def _saved(row: Schedule) -> str:
    told = {"when": words.when(row), "next": words.upcoming(row)}
    if not row.is_on or not row.is_timed:
        return gettext("Saved: %(when)s.") % told
    return gettext("Saved: %(when)s. Next run %(next)s.") % told


def _frame(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    return {
        "section": "forecasts",
        "tab": "schedules",
        "sections": sections.of(request.user),
        "count": AlertRule.objects.visible_to(request.user).count(),
        "zone": timezone.get_current_timezone_name(),
    }


def _shown(rows: list[Schedule]) -> list[ShownSchedule]:
    return [ShownSchedule(row) for row in rows]


def _fetch_own(request: AuthenticatedHttpRequest, pk: object) -> Schedule:
    return fetch_editable(Schedule.objects.with_things(), request.user, pk=pk)


def _back(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
