"""What a person wants to hear of, on which way, and how it went."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Delivery, Webhook
from accounts.notification_forms import QuietHoursForm, WebhookForm
from accounts.notifying import delivering, history, testing, webhooks
from accounts.notifying.choices import all_ways, choose, mail_is_set_up, quiet_hours_of
from accounts.notifying.kinds import CHANNELS, chosen_kinds
from accounts.notifying.signing import REPLAY_SECONDS
from accounts.paging import keyset_page
from accounts.problems import Problem
from accounts.requests import AuthenticatedHttpRequest

HISTORY: Final = 20
PAGE: Final = "accounts/notification_settings.html"


@never_cache
@require_GET
def notification_settings(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/account/notifications/`."""
    return render(request, PAGE, _page(request))


@require_POST
def save_choices(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Save the table; htmx sends it on each change. What is not ticked is off."""
    wanted = {
        kind.name: {channel: f"{kind.name}:{channel}" in request.POST for channel in CHANNELS}
        for kind in chosen_kinds()
    }
    choose(request.user, wanted)
    return _done(request, "accounts/_notification_choices.html")


@require_POST
def save_quiet_hours(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Save when e-mail and webhooks wait."""
    form = QuietHoursForm(request.POST, instance=quiet_hours_of(request.user))
    if not form.is_valid():
        return _part(request, "accounts/_quiet_hours.html", status=422, quiet_form=form)
    form.save()
    return _done(request, "accounts/_quiet_hours.html", is_saved=True)


@require_POST
def test_mail(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Send a test mail now and say how it went."""
    return _tested(request, testing.test_mail(request.user), "accounts/_mail_test.html")


@never_cache
@require_POST
def add_webhook(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Add a webhook and show its secret this once."""
    form = WebhookForm(request.POST)
    if form.is_valid():
        try:
            hook, secret = webhooks.add(request.user, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field or None, str(problem))
        else:
            return _part(request, "accounts/_webhooks.html", new_hook=hook, secret=secret)
    return _part(request, "accounts/_webhooks.html", status=422, hook_form=form)


@require_POST
def switch_webhook(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Switch it on or off."""
    webhooks.change(_hook(request, pk), is_active=request.POST.get("on", "") == "1")
    return _done(request, "accounts/_webhooks.html")


@never_cache
@require_POST
def rotate_webhook(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Show a new secret once; the old one counts for another day."""
    hook = _hook(request, pk)
    secret = webhooks.rotate(hook)
    return _part(request, "accounts/_webhooks.html", new_hook=hook, secret=secret)


@require_POST
def test_webhook(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Send a signed test there now and say how it went."""
    return _tested(request, testing.test_webhook(_hook(request, pk)), "accounts/_webhooks.html")


@require_POST
def remove_webhook(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Forget it."""
    webhooks.remove(_hook(request, pk))
    return _done(request, "accounts/_webhooks.html")


@require_POST
def retry_delivery(request: AuthenticatedHttpRequest, pk: UUID) -> HttpResponse:
    """Try again what was given up."""
    delivery = get_object_or_404(Delivery.objects.of(request.user), pk=pk)
    delivering.try_again(delivery)
    return _done(request, "accounts/_deliveries.html")


def _page(request: AuthenticatedHttpRequest, **more: Any) -> dict[str, Any]:
    person = request.user
    chosen = _filter(request)
    page = keyset_page(history.of(person, chosen), request, history.NEWEST, HISTORY)
    return {
        "section": "account",
        "choices": all_ways(person),
        "quiet_form": QuietHoursForm(instance=quiet_hours_of(person)),
        "mail_is_set_up": mail_is_set_up(),
        "hooks": list(Webhook.objects.of(person)),
        "hook_form": WebhookForm(),
        "replay_minutes": REPLAY_SECONDS // 60,
        "history": chosen,
        "delivery_ways": history.WAYS,
        "delivery_states": history.STATES,
        "deliveries": page,
        "told": history.shown(page.rows),
        **more,
    }


def _filter(request: AuthenticatedHttpRequest) -> history.Filter:
    given = request.POST if request.method == "POST" else request.GET
    return history.Filter.asked(given.get("way", ""), given.get("state", ""))


def _part(
    request: AuthenticatedHttpRequest, template: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    """One card for htmx, the whole page for a plain form."""
    name = template if request.htmx else PAGE
    return render(request, name, _page(request, **more), status=status)


def _done(request: AuthenticatedHttpRequest, template: str, **more: Any) -> HttpResponse:
    if request.htmx:
        return _part(request, template, **more)
    return redirect("accounts:notification_settings")


def _tested(request: AuthenticatedHttpRequest, delivery: Delivery, template: str) -> HttpResponse:
    is_sent = delivery.state == Delivery.State.SENT
    said = gettext("It arrived: %(answer)s") if is_sent else gettext("Not sent. %(answer)s")
    words = {"answer": delivery.answer}
    answer = _part(request, template, tested=delivery, test_said=said % words, test_ok=is_sent)
    answer.headers["HX-Trigger"] = "deliveries-changed"
    return answer


def _hook(request: AuthenticatedHttpRequest, pk: UUID) -> Webhook:
    return get_object_or_404(Webhook.objects.of(request.user), pk=pk)


@never_cache
@require_GET
def deliveries(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The history as a fragment, after something was sent."""
    return render(request, "accounts/_deliveries.html", _page(request))
