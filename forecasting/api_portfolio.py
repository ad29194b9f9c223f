"""All series of a forecast for programs: one row for each, page by page."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.problems import Problem
from forecasting import exports, stood_in
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.portfolio import files, summary
from forecasting.portfolio.rows import MOST, SORTS, Portfolio, Wanted
from forecasting.portfolio.shown import ONLY
from forecasting.views.fetching import require_answer, shown_as_asked

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    Base = GenericViewSet[Any]
else:
    Base = object

USUAL: Final = 100


class SeriesPageSerializer(serializers.Serializer[Any]):
    """Rows of a portfolio; those of a forecast say further what they are."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True, help_text=_("Address of the next rows."))
    totals = serializers.DictField()
    levels = serializers.ListField(
        child=serializers.DictField(), help_text=_("Sums by level of a hierarchy.")
    )
    left_out = serializers.DictField(
        child=serializers.CharField(), help_text=_("Series without a forecast, and why.")
    )
    results = serializers.ListField(
        child=serializers.DictField(),
        help_text=_("`stood_in` says why another rule than the model answers; else it is null."),
    )


class PortfolioActions(Base):
    """Actions of one forecast of many series."""

    @extend_schema(
        summary="One row a series",
        description="Sums and errors of every series of the leader, or of `?model=`, sorted.",
        parameters=[
            OpenApiParameter("model", description="Name of a model on the leaderboard."),
            OpenApiParameter("sort", enum=list(SORTS), description="skill without it."),
            OpenApiParameter("way", description="back turns the order round."),
            OpenApiParameter("q", description="A part of the name."),
            OpenApiParameter(
                "only",
                enum=[name for name in ONLY if name],
                description="below zero skill, coverage off, rare events, or stood_in for.",
            ),
            OpenApiParameter("level", description="Of a hierarchy; the single series without it."),
            OpenApiParameter("after", description="The cursor that `next` holds."),
            OpenApiParameter("page_size", int, description="Up to 1,000; 100 without it."),
        ],
        responses={200: SeriesPageSerializer},
    )
    @action(detail=True)
    def series(self, request: Request, pk: str) -> Response:
        """Rows with totals of all."""
        shown = shown_as_asked(self.get_object(), request)
        chosen = require_answer(shown)
        path = summary.path_of(shown.task, chosen, shown.yardstick)
        portfolio = Portfolio(path, shown.task.levels[0])
        known = [row["level"] for row in chosen.metrics.get("levels", [])]
        page = portfolio.page(_wanted(request, known))
        content = {
            "count": page.count,
            "next": _next(request, page.next),
            "totals": asdict(portfolio.totals()),
            "levels": chosen.metrics.get("levels", []),
            "left_out": stood_in.left_out(chosen),
            "results": [files.plain(shown, row) for row in page.rows],
        }
        return Response(exports.about(shown) | content)


def _wanted(request: Request, levels: list[str]) -> Wanted:
    asked = request.query_params
    size = asked.get("page_size", str(USUAL))
    if not (size.isascii() and size.isdigit() and 1 <= int(size) <= MOST):
        raise Problem(
            gettext("Give a page size from 1 to %(most)s.") % {"most": f"{MOST:,}"},
            field="page_size",
        )
    return Wanted(
        sort=_one_of("sort", asked.get("sort", "skill"), list(SORTS)),
        reverse=asked.get("way") == "back",
        text=asked.get("q", "").strip()[:200],
        only=_one_of("only", asked.get("only", ""), list(ONLY)),
        after=asked.get("after", "")[:2000],
        size=int(size),
        level=_one_of("level", asked.get("level", BOTTOM), levels or [BOTTOM]),
    )


def _one_of(field: str, given: str, known: list[str]) -> str:
    if given not in known:
        raise Problem(
            gettext("%(given)s is not known here. Use one of: %(known)s.")
            % {"given": given[:60], "known": ", ".join(name for name in known if name)},
            field=field,
        )
    return given


def _next(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    query = request.query_params.copy()
    query["after"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
