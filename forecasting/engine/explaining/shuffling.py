"""One input of a model made worthless, everything else left as it is.

Values are not drawn one by one: the whole column is turned by a random number of rows, what falls
off its end comes in at its beginning. Its distribution and its own rhythm stay, what it has to do
with the forecast is gone (circular shift; Politis, Romano 1992). Only rows up to the cutoff are
turned, and of known covariates those up to the end of the forecast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.covariates import Known, Past, Static
from forecasting.engine.explaining.sentence import Name
from forecasting.engine.panel import Floats, Panel, flat_rows

HISTORY: Final = "history"
KNOWN: Final = "known"
PAST: Final = "past"
STATIC: Final = "static"


@dataclass(frozen=True, eq=False)
class Input:
    """``kind`` history, known, past or static; ``places`` are lags (1 is the last row) of the
    history, otherwise columns of the covariates."""

    name: Name
    kind: str
    places: NDArray[np.int64]


def shuffled(panel: Panel, item: Input, horizon: int, random: np.random.Generator) -> Panel:
    """``panel``, which ends at the cutoff, with one input turned by chance."""
    if item.kind == HISTORY:
        return replace(panel, values=_turned_lags(panel, item.places, random))
    if item.kind == KNOWN and panel.known is not None:
        ends = panel.lengths + horizon
        if panel.known.later is not None:
            return replace(panel, known=_turned_as_far(panel.known, item.places, random))
        parts = [panel.known.at(s)[: ends[s]] for s in range(len(panel))]
        turned = [_turned(part, item.places, random) for part in parts]
        return replace(panel, known=Known(panel.known.names, *flat_rows(turned)))
    if item.kind == PAST and panel.past is not None:
        values = _each(panel, panel.past.values, lambda v: _turned(v, item.places, random))
        return replace(panel, past=Past(panel.past.names, values))
    assert panel.static is not None
    values = panel.static.values.copy()
    values[:, item.places] = values[random.permutation(len(values))][:, item.places]
    return replace(panel, static=Static(panel.static.names, values))


def _turned_lags(panel: Panel, lags: NDArray[np.int64], random: np.random.Generator) -> Floats:
    def of(values: Floats) -> Floats:
        rows = len(values) - lags[lags <= len(values)]
        changed = values.copy()
        changed[rows] = np.roll(values, _turn(len(values), random), axis=0)[rows]
        return changed

    return _each(panel, panel.values, of)


def _turned(values: Floats, columns: NDArray[np.int64], random: np.random.Generator) -> Floats:
    changed = values.copy()
    changed[:, columns] = np.roll(values[:, columns], _turn(len(values), random), axis=0)
    return changed


def _turned_as_far(known: Known, columns: NDArray[np.int64], random: np.random.Generator) -> Known:
    """In the rows in which these columns are known; they end where they did."""
    blocks = []
    for s in range(len(known.indptr) - 1):
        block = known.whole(s).copy()
        rows = int(np.isfinite(block[:, columns]).all(axis=1).sum())
        block[:rows] = _turned(block[:rows], columns, random)
        blocks.append(block)
    return known.changed(blocks)


def _turn(rows: int, random: np.random.Generator) -> int:
    """At least one row, at most all but one."""
    return int(random.integers(1, rows)) if rows > 1 else 0


def _each(panel: Panel, values: Floats, change: Callable[[Floats], Floats]) -> Floats:
    """A change of the rows ``[N, .]`` of every series for itself."""
    bounds = zip(panel.indptr[:-1], panel.indptr[1:], strict=True)
    return np.concatenate([change(values[low:high]) for low, high in bounds])
