"""Watch a line of models: how its champion does, its rule, a challenger."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.ownership import fetch_editable, fetch_visible
from accounts.problems import Conflict
from accounts.requests import AuthenticatedHttpRequest
from forecasting.models import ModelLine, ModelWatch
from forecasting.watching import challenging, looking, watch_jobs
from forecasting.watching.forms import WatchForm
from forecasting.watching.shown_watch import ShownWatch


@require_safe
def card(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The accuracy over time of a line, as a card or as a page; `?span=30` days back."""
    line = fetch_visible(ModelLine.objects.with_aliases(), request.user, pk=pk)
    return render(request, _template(request, "accuracy"), _context(request, line))


@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """When challengers are trained and promoted."""
    line = _own_line(request, pk)
    watch = watch_jobs.watch_of(line)
    is_sent = request.method == "POST"
    form = WatchForm(request.POST if is_sent else None, initial=WatchForm.filled(watch))
    if is_sent and form.is_valid():
        form.save(watch, person=request.user)
        messages.success(request, gettext("Saved."))
        return _back(request, line)
    context = _context(request, line) | {"form": form}
    status = 422 if form.errors and not request.htmx else 200
    return render(request, _template(request, "rule"), context, status=status)


@require_POST
def look(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Look now."""
    line = _own_line(request, pk)
    watch = watch_jobs.watch_of(line)
    if watch_jobs.start_look(watch) is None:
        raise Conflict(looking.no_champion(watch))
    return _back(request, line)


@require_POST
def challenge(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Train a challenger on the newest rows."""
    line = _own_line(request, pk)
    watch = ModelWatch.objects.for_judging().get(pk=watch_jobs.watch_of(line).pk)
    challenging.start(watch, why=challenging.Why.HAND, actor=request.user)
    messages.success(request, gettext("A challenger is being trained."))
    return _back(request, line)


def _own_line(request: AuthenticatedHttpRequest, pk: object) -> ModelLine:
    return fetch_editable(ModelLine.objects.with_aliases(), request.user, pk=pk)


def _context(request: AuthenticatedHttpRequest, line: ModelLine) -> dict[str, Any]:
    found = ModelWatch.objects.for_judging().filter(line=line).first()
    # Looking at a line changes nothing: the watch is made by the first rows that come.
    watch = found or ModelWatch(line=line)
    return {
        "section": "models",
        "line": line,
        "watch": watch,
        "shown": ShownWatch(watch, request.GET.get("span", "")),
        "can_edit": ModelLine.objects.editable_by(request.user).filter(pk=line.pk).exists(),
        "is_owner": line.owner_id == request.user.pk,
    }


def _template(request: AuthenticatedHttpRequest, name: str) -> str:
    return f"forecasting/watching/{'_' if request.htmx else ''}{name}.html"


def _back(request: AuthenticatedHttpRequest, line: ModelLine) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRefresh()
    return redirect(line.champion or line)
