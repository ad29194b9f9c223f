"""`/alerts/`: the rules of a person, the one that is looked at, and what fired."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from accounts.notifying import history
from accounts.notifying.choices import mail_is_set_up
from accounts.ownership import fetch_editable, fetch_visible, require_creator
from accounts.paging import keyset_page
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset
from forecasting.alerts import charts, keeping, sections, telling
from forecasting.alerts.choices import Choices
from forecasting.alerts.forms import AlertForm
from forecasting.alerts.preview import preview
from forecasting.alerts.shown import ShownFiring, ShownRule
from forecasting.models import AlertFiring, AlertRule, PredictionTask

FIRINGS_A_PAGE: Final = 30
RECENT: Final = 8
NEWEST_FIRINGS: Final = ("-started_at", "-id")


@require_safe
def alert_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """All rules; firing ones first."""
    return render(request, "forecasting/alerts/list.html", _page(request))


@require_http_methods(["GET", "HEAD", "POST"])
def new_alert(request: AuthenticatedHttpRequest) -> HttpResponse:
    """A new rule beside the list; `?task=` or `?dataset=` says what it is about."""
    require_creator(request.user)
    if request.method == "POST":
        return _save(request, AlertRule(owner=request.user))
    return render(request, "forecasting/alerts/list.html", _page(request, _draft(request)))


@require_http_methods(["GET", "HEAD", "POST"])
def alert(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """One rule beside the list, to be read and changed."""
    if request.method == "POST":
        return _save(request, _fetch_own(request, pk))
    rule = fetch_visible(AlertRule.objects.with_things(), request.user, pk=pk)
    return render(request, "forecasting/alerts/list.html", _page(request, rule))


@require_POST
def preview_alert(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The sentence and when it would have fired, while somebody is still choosing."""
    require_creator(request.user)
    form = AlertForm(request.POST, person=request.user, instance=AlertRule(owner=request.user))
    context: dict[str, Any] = {}
    try:
        rule = form.rule()
        keeping.check(rule)
        context = {"rule": ShownRule(rule), "preview": preview(rule)}
    except Problem as problem:
        context = {"problem": problem}
    return render(request, "forecasting/alerts/_preview.html", context)


