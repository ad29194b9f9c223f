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
from forecasting.portfolio import files
from forecasting.portfolio.asked import MOST_CURSOR, MOST_TEXT, ONLY
from forecasting.portfolio.listed import ListedSeries
from forecasting.portfolio.rows import MOST, SORTS, Wanted
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
    previous = serializers.CharField(allow_null=True, help_text=_("Address of the rows before."))
    totals = serializers.DictField(help_text=_("Sums and counts of all single series."))
    filtered = serializers.DictField(help_text=_("The same of the rows that are asked for."))
    best = serializers.DictField(
        child=serializers.IntegerField(),
        help_text=_("On how many series each model had the smallest error on past windows."),
    )
    levels = serializers.ListField(
        child=serializers.DictField(), help_text=_("Sums by level of a hierarchy.")
    )
    left_out = serializers.DictField(
        child=serializers.CharField(), help_text=_("Series without a forecast, and why.")
    )
    results = serializers.ListField(
        child=serializers.DictField(),
        help_text=_(
            "`group` is the smallest total a series is in, `idle` the steps since it last was "
            "other than zero, `best` the model with the smallest error on its past windows, with "
            "its `best_mae` and `best_skill`; `why` is a code for what makes the series hard and "
            "`reason` its sentence; `stood_in` says why another rule than the model answers."
        ),
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
            OpenApiParameter("best", description="Name of the model that was closest."),
            OpenApiParameter("group", description="Name of the total the series are in."),
            OpenApiParameter("level", description="Of a hierarchy; the single series without it."),
            OpenApiParameter("after", description="The cursor that `next` holds."),
            OpenApiParameter("before", description="The cursor that `previous` holds."),
            OpenApiParameter("page_size", int, description="Up to 1,000; 100 without it."),
        ],
        responses={200: SeriesPageSerializer},
    )
    @action(detail=True)
    def series(self, request: Request, pk: str) -> Response:
        """Rows with totals of all."""
        shown = shown_as_asked(self.get_object(), request)
        chosen = require_answer(shown)
        series = ListedSeries(shown, {})
        rows = _wanted(request, series.level_names, [one.name for one in shown.ranked])
        page = series.portfolio.page(rows)
        content = {
            "count": page.count,
            "next": _beside(request, "after", page.next),
            "previous": _beside(request, "before", page.previous),
            "totals": asdict(series.totals),
            "filtered": asdict(series.portfolio.totals(rows)),
            "best": dict(series.portfolio.bests()),
            "levels": chosen.metrics.get("levels", []),
            "left_out": stood_in.left_out(chosen),
            "results": [files.plain(series, row) for row in page.rows],
        }
        return Response(exports.about(shown) | content)


def _wanted(request: Request, levels: list[str], models: list[str]) -> Wanted:
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
        text=asked.get("q", "").strip()[:MOST_TEXT],
        only=_one_of("only", asked.get("only", ""), list(ONLY)),
        best=_one_of("best", asked.get("best", ""), ["", *models]),
        group=asked.get("group", "")[:MOST_TEXT],
        after=asked.get("after", "")[:MOST_CURSOR],
        before=asked.get("before", "")[:MOST_CURSOR],
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


def _beside(request: Request, way: str, cursor: str | None) -> str | None:
    """The address of the page on one side."""
    if cursor is None:
        return None
    query = request.query_params.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query[way] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
