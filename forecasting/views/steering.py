"""Stop, finish, rename and delete a forecast."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts import audit
from accounts.problems import NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from forecasting import starting
from forecasting.forms import RenameForm
from forecasting.models import PredictionTask
from forecasting.registry import using
from forecasting.views.fetching import fetch_own_task, fetch_task


@require_POST
def cancel(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Stop the work; what was found so far stays."""
    task = fetch_own_task(request, pk)
    starting.cancel(task)
    return _go_to(request, _tab_of(request, task))


@require_POST
def finish(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """End training and keep the best answer so far."""
    task = fetch_own_task(request, pk)
    starting.finish(task)
    return _go_to(request, _tab_of(request, task))


@require_POST
def stop(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Let the race go on without one model; its row says so within a second."""
    task = fetch_own_task(request, pk)
    starting.stop_model(task, request.POST.get("model", ""))
    return HttpResponse(status=204) if request.htmx else redirect(task.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Give it another name, in a dialog or on a page of its own."""
    task = fetch_own_task(request, pk)
    form = RenameForm(request.POST or None, instance=task)
    if request.method == "POST" and form.is_valid():
        PredictionTask.objects.rename(task, form.cleaned_data["name"])
        messages.success(request, gettext("Saved. The forecast is now called %s.") % task.name)
        return _go_to(request, task.get_absolute_url())
    context = {"section": "forecasts", "task": task, "form": form}
    template = "forecasting/_rename.html" if request.htmx else "forecasting/rename.html"
    status = 422 if form.errors and not request.htmx else 200
    return render(request, template, context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Ask, then delete the forecast with its models. Only its owner may."""
    task = fetch_task(request, pk)
    if task.owner_id != request.user.pk or not request.user.can_create:
        raise NotAllowed(gettext("Only its owner can delete this forecast. Ask them to do it."))
    if request.method != "POST":
        context = {
            "section": "forecasts",
            "task": task,
            "models": task.results.count(),
            "uses": using.of_forecast(task, request.user),
        }
        template = "forecasting/_delete.html" if request.htmx else "forecasting/delete.html"
        return render(request, template, context)
    name = task.name
    audit.record(request.user, "forecast.deleted", task, name=name)
    starting.delete(task)
    messages.success(request, gettext("%s was deleted with its models.") % name)
    return _go_to(request, reverse("forecasting:list"))


def _go_to(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _tab_of(request: AuthenticatedHttpRequest, task: PredictionTask) -> str:
    """The tab of the forecast that somebody looks at, as it is narrowed down."""
    usual = task.get_absolute_url()
    here = (request.htmx.current_url_abs_path or "") if request.htmx else ""
    return here if here.startswith(usual) else usual
