"""Throw away a forecast that was filled in but not started."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.ownership import fetch_editable
from accounts.requests import AuthenticatedHttpRequest
from forecasting.models import ForecastDraft


@require_http_methods(["GET", "HEAD", "POST"])
def delete_draft(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Ask, then throw a draft away."""
    draft = fetch_editable(ForecastDraft.objects.select_related("dataset"), request.user, pk=pk)
    if request.method != "POST":
        context = {"section": "forecasts", "draft": draft}
        template = "_delete_draft.html" if request.htmx else "delete_draft.html"
        return render(request, f"forecasting/{template}", context)
    name = draft.name
    draft.delete()
    messages.success(request, gettext("The draft %s was deleted.") % name)
    return _go_to(request, reverse("forecasting:list"))


def _go_to(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
