"""Bring a forecast up to date, forecast anew, let it follow its data."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.requests import AuthenticatedHttpRequest
from forecasting.fresh import following, refitting, runs
from forecasting.views.fetching import fetch_own_task


@require_POST
def update(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Take in the newest rows without training; the new run is shown."""
    task = fetch_own_task(request, pk)
    made = following.move(task, moved_by=runs.MovedBy.ASKED)
    return _go_to(request, made.get_absolute_url())


@require_POST
def refit(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Race its models on the newest data; the new run is shown live."""
    task = fetch_own_task(request, pk)
    made = refitting.refit(task, actor=request.user)
    return _go_to(request, made.get_absolute_url())


@require_POST
def follow(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Let new rows move it, or not."""
    task = fetch_own_task(request, pk)
    on = request.POST.get("on") == "1"
    following.set_following(task, on=on, by=request.user)
    said = gettext("New rows move this forecast.") if on else gettext("New rows leave it as it is.")
    messages.success(request, said)
    return _go_to(request, task.get_absolute_url())


def _go_to(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
