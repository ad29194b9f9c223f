"""Promote, roll back, lend, describe and delete models."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.ownership import fetch_editable, require_creator
from accounts.problems import Conflict, NotAllowed
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Dataset
from forecasting.forms import dataset_choices, ready_dataset
from forecasting.models import Alias, ModelLine, ModelVersion, TrainedModel
from forecasting.refusals import ForecastProblem
from forecasting.registry import cards, promoting, removing, using
from forecasting.registry.fitting_data import Shape, why_not
from forecasting.registry.forms import DescribeForm
from forecasting.registry.lending import lend
from forecasting.registry.reusing import Reuse
from forecasting.registry.shown import ShownModel
from forecasting.views.model_cards import fetch_model

MOST_CHECKED: Final = 50


@require_POST
def promote(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Make this version the champion, or with `alias=challenger` the challenger."""
    row = fetch_editable(TrainedModel.objects.for_registry(), request.user, pk=pk)
    version = _version(row)
    alias = request.POST.get("alias", Alias.CHAMPION)
    if alias not in Alias.values:
        raise Conflict(gettext("A version can be champion or challenger. Choose one of them."))
    promoting.promote(version, alias=alias, actor=request.user)
    words = {"line": version.line.name, "number": version.number}
    said = (
        gettext("%(line)s v%(number)s is the champion now.")
        if alias == Alias.CHAMPION
        else gettext("%(line)s v%(number)s challenges the champion now.")
    )
    messages.success(request, said % words)
    return _back(request, row.get_absolute_url())


@require_POST
def roll_back(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Let the champion before return."""
    line = fetch_editable(ModelLine.objects.with_aliases(), request.user, pk=pk)
    moved = promoting.roll_back(line, actor=request.user)
    words = {"line": line.name, "number": moved.number}
    messages.success(request, gettext("%(line)s is back at v%(number)s.") % words)
    return _back(request, line.get_absolute_url())


@require_POST
def withdraw(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Let nobody challenge the champion."""
    line = fetch_editable(ModelLine.objects.with_aliases(), request.user, pk=pk)
    promoting.withdraw(line, actor=request.user)
    messages.success(request, gettext("%s has no challenger now.") % line.name)
    return _back(request, line.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Name the line, and say in own words what is worth knowing of this version."""
    row = fetch_editable(TrainedModel.objects.for_registry(), request.user, pk=pk)
    version = _version(row)
    form = DescribeForm(
        request.POST or None, initial={"name": version.line.name, "notes": version.notes}
    )
    if request.method == "POST" and form.is_valid():
        version.line.name = form.cleaned_data["name"]
        version.line.save(update_fields=["name", "updated_at"])
        cards.describe(row, {"notes": form.cleaned_data["notes"]})
        messages.success(request, gettext("Saved."))
        return _back(request, row.get_absolute_url())
    context = {"section": "models", "row": row, "version": version, "form": form}
    template = "_describe.html" if request.htmx else "describe.html"
    status = 422 if form.errors and not request.htmx else 200
    return render(request, f"forecasting/models/{template}", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Ask, then delete a model that nothing uses. Only its owner may."""
    row = fetch_model(request, pk)
    if row.owner_id != request.user.pk or not request.user.can_create:
        raise NotAllowed(gettext("Only its owner can delete this model. Ask them to do it."))
    if request.method != "POST":
        context = {
            "section": "models",
            "row": row,
            "shown": ShownModel(row),
            "kept": removing.why_kept(row, request.user),
            "uses": using.of_model(row, request.user),
        }
        template = "_delete.html" if request.htmx else "delete.html"
        return render(request, f"forecasting/models/{template}", context)
    name = row.name
    removing.delete_model(row, actor=request.user)
    messages.success(request, gettext("%s was deleted.") % name)
    return _go(request, reverse("forecasting:models"))


@require_http_methods(["GET", "HEAD", "POST"])
def use(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Use the model on other data: choose a dataset that fits; POST starts it."""
    require_creator(request.user)
    row = fetch_model(request, pk)
    problem = ""
    if request.method == "POST":
        try:
            task = lend(_asked_reuse(request, row), owner=request.user)
        except ForecastProblem as refusal:
            problem = str(refusal.message)
        else:
            return _go(request, task.get_absolute_url())
    context = {
        "section": "models",
        "row": row,
        "shown": ShownModel(row),
        "problem": problem,
    } | _choices(request, row)
    status = 422 if problem and not request.htmx else 200
    return render(request, "forecasting/models/use.html", context, status=status)


def _asked_reuse(request: AuthenticatedHttpRequest, row: TrainedModel) -> Reuse:
    wanted = request.POST.get("dataset", "")
    if not wanted:
        raise ForecastProblem(gettext("Choose a dataset."), field="dataset")
    targets = [key for key in request.POST.getlist("targets") if key]
    return Reuse(row, ready_dataset(request.user, wanted), targets=targets)


def _choices(request: AuthenticatedHttpRequest, row: TrainedModel) -> dict[str, Any]:
    """Datasets with the reason why each cannot be used, those that can first."""
    recipe = row.registered.recipe if hasattr(row, "registered") else {}
    try:
        shape = Shape.of(row, recipe)
    except ForecastProblem as refusal:
        return {"choices": [], "shape_problem": str(refusal.message)}
    checked = []
    for choice in dataset_choices(request.user)[:MOST_CHECKED]:
        dataset: Dataset = ready_dataset(request.user, str(choice.pk))
        checked.append({"dataset": dataset, "why_not": why_not(shape, dataset, recipe)})
    checked.sort(key=lambda one: bool(one["why_not"]))
    return {"choices": checked, "shape": shape, "asked": request.POST.get("dataset", "")}


def _version(row: TrainedModel) -> ModelVersion:
    found: ModelVersion | None = getattr(row, "registered", None)
    if found is None:
        raise Conflict(gettext("This model is no version yet: its training did not end."))
    return found


def _back(request: AuthenticatedHttpRequest, usual: str) -> HttpResponse:
    """To the page that was left, if it is one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return _go(request, wanted if wanted and is_ours else usual)


def _go(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