@require_POST
def alert_slots(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The same rule with the slots that fit what it is about now; nothing is saved."""
    require_creator(request.user)
    pk = request.POST.get("rule", "")
    rule = _fetch_own(request, pk) if pk else AlertRule(owner=request.user)
    before = rule.task_id
    form = AlertForm(request.POST, person=request.user, instance=rule)
    form.is_valid()  # what could be read is in the rule; the rest is still to be chosen
    _fit(rule, request.user, is_other=rule.task_id != before)
    return render(request, "forecasting/alerts/_builder.html", _page(request, rule))


@require_POST
def switch_alert(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Switch a rule on or off."""
    keeping.switch(_fetch_own(request, pk), on=request.POST.get("on") == "1", by=request.user)
    return _back(request, reverse("forecasting:alerts"))


@require_POST
def snooze_alert(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Be silent for some hours; 0 ends the silence."""
    rule = _fetch_own(request, pk)
    text = request.POST.get("hours", "")
    keeping.snooze(rule, hours=int(text) if text.isdecimal() else -1, by=request.user)
    return _back(request, rule.get_absolute_url())


@require_POST
def test_alert(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Send what a firing would look like."""
    rule = _fetch_own(request, pk)
    if telling.test(rule):
        messages.success(request, gettext("A test is on its way. The bell rings at once."))
    else:
        messages.warning(request, gettext("Nothing was sent: alerts are switched off on all ways."))
    return _back(request, rule.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def delete_alert(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Ask, then delete a rule with its history."""
    rule = _fetch_own(request, pk)
    if request.method != "POST":
        context = {"section": "forecasts", "rule": ShownRule(rule)}
        name = "_delete.html" if request.htmx else "delete.html"
        return render(request, f"forecasting/alerts/{name}", context)
    keeping.remove(rule, by=request.user)
    messages.success(request, gettext("The rule was deleted."))
    return _back(request, reverse("forecasting:alerts"))


@require_safe
def alert_history(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Everything that fired, newest first."""
    mine = AlertRule.objects.visible_to(request.user)
    firings = AlertFiring.objects.of(mine)
    page = keyset_page(firings, request, NEWEST_FIRINGS, FIRINGS_A_PAGE)
    context = _frame(request.user, "history") | {
        "page": page,
        "firings": [ShownFiring(firing) for firing in page.rows],
    }
    return render(request, "forecasting/alerts/history.html", context)


@require_safe
def alert_chart(request: AuthenticatedHttpRequest, pk: object) -> JsonResponse:
    """The forecast with the limit drawn into it."""
    rule = fetch_visible(AlertRule.objects.with_things(), request.user, pk=pk)
    return JsonResponse(charts.of_rule(rule) or {"data": [], "layout": {}})


def _save(request: AuthenticatedHttpRequest, rule: AlertRule) -> HttpResponse:
    is_new = rule._state.adding  # noqa: SLF001 - Django's own word for it
    form = AlertForm(request.POST, person=request.user, instance=rule)
    try:
        asked = form.rule()
        saved = keeping.make(asked) if is_new else keeping.change(asked, by=request.user)
    except Problem as problem:
        context = _page(request, form.instance, problem=problem)
        return render(request, "forecasting/alerts/list.html", context, status=422)
    messages.success(request, gettext("The rule is saved."))
    return _back(request, saved.get_absolute_url())


def _page(
    request: AuthenticatedHttpRequest, rule: AlertRule | None = None, problem: Problem | None = None
) -> dict[str, Any]:
    person = request.user
    rules = list(AlertRule.objects.visible_to(person).for_list())
    chosen = rule if rule is not None else next((one for one in rules if one.is_firing), None)
    chosen = chosen if chosen is not None else (rules[0] if rules else None)
    shown = ShownRule(chosen) if chosen is not None else None
    told = history.of(person, history.Filter()).filter(kind=telling.KIND)
    return (
        _frame(person, "alerts")
        | {
            "rules": [ShownRule(one) for one in rules],
            "firing": sum(one.is_firing and one.is_on for one in rules),
            "chosen": shown,
            "is_new": chosen is not None and chosen._state.adding,  # noqa: SLF001
            "choices": Choices(person, chosen) if chosen is not None else None,
            "may_edit": chosen is not None and _may_edit(person, chosen),
            "preview": _preview(chosen, problem),
            "problem": problem,
            "told": history.shown(told.order_by(*history.NEWEST)[:RECENT]),
            "mail_is_set_up": mail_is_set_up(),
        }
    )


def _preview(rule: AlertRule | None, problem: Problem | None) -> Any:
    if rule is None or problem is not None or not rule.has_thing:
        return None
    return preview(rule)


def _frame(person: User, tab: str) -> dict[str, Any]:
    return {
        "section": "forecasts",
        "tab": tab,
        "count": AlertRule.objects.visible_to(person).count(),
        "sections": sections.of(person),
    }


def _draft(request: AuthenticatedHttpRequest) -> AlertRule:
    """A rule with sensible beginnings for what the address names."""
    asked: QueryDict = request.GET
    rule = AlertRule(owner=request.user, series=asked.get("series", "")[:500])
    if asked.get("task"):
        rule.task = fetch_visible(
            PredictionTask.objects.with_jobs(), request.user, pk=asked["task"]
        )
        rule.dataset = rule.task.dataset
    elif asked.get("dataset"):
        rule.dataset = fetch_visible(Dataset.objects, request.user, pk=asked["dataset"])
        rule.kind, rule.within = AlertRule.Kind.MISSING, 2
    else:
        _about_the_newest(rule, request.user)
    kind = asked.get("kind", "")
    if kind in AlertRule.Kind.values:
        rule.kind = kind
    if rule.task is not None and rule.kind == AlertRule.Kind.FORECAST:
        rule.limit = charts.sensible_limit(rule)
        rule.level = min(rule.task.levels, default=80)
    return rule


def _fit(rule: AlertRule, person: User, *, is_other: bool) -> None:
    """Fill what another kind or another forecast needs."""
    if rule.kind == AlertRule.Kind.MISSING:
        if not rule.has_thing and rule.task is not None:
            rule.dataset = rule.task.dataset
        rule.within = rule.within or 2
        return
    if rule.task is None:
        _about_the_newest(rule, person)
    if rule.task is None:
        return
    rule.dataset = rule.task.dataset
    if rule.kind == AlertRule.Kind.FORECAST and (is_other or rule.limit is None):
        rule.series, rule.within = "", None
        rule.limit = charts.sensible_limit(rule)


def _about_the_newest(rule: AlertRule, person: User) -> None:
    task = PredictionTask.objects.for_list(person).in_state("completed").first()
    if task is not None:
        rule.task, rule.dataset = task, task.dataset


def _may_edit(person: User, rule: AlertRule) -> bool:
    if rule._state.adding:  # noqa: SLF001
        return person.can_create
    return AlertRule.objects.editable_by(person).about(rule).exists()


def _fetch_own(request: AuthenticatedHttpRequest, pk: object) -> AlertRule:
    return fetch_editable(AlertRule.objects.with_things(), request.user, pk=pk)


def _back(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
