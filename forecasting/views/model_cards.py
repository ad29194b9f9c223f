"""The card of one model: how good it is, where it comes from, how to use it elsewhere."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ownership import fetch_visible
from accounts.requests import AuthenticatedHttpRequest
from forecasting.models import ModelVersion, PredictionResult, PredictionTask, TrainedModel
from forecasting.registry import archive, cards, comparing, shown, snippets, using
from forecasting.registry.shown import ShownLine, ShownModel
from forecasting.serving import counting

MOST_VERSIONS: Final = 20
MOST_CHOICES: Final = 100


@require_safe
def card(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """`/models/<id>/`."""
    row = fetch_model(request, pk)
    one = ShownModel(row, counting.lately([row.pk])[row.pk])
    context: dict[str, Any] = {
        "section": "models",
        "row": row,
        "shown": one,
        "few": one.settings[: shown.FEW_SETTINGS],
        "more": one.settings[shown.FEW_SETTINGS :],
        "leads": any(one.task.model_id == row.pk for one in row.results.all()),
        "results": _own_results(row, request),
        "unranked": _unranked(row, request),
        "snippets": snippets.all_of(row, request.build_absolute_uri("/").rstrip("/")),
        "uses": using.of_model(row, request.user),
        "mine": row.owner_id == request.user.pk,
    }
    return render(request, "forecasting/models/card.html", context | _line(request, row))


@require_safe
def download(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """Weights (safetensors), settings (JSON) and card (Markdown) in one zip."""
    return archive.as_file(fetch_model(request, pk))


@require_safe
def markdown(request: AuthenticatedHttpRequest, pk: object) -> HttpResponse:
    """The card as a Markdown file."""
    return cards.as_file(fetch_model(request, pk))


@require_safe
def compare(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`?a=&b=`: two models side by side; without them a choice of what may be compared."""
    rows = [fetch_model(request, key) for key in _keys(request)]
    seen = TrainedModel.objects.visible_to(request.user).for_registry().learned()
    choices = seen.order_by("-created_at")[:MOST_CHOICES]
    context: dict[str, Any] = {"section": "models", "choices": choices, "chosen": rows}
    if len(rows) > 1:
        compared = comparing.compare(rows[0], rows[1])
        pair = [ShownModel(row) for row in rows]
        context |= {"compared": compared, "one": pair[0], "other": pair[1]}
        context["duel"] = shown.duel(pair[0], pair[1])
    return render(request, "forecasting/models/compare.html", context)


def fetch_model(request: AuthenticatedHttpRequest, pk: object) -> TrainedModel:
    """The model, if this person may see it; 404 otherwise."""
    rows = TrainedModel.objects.for_registry().prefetch_related("results__task")
    return fetch_visible(rows, request.user, pk=pk)


def _keys(request: AuthenticatedHttpRequest) -> list[str]:
    return [key for name in ("a", "b") if (key := request.GET.get(name, ""))]


def _line(request: AuthenticatedHttpRequest, row: TrainedModel) -> dict[str, Any]:
    """What the card says of the other versions of its line."""
    version: ModelVersion | None = getattr(row, "registered", None)
    if version is None:
        return {"line": None, "history": []}
    seen = ModelVersion.objects.of_line(version.line, request.user)
    found = seen.worth_listing()[:MOST_VERSIONS]
    moves: dict[Any, str] = {}
    for move in version.line.promotions.newest_first():
        moves.setdefault(move.version_id, shown.sentence(move))
    history = [{"shown": ShownModel(one.model), "happened": moves.get(one.pk, "")} for one in found]
    line = ShownLine(version.line, {})
    return {"line": line, "history": history, "rival": _rival(row, line)}


def _rival(row: TrainedModel, line: ShownLine) -> dict[str, Any] | None:
    """The champion to a challenger, the challenger to the champion, the champion to the rest."""
    others = [one for one in (line.champion, line.challenger) if one and one.row.pk != row.pk]
    if not others:
        return {"figure": shown.errors_json(row)}
    other = others[0]
    return {
        "figure": shown.errors_json(row, other.row),
        "shown": other,
        "compared": comparing.compare(row, other.row),
    }


def _own_results(row: TrainedModel, request: AuthenticatedHttpRequest) -> list[PredictionResult]:
    """One result a forecast of this person that it answered: that of the newest run."""
    mine = [one for one in row.results.all() if one.task.owner_id == request.user.pk]
    newest = {one.task.first_id: one for one in sorted(mine, key=lambda one: one.task.run)}
    return list(newest.values())


def _unranked(row: TrainedModel, request: AuthenticatedHttpRequest) -> PredictionTask | None:
    """The forecast a model was trained for, when training left no result to rank."""
    if row.job is None or row.results.all():
        return None
    return PredictionTask.objects.following(row.job).filter(owner=request.user).first()
