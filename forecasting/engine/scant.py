"""Series with too little to learn from: one value, or none. They keep no other from its forecast.

Models learn from the others alone. What has a value is answered by seasonal naive, as wrong, for
its size, as seasonal naive was on the others; what has none is left out and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.baselines import SeasonalNaive
from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.intervals import VOLATILITY_FLOOR, Conformal, no_shift
from forecasting.engine.limits import Limits
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.sharding.joined import Answer, joined

LEAST_VALUES: Final = 2
MOST_SAMPLED: Final = 1_000
ONE_VALUE: Final = gettext_noop(
    "Only one value is known. It is repeated, with errors as large for its size as those of the "
    "other series."
)
IN_PART: Final = gettext_noop(
    "Another of its columns has too few values to learn from. Seasonal naive stands in."
)
NO_VALUE: Final = gettext_noop("No values: no forecast.")

Reasons = dict[str, EngineError]


@dataclass(frozen=True, eq=False)
class Scant:
    """``learned`` are the series that models learn from, ``rest`` the others, both in the order of
    ``ids``; ``counts`` ``[R, C]`` are the values of the rest."""

    ids: tuple[str, ...]
    learned: Panel
    rest: Panel
    counts: NDArray[np.int64]

    @staticmethod
    def of(panel: Panel) -> Scant | None:
        """What to learn from and what not; None where every series has enough, or none has."""
        counts = values_of(panel)
        enough = (counts >= LEAST_VALUES).all(axis=1)
        if enough.all() or not enough.any():
            return None
        names = np.array(panel.ids, dtype=object)
        learned, rest = (panel.select(list(names[part])) for part in (enough, ~enough))
        return Scant(panel.ids, learned, rest, counts[~enough])

    @property
    def answered(self) -> Reasons:
        """Why seasonal naive stands in, by label."""
        return {
            label: EngineError(ONE_VALUE if count == 1 else IN_PART)
            for label, count in self._by_label()
            if count
        }

    @property
    def unknown(self) -> Reasons:
        """Why there is no forecast at all, by label."""
        return {label: EngineError(NO_VALUE) for label, count in self._by_label() if not count}

    def others(
        self, horizon: int, levels: Sequence[float], limits: Limits | None = None
    ) -> Forecast | None:
        """Seasonal naive for the rest, NaN for a channel without any value; None where nothing is
        known of any of them."""
        known = self.counts.sum(axis=1) > 0
        if not known.any():
            return None
        names = [name for name, seen in zip(self.rest.ids, known, strict=True) if seen]
        usual = SeasonalNaive().fit(_sample(self.learned), horizon=horizon)
        usual.limits = limits or Limits()
        return _stand_in(usual, self.rest.select(names), levels)

    def whole(self, forecast: Forecast, others: Forecast | None) -> Forecast:
        """The forecast of a model, and ``others`` beside it, in the order of all series."""
        if others is None:
            return forecast
        places = {name: place for place, name in enumerate(self.ids)}
        parts = [
            Answer(tuple(places[name] for name in one.ids), [one]) for one in (forecast, others)
        ]
        return replace(joined(forecast.model, parts)[0], notes=forecast.notes)

    def _by_label(self) -> list[tuple[str, int]]:
        several = len(self.rest.channels) > 1
        labels = [
            f"{name}/{channel}" if several else name
            for name in self.rest.ids
            for channel in self.rest.channels
        ]
        return list(zip(labels, self.counts.reshape(-1).tolist(), strict=True))


def values_of(panel: Panel) -> NDArray[np.int64]:
    """How many values every series and channel has, ``[S, C]``."""
    sums = np.concatenate([np.zeros((1, len(panel.channels))), np.cumsum(panel.mask, axis=0)])
    found: NDArray[np.int64] = np.diff(sums[panel.indptr], axis=0).astype(np.int64)
    return found


def _sample(panel: Panel) -> Panel:
    """Some series, evenly taken: enough to know how wrong the rule usually is."""
    every = -(-len(panel) // MOST_SAMPLED)
    return panel if every == 1 else panel.select(panel.ids[::every])


def _stand_in(usual: SeasonalNaive, rest: Panel, levels: Sequence[float]) -> Forecast:
    empty = values_of(rest) == 0
    filled = _without_gaps(rest, empty)
    usual.intervals_ = _as_wrong(usual.intervals_, filled)
    found = usual.predict(filled, levels=tuple(levels))
    hidden = np.broadcast_to(empty[:, None, :], found.mean.shape)
    return replace(
        found,
        mean=np.where(hidden, np.nan, found.mean),
        lower={level: np.where(hidden, np.nan, band) for level, band in found.lower.items()},
        upper={level: np.where(hidden, np.nan, band) for level, band in found.upper.items()},
    )


def _without_gaps(rest: Panel, empty: NDArray[np.bool_]) -> Panel:
    """With zeros in channels that have no value, which are hidden again afterwards."""
    gone = np.repeat(empty, rest.lengths, axis=0)
    return replace(rest, values=np.where(gone, 0.0, rest.values))


def _as_wrong(usual: Conformal, rest: Panel) -> Conformal:
    """The pool of past errors for series without any: each has the spread that the others have for
    their size."""
    own = Scaled.of(rest)
    size = np.abs(usual.mean)
    sized = size > 0
    share = float(np.median(usual.spread[sized] / size[sized])) if sized.any() else 0.0
    spread = share * np.abs(own.mean)
    # Of a value of zero nothing has a size; it may become what the others are.
    spread = np.where(spread > 0, spread, float(np.median(usual.spread)))
    varies = np.array([column.min() < column.max() for column in own.columns])
    # A single value has no recent restlessness, which widths are multiplied by.
    spread = np.where(varies, own.spread, spread / np.sqrt(VOLATILITY_FLOOR))
    table = usual.table[:, -1:]
    shift = no_shift(len(spread), table.shape[2])
    return replace(
        usual, ids=rest.ids, mean=own.mean, spread=_plain(spread), table=table, shift=shift
    )


def _plain(values: Floats) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64)
