"""One series and its forecast split: covariates first, then the cycles it has, then the trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.explaining.calendar_parts import group_of
from forecasting.engine.explaining.cycles import cycles
from forecasting.engine.explaining.decomposing import Parts
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.stacking.effects import Effects

TREND: Final = "trend"
SEASON: Final = "season"
COVARIATE: Final = "covariate"
REST: Final = "rest"


@dataclass(frozen=True, eq=False)
class Split:
    """One series: its values ``[T + H]``, parts ``[T + H]`` by kind and number, and T.

    The number of a cycle is its length, that of a covariate its place; those of the calendar are
    one part together.
    """

    values: Floats
    parts: dict[tuple[str, int], Floats]
    rows: int


def split(
    panel: Panel, where: tuple[int, int], ahead: Floats, candidates: Sequence[int], *, tested: bool
) -> Split | None:
    """The series and channel ``where`` with its forecast ``[H]``; None where nothing was observed.

    The cycles ``candidates`` are taken as they are, or only where the ``tested`` series has them.
    """
    column = panel.at(where[0])[:, where[1]]
    if np.isnan(column).all():
        return None
    closed = fill(column)
    effects = _effects(panel, where, closed, len(ahead))
    rest = column - effects[:, : len(column)].sum(axis=0)
    found = tuple(candidates)
    if tested:
        found = cycles(fill(rest), candidates)
    fitting = [m for m in found if m > 1 and 2 * m < len(column)]
    parts = Parts.of(rest, fitting)
    left = ahead - effects[:, len(column) :].sum(axis=0)
    trend, figures = parts.ahead(left)
    table = {(TREND, 0): np.concatenate([parts.trend, trend])}
    for m, past, coming in zip(parts.periods, parts.seasonal, figures, strict=True):
        table[(SEASON, m)] = np.concatenate([past, coming])
    for k, effect in enumerate(effects):
        key = part_of(panel, k)
        table[key] = table.get(key, 0.0) + effect
    values = np.concatenate([column, ahead])
    table[(REST, 0)] = values - np.sum(list(table.values()), axis=0)
    return Split(values, table, len(column))


def part_of(panel: Panel, place: int) -> tuple[str, int]:
    """The part that the known covariate at a place belongs to."""
    assert panel.known is not None
    group = group_of(panel.known.names[place])
    return (group, 0) if group else (COVARIATE, place)


def _effects(panel: Panel, where: tuple[int, int], column: Floats, horizon: int) -> Floats:
    """What each known covariate moves, around its mean of the past, ``[K, T + H]``.

    Where a covariate is not known so far ahead it moves nothing.
    """
    if panel.known is None:
        return np.zeros((0, len(column) + horizon))
    s, c = where
    alone = panel.select([panel.ids[s]], [panel.channels[c]])
    found = cycles(column, panel.frequency.season_lengths)
    weights = Effects.of(alone, [column], found[0] if found else 1).weights[0]
    known = panel.known.whole(s)[: len(column) + horizon]
    moved = np.zeros((len(weights), len(column) + horizon))
    moved[:, : len(known)] = np.nan_to_num((known - known[: len(column)].mean(axis=0)) * weights).T
    return moved
