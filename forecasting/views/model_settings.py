"""The dialog in which the settings of one model of a race are changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from accounts.ownership import require_creator
from accounts.requests import AuthenticatedHttpRequest
from forecasting.choosing import filled
from forecasting.choosing import model_settings as choices
from forecasting.choosing.model_settings import Setting
from forecasting.engine.errors import EngineError
from forecasting.models.trained_model import name_label
from forecasting.refusals import ForecastProblem, problem_from


@dataclass(frozen=True)
class Filled:
    """A setting with what stands in its field."""

    setting: Setting
    value: Any

    @property
    def text(self) -> str:
        """As an input shows it."""
        if isinstance(self.value, list | tuple):
            return ", ".join(str(one) for one in self.value)
        if isinstance(self.value, float):
            return f"{self.value:.12g}"
        return str(self.value)

    @property
    def is_on(self) -> bool:
        """Is a box ticked?"""
        return self.value is True or str(self.value) in {"true", "on", "True"}

    @property
    def usual(self) -> str:
        """What stands there if nobody changes it."""
        return Filled(self.setting, self.setting.usual).text


@require_http_methods(["GET", "HEAD", "POST"])
def model_settings(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the settings of `?model=&type=`; POST checks them and gives them to the page."""
    require_creator(request.user)
    given = request.POST if request.method == "POST" else request.GET
    name, kind = given.get("model", ""), given.get("type", "") or given.get("model", "")
    try:
        listed = choices.settings_of(kind)
    except EngineError as error:
        raise problem_from(error, "models") from error
    edits = filled.settings_in(given)
    values, problem = edits.get(name, {}), ""
    if request.method == "POST" and "usual" in given:
        values = {}
    elif request.method == "POST":
        typed = {one.name: given.get(f"set-{one.name}", "").strip() for one in listed}
        values = {name: text for name, text in typed.items() if text}
    if request.method == "POST":
        try:
            edits[name] = choices.chosen(kind, values)
            return _given_back(request, edits)
        except ForecastProblem as refused:
            problem = str(refused.message)
    rows = [Filled(one, values.get(one.name, one.usual)) for one in listed]
    context = {
        "model": name,
        "type": kind,
        "label": name_label(name, kind),
        "rows": rows,
        "problem": problem,
        "settings": filled.settings_as_text(edits),
    }
    return render(request, "forecasting/_model_settings.html", context)


def _given_back(request: AuthenticatedHttpRequest, edits: dict[str, Any]) -> HttpResponse:
    """The hidden field of the page with the new settings; the page hears that it changed."""
    text = filled.settings_as_text(edits)
    answer = render(request, "forecasting/_settings_field.html", {"settings": text, "swap": True})
    return trigger_client_event(answer, "ask:settings", after="settle")
