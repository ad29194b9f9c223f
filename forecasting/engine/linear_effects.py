"""Known covariates of the instant model: their effect is taken off before and put back after.

The weights come from changes over one season (stacking/effects.py). Those that choose and measure
are learned from rows before the first cutoff, those that forecast from all rows; a series whose
later changes they do not explain keeps none.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.folds import CUTS
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.missing import Scaled, fill
from forecasting.engine.online import judged
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.stacking.effects import Effects

# Share of the later changes that effects must explain to be kept.
LEAST_GAIN: Final = 0.02
ROWS_PER_COVARIATE: Final = 10
Learned = tuple[Effects | None, Effects | None]


class BesideEffects(Forecaster):
    """A forecaster of what the covariates leave; subclasses forecast that in ``_straight``."""

    effects_: Effects | None = None

    @abstractmethod
    def _straight(self, panel: Panel, horizon: int) -> Floats:
        """Mean forecast ``[S, H, C]`` of rows that no covariate moves."""

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        if self.effects_ is None:
            return self._straight(panel, horizon)
        along = self.effects_.on(panel, self.intervals_.variates(panel), horizon)
        rows = np.repeat(panel.lengths, len(panel.channels))
        ahead = np.stack([effect[n : n + horizon] for effect, n in zip(along, rows, strict=True)])
        shape = len(panel), len(panel.channels), horizon
        return self._straight(_less(panel, along), horizon) + ahead.reshape(shape).swapaxes(1, 2)

    def _rest(self, panel: Panel) -> Panel:
        if self.effects_ is None:
            return panel
        return _less(panel, self.effects_.on(panel, self.intervals_.variates(panel), 0))

    def _bands(
        self, panel: Panel, mean: Floats, levels: Sequence[float]
    ) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
        return super()._bands(self._rest(panel), mean, levels)

    def _update(self, longer: Panel, new: int) -> None:
        def straight_at(panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
            yield from (self._straight(panel.drop_last(end), horizon) for end in ends)

        self.intervals_ = judged(self.intervals_, self._rest(longer), new, straight_at)

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        return {} if self.effects_ is None else {"effects": self.effects_.weights}

    def learned_facts(self) -> dict[str, Any]:
        return {} if self.effects_ is None else {"covariates": list(self.effects_.names)}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        names = tuple(facts.get("covariates", ()))
        self.effects_ = Effects(names, arrays["effects"]) if names else None


def without(panel: Panel, effects: Effects | None) -> Panel:
    """The rows that effects were learned from, less the effects."""
    if effects is None:
        return panel
    return _less(panel, effects.on(panel, np.arange(len(panel) * len(panel.channels)), 0))


def learned_effects(panel: Panel, validation: int) -> Learned:
    """Effects from the rows before the first cutoff, and from all; None where nothing is gained.

    The last ``validation`` rows of every series are never learned from.
    """
    if panel.known is None:
        return None, None
    Scaled.of(panel)  # Names a series without any value.
    blocks = [panel.at(s) for s in range(len(panel))]
    columns = [fill(column)[: len(b) - validation] for b in blocks for column in b.T]
    firsts = [int(CUTS[0][0] * len(column)) for column in columns]
    if min(firsts) < ROWS_PER_COVARIATE * len(panel.known.names):
        return None, None
    season = panel.frequency.season_length
    lag = season if 2 * season < min(firsts) else 1
    early = Effects.of(panel, [c[:n] for c, n in zip(columns, firsts, strict=True)], lag)
    helps = _helps(panel, early, columns, firsts, lag)
    if not helps.any():
        return None, None
    late = Effects.of(panel, columns, lag)
    return _kept(early, helps), _kept(late, helps)


def _kept(effects: Effects, helps: NDArray[np.bool_]) -> Effects:
    return replace(effects, weights=np.where(helps[:, None], effects.weights, 0.0))


def _less(panel: Panel, along: Sequence[Floats]) -> Panel:
    """The panel less the effect along every variate, without covariates."""
    values = panel.values.copy()
    for variate, effect in enumerate(along):
        series, channel = divmod(variate, len(panel.channels))
        first, last = panel.indptr[series : series + 2]
        values[first:last, channel] -= effect[: last - first]
    return replace(panel, values=values, known=None)


def _helps(
    panel: Panel, effects: Effects, columns: list[Floats], firsts: list[int], lag: int
) -> NDArray[np.bool_]:
    """Whether the changes after the first cutoff are smaller without the effect, ``[V]``."""
    along = effects.on(panel, np.arange(len(columns)), 0)
    found = []
    for column, effect, first in zip(columns, along, firsts, strict=True):
        left = column - effect[: len(column)]
        before, after = (_restlessness(c[first - lag :], lag) for c in (column, left))
        found.append(before > 0 and after <= (1 - LEAST_GAIN) * before)
    return np.array(found)


def _restlessness(column: Floats, lag: int) -> float:
    """Variance of the changes over ``lag`` rows."""
    return float(np.var(column[lag:] - column[:-lag]))
