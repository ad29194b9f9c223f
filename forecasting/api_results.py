"""What a forecast came to, for programs: numbers, past windows, leaderboard, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.problems import Problem
from forecasting import exports
from forecasting.models import PredictionTask
from forecasting.proof import tables
from forecasting.proof.shown import ShownBacktest
from forecasting.serializers import BacktestSerializer, MetricsSerializer, ResultsSerializer
from forecasting.shown import ShownForecast
from forecasting.snippets import LATEST
from forecasting.views.fetching import require_answer, shown_as_asked

if TYPE_CHECKING:
    from rest_framework.viewsets import GenericViewSet

    Base = GenericViewSet[Any]
else:
    Base = object

ROWS_AT_ONCE: Final = 5_000
MOST_ROWS: Final = 50_000


def _query(name: str, words: str, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=words)


CHOICE: Final = [
    _query("model", "Name of a model on the leaderboard, such as linear; the leader without it."),
    _query("series", "Name of one series; all of them without it."),
    _query("run", "latest for the newest run of this forecast; this run without it."),
]
COLUMNS: Final = _query(
    "columns",
    "What columns are called: plain (mean, lo-80), nixtla (linear, linear-lo-80), quantiles "
    "(mean, 0.1) or prophet (yhat, yhat_lower); plain without it.",
)


class ResultActions(Base):
    """Actions of one forecast that has an answer."""

    @extend_schema(
        summary="The numbers",
        parameters=[
            *CHOICE,
            COLUMNS,
            _query("offset", "First row, from 0.", int),
            _query("limit", "Rows at once, up to 50,000; 5,000 without it.", int),
        ],
        responses={200: ResultsSerializer},
    )
    @action(detail=True)
    def results(self, request: Request, pk: str) -> Response:
        """Rows of the leader, or of `?model=`."""
        shown, asked = self._shown(request), request.query_params
        table = exports.table_of(shown, series=asked.get("series", ""))
        offset = _whole(request, "offset", 0, 10**9)
        limit = max(1, _whole(request, "limit", ROWS_AT_ONCE, MOST_ROWS))
        after = offset + limit
        rows = exports.rows_of(shown, table.iloc[offset:after], asked.get("columns", ""))
        content = {
            "total": len(table),
            "next_offset": after if after < len(table) else None,
            "results": rows,
        }
        return Response(exports.about(shown) | content)

    @extend_schema(
        summary="How it did in every past window",
        description="Of one series: all windows together, each by itself, and each step ahead.",
        parameters=CHOICE,
        responses={200: BacktestSerializer},
    )
    @action(detail=True)
    def backtest(self, request: Request, pk: str) -> Response:
        """The numbers of the Backtest tab."""
        shown = self._shown(request)
        proof = ShownBacktest(shown)
        if proof.own is None:
            raise Problem(
                gettext("This model was not tested on past windows: there are too few rows."),
                code="not_tested",
            )
        content = {"series": shown.series, **tables.summary(proof.own, proof.naive)}
        for window in content["windows"]:
            window["cutoff"] = shown.task.version.clock.iso_text(window["cutoff"])
        return Response(exports.about(shown) | content)

    @extend_schema(summary="How good each model was", responses={200: MetricsSerializer})
    @action(detail=True)
    def metrics(self, request: Request, pk: str) -> Response:
        """The leaderboard."""
        return Response({"metrics": exports.metrics_table(self._shown(request))})

    @extend_schema(
        summary="Download",
        parameters=[
            *CHOICE,
            COLUMNS,
            _query("what", "predictions, backtest or metrics."),
            _query("as", "csv, json, parquet or xlsx; metrics are csv or json."),
        ],
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
    )
    @action(detail=True)
    def export(self, request: Request, pk: str) -> HttpResponse:
        """The same file as the Export menu gives."""
        shown, asked = self._shown(request), request.query_params
        what, kind = asked.get("what", "predictions"), asked.get("as", "csv")
        naming = asked.get("columns", "")
        return exports.as_file(shown, what, kind, asked.get("series", ""), naming)

    def get_throttles(self) -> list[Any]:
        """Taking away whole files has a limit of its own."""
        self.throttle_scope = "export" if self.action == "export" else ""
        return super().get_throttles()

    def _shown(self, request: Request) -> ShownForecast:
        shown = shown_as_asked(self._run(request), request)
        require_answer(shown)
        wanted = request.query_params.get("model", "")
        if wanted and wanted not in {one.name for one in shown.ranked}:
            names = ", ".join(one.name for one in shown.ranked)
            raise Problem(
                gettext("No model %(name)s ran here. Use one of: %(names)s.")
                % {"name": wanted[:40], "names": names},
                field="model",
            )
        return shown

    def _run(self, request: Request) -> PredictionTask:
        """This run, or with `?run=latest` the newest of the same forecast that has an answer."""
        task: PredictionTask = self.get_object()
        wanted = request.query_params.get("run", "")
        if not wanted:
            return task
        _require_latest(wanted)
        runs = PredictionTask.objects.runs_of(task).with_answer().visible_to(request.user)
        return runs.with_jobs().first() or task


def _require_latest(text: str) -> None:
    if text != LATEST:
        raise Problem(
            gettext("%(text)s is not a run. Use latest, or leave it out for this run.")
            % {"text": text[:40]},
            field="run",
        )


def _whole(request: Request, name: str, usual: int, most: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return usual
    if not text.isdecimal() or int(text) > most:
        raise Problem(
            gettext("%(name)s must be a whole number from 0 to %(most)s.")
            % {"name": name, "most": f"{most:,}"},
            field=name,
        )
    return int(text)
