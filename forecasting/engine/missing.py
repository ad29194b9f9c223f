"""Gaps closed and values scaled, before any model sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import BadValuesError, gettext_noop
from forecasting.engine.panel import Floats, Panel


def fill(column: Floats) -> Floats:
    """A straight line between the neighbours of a gap, the nearest value at the edges, ``[T]``."""
    seen = np.flatnonzero(~np.isnan(column))
    if len(seen) == len(column):
        return column
    return np.interp(np.arange(len(column)), seen, column[seen])


def filled_columns(panel: Panel) -> list[Floats]:
    """Every variate ``[T]`` with its gaps closed, series first, then channel."""
    return [fill(column) for s in range(len(panel)) for column in panel.at(s).T]


@dataclass(frozen=True, eq=False)
class Scaled:
    """Every series and channel on its own scale, gaps closed.

    ``columns[v]`` is ``[T_v]`` with variate ``v = series * C + channel``; ``observed[v]`` tells
    what was really seen; ``mean`` and ``spread`` are ``[V]``.
    """

    columns: list[Floats]
    observed: list[NDArray[np.bool_]]
    mean: Floats
    spread: Floats

    @staticmethod
    def of(panel: Panel, mean: Floats | None = None, spread: Floats | None = None) -> Scaled:
        """Scale by the panel's own mean and standard deviation (ddof 0), or by given ones.

        A constant variate has spread 1. Raises BadValuesError when a variate has no value at all.
        """
        columns, observed = [], []
        for index, name in enumerate(panel.ids):
            block = panel.at(index)
            for place, channel in enumerate(panel.channels):
                seen = ~np.isnan(block[:, place])
                if not seen.any():
                    raise BadValuesError(
                        gettext_noop("%(channel)s of series %(series)s holds no value at all."),
                        channel=channel,
                        series=name,
                    )
                columns.append(fill(block[:, place]))
                observed.append(seen)
        if mean is None or spread is None:
            mean, spread = moments(columns)
        scaled = [(c - m) / s for c, m, s in zip(columns, mean, spread, strict=True)]
        return Scaled(scaled, observed, mean, spread)


def moments(columns: list[Floats]) -> tuple[Floats, Floats]:
    """Mean and standard deviation ``[V]``; 1 where a column does not vary."""
    mean = np.array([column.mean() for column in columns])
    spread = np.array([column.std() for column in columns])
    varies = np.array([column.max() > column.min() for column in columns])
    return mean, np.where(varies & (spread > 1e-290), spread, 1.0)
