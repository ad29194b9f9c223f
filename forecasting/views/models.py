"""The registry of trained models, and the card of one."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.ownership import fetch_visible
from accounts.paging import keyset_page
from accounts.problems import Conflict
from accounts.requests import AuthenticatedHttpRequest
from datasets.decimals import common_decimals
from forecasting import exports, spans, wording
from forecasting.engine.frequency import Frequency
from forecasting.models import PredictionTask, TrainedModel

PAGE_SIZE: Final = 50
PILLS: Final = {
    TrainedModel.Status.READY: "good",
    TrainedModel.Status.TRAINING: "live",
    TrainedModel.Status.ERROR: "bad",
}


@require_safe
def model_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/models/`: what learned something, newest first."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    found = TrainedModel.objects.for_list(request.user).learned()
    if text:
        found = found.search(text)
    if state in TrainedModel.Status.values:
        found = found.in_state(state)
    page = keyset_page(found, request, size=PAGE_SIZE)
    context = {
        "section": "models",
        "models": [_shown(row) for row in page.rows],
        "page": page,
        "text": text,
        "state": state,
    }
    only_table = request.htmx.target == "model-table"
    template = "forecasting/_models.html" if only_table else "forecasting/models.html"
    return render(request, template, context)


@require_safe
def model_card(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """What a model is for, how good it is, where it comes from."""
    row = fetch_visible(_rows(), request.user, pk=pk)
    frequency = Frequency.parse(row.version.frequency)
    horizon = int(row.parameters.get("horizon", 0))
    lookback = int(row.parameters.get("lookback", 0))
    windows = _windows(row)
    context: dict[str, Any] = {
        "section": "models",
        "row": row,
        "shown": _shown(row),
        "horizon": spans.span_words(horizon, frequency) if horizon else "",
        "lookback": spans.counted(lookback, frequency) if lookback else "",
        "season": frequency.season_lengths,
        "settings": _settings(row),
        "windows": windows,
        "decimals": common_decimals(window["mae"] for window in windows),
        "results": [one for one in row.results.all() if one.task.owner_id == request.user.pk],
        "unranked": _unranked(row, request),
    }
    return render(request, "forecasting/model.html", context)


@require_safe
def download(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The weights (safetensors) and the card (JSON) in one zip."""
    row = fetch_visible(_rows(), request.user, pk=pk)
    if not row.is_ready:
        raise Conflict(gettext("This model is not trained yet. Wait until its state is ready."))
    return exports.model_as_file(row)


def _rows() -> Any:
    return TrainedModel.objects.select_related(
        "owner", "dataset", "version", "job"
    ).prefetch_related("results__task")


def _unranked(row: TrainedModel, request: AuthenticatedHttpRequest) -> PredictionTask | None:
    """The forecast a model was trained for, when training left no result to rank."""
    if row.job is None or row.results.all():
        return None
    return PredictionTask.objects.following(row.job).filter(owner=request.user).first()


def _shown(row: TrainedModel) -> dict[str, Any]:
    metrics = row.metrics
    level = min(metrics.get("coverage", {}) or {"80": 0}, key=float)
    return {
        "row": row,
        "pill": PILLS[TrainedModel.Status(row.status)],
        "mase": metrics.get("mase"),
        "skill": row.accuracy,
        "level": level,
        "coverage": _share(metrics.get("coverage", {}).get(level)),
        "seconds": metrics.get("seconds"),
        "windows": len(metrics.get("windows", ())),
        "leads": any(one.task.model_id == row.pk for one in row.results.all()),
        "tasks": [one.task for one in row.results.all()],
    }


def _share(percent: float | None) -> float | None:
    """The engine measures coverage in percent."""
    return None if percent is None else percent / 100


def _windows(row: TrainedModel) -> list[dict[str, Any]]:
    level = min(row.metrics.get("coverage") or {"80": 0}, key=float)
    frequency = Frequency.parse(row.version.frequency)
    return [
        {
            "cutoff": wording.moment(window["cutoff"], frequency, row.version.clock),
            "mae": window["mae"],
            "inside": window["coverage"].get(level),
        }
        for window in row.metrics.get("windows", ())
    ]


def _settings(row: TrainedModel) -> list[tuple[str, str]]:
    hidden = {"report", "channels", "horizon", "lookback"}
    return [(name, _setting(value)) for name, value in row.parameters.items() if name not in hidden]


def _setting(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return wording.figure(value) if is_number else str(value)
