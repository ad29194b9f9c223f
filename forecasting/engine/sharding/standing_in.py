"""Seasonal naive for the series that the model could not forecast; the reader is told which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.panel import Panel
from forecasting.engine.sharding.jobs import FitJob, ForecastJob, Work, fit_piece, forecast_piece
from forecasting.engine.sharding.joined import Answer
from forecasting.engine.sharding.plan import Piece
from forecasting.engine.watch import Watch

STAND_IN: Final = "seasonal_naive"
STANDS_IN: Final = gettext_noop(
    "Seasonal naive stands in for %(count)s series that %(model)s could not forecast: %(names)s."
)
LEFT_OUT: Final = gettext_noop(
    "Left out, because nothing could forecast them: %(names)s (%(count)s series)."
)
MOST_NAMES: Final = 20


def stand_ins(panel: Panel, work: Work, places: Sequence[int], watch: Watch) -> list[Answer]:
    """Answers for those of these series that can have one."""
    answers = []
    pieces = [Piece(tuple(places))] if places else []
    while pieces:
        watch.check()
        piece = pieces.pop()
        try:
            answers.append(Answer(piece.positions, _forecasts(panel, piece, work)))
        except EngineError:
            pieces.extend(piece.halves() if len(piece.positions) > 1 else [])
    return answers


def _forecasts(panel: Panel, piece: Piece, work: Work) -> Sequence[Forecast]:
    series = panel.select([panel.ids[place] for place in piece.positions])
    simple = replace(work, model=STAND_IN, settings={}, custom=None)
    fits = fit_piece(FitJob(simple, series))
    return forecast_piece(ForecastJob(simple, fits, [None] * len(fits), series.ids, series))


def notes(model: str, stood_in: Sequence[str], left_out: Sequence[str]) -> tuple[str, ...]:
    """The sentences that name them."""
    said = []
    if stood_in:
        names = {"count": len(stood_in), "model": model, "names": _names(stood_in)}
        said.append(STANDS_IN % names)
    if left_out:
        said.append(LEFT_OUT % {"count": len(left_out), "names": _names(left_out)})
    return tuple(said)


def _names(series: Sequence[str]) -> str:
    return ", ".join(series[:MOST_NAMES]) + (" …" if len(series) > MOST_NAMES else "")
