"""The covariates of one series of a panel, empty blocks where there are none."""

from __future__ import annotations

import numpy as np

from forecasting.engine.panel import Floats, Panel


def known_block(panel: Panel, series: int) -> Floats:
    """Known-future covariates ``[T + F, K]`` of the series at a position; ``[T, 0]`` without."""
    if panel.known is None:
        return np.empty((len(panel.at(series)), 0))
    return panel.known.at(series)


def past_block(panel: Panel, series: int) -> Floats:
    """Past covariates ``[T, P]`` beside the rows of the series, NaN where missing; ``[T, 0]``."""
    if panel.past is None:
        return np.empty((len(panel.at(series)), 0))
    return panel.past.values[panel.indptr[series] : panel.indptr[series + 1]]


def static_row(panel: Panel, series: int) -> Floats:
    """Static covariates ``[Q]`` of the series; ``[0]`` without."""
    return np.empty(0) if panel.static is None else panel.static.values[series]


def past_names(panel: Panel) -> tuple[str, ...]:
    """Names of the past covariates, in the order of the columns of ``past_block``."""
    return panel.past.names if panel.past else ()


def known_names(panel: Panel) -> tuple[str, ...]:
    """Names of the known-future covariates, in the order of ``known_block``."""
    return panel.known.names if panel.known else ()


def static_names(panel: Panel) -> tuple[str, ...]:
    """Names of the static covariates, in the order of ``static_row``."""
    return panel.static.names if panel.static else ()
