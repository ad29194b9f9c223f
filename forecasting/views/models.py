"""The registry: what is forecast again and again, who is champion, and what happened."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.ownership import fetch_visible
from accounts.paging import keyset_page
from accounts.requests import AuthenticatedHttpRequest
from forecasting.models import ModelLine, ModelPromotion, ModelVersion
from forecasting.models.model_line import ModelLineQuerySet
from forecasting.registry import shown
from forecasting.registry.shown import ShownLine, ShownModel
from forecasting.serving import counting

PAGE_SIZE: Final = 50
ORDER: Final = ("-updated_at", "-id")
FEW_EVENTS, MANY_EVENTS = 6, 50
FEW_VERSIONS: Final = 8


@require_safe
def model_list(request: AuthenticatedHttpRequest) -> HttpResponse:
    """`/models/`: lines, those that changed last first; `?line=` opens one beside them."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    everything = ModelLine.objects.for_list(request.user)
    page = keyset_page(_narrowed(everything, text, state), request, ORDER, PAGE_SIZE)
    served = counting.lately(shown.served_of(page.rows))
    lines = [ShownLine(row, served) for row in page.rows]
    opened = _opened(request, lines)
    context: dict[str, Any] = {
        "section": "models",
        "lines": lines,
        "opened": opened,
        "versions": _versions(request, opened),
        "page": page,
        "text": text,
        "state": state,
    }
    if request.htmx.target == "model-table":
        return render(request, "forecasting/models/_list.html", context)
    if request.htmx.target == "model-panel":
        return render(request, "forecasting/models/_panel.html", context)
    total = everything.count()
    trouble = everything.needing_attention().count()
    context |= {
        "total": total,
        "trouble": trouble,
        "fine": total - trouble,
        "served": sum(line.served for line in lines),
        "events": _events(request)[:FEW_EVENTS],
    }
    return render(request, "forecasting/models/list.html", context)


@require_safe
def events(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Every move of champion and challenger, the newest first."""
    found = ModelPromotion.objects.visible_to(request.user).newest_first()
    page = keyset_page(found, request, size=MANY_EVENTS)
    context = {"section": "models", "events": _told(page.rows), "page": page}
    return render(request, "forecasting/models/events.html", context)


def _narrowed(found: ModelLineQuerySet, text: str, state: str) -> ModelLineQuerySet:
    if text:
        found = found.search(text)
    if state == "steady":
        return found.steady()
    return found.needing_attention() if state == "attention" else found


def _opened(request: AuthenticatedHttpRequest, lines: list[ShownLine]) -> ShownLine | None:
    """The line that the address names, else the first."""
    wanted = request.GET.get("line", "")
    if not wanted:
        return lines[0] if lines else None
    for one in lines:
        if str(one.line.pk) == wanted:
            return one
    row = fetch_visible(ModelLine.objects.with_aliases(), request.user, pk=wanted)
    return ShownLine(row, counting.lately(shown.served_of([row])))


def _versions(request: AuthenticatedHttpRequest, opened: ShownLine | None) -> list[ShownModel]:
    if opened is None:
        return []
    found = ModelVersion.objects.of_line(opened.line, request.user).worth_listing()
    return [ShownModel(version.model) for version in found[:FEW_VERSIONS]]


def _events(request: AuthenticatedHttpRequest) -> list[dict[str, Any]]:
    found = ModelPromotion.objects.visible_to(request.user).newest_first()
    return _told(list(found[:FEW_EVENTS]))


def _told(moves: list[ModelPromotion]) -> list[dict[str, Any]]:
    return [
        {"move": move, "words": shown.sentence(move), "whom": shown.by_whom(move)} for move in moves
    ]
