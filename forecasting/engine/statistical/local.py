"""One series, whatever it looks like: learned by its model, or by repeating its season.

statsforecast refuses tiny series, divides by the spread of constant ones and lets some forecasts
explode; none of this may end a run over thousands of series. Very large and very small values are
divided by a power of two first, which changes no digit.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.statistical.adapter import Adapter, Ahead, ExogenousAdapter, Learned
from forecasting.engine.statistical.repetition import Repetition
from forecasting.engine.statistical.seasons import Seasons, without_seasons

SMALLEST: Final = 1e-4
LARGEST: Final = 1e6
# A forecast further from the mean than this many ranges of the series has exploded.
FARTHEST: Final = 100
REPEAT: Final = Repetition()


@dataclass(frozen=True)
class Local:
    """A model of one series at a time.

    What it learned has the structure ``unit``, ``periods`` taken off before, ``usual`` season, and
    ``inner`` of the adapter; or ``rule`` where a repetition stands in.
    """

    adapter: Adapter

    def learn(
        self,
        y: Floats,
        seasons: Seasons,
        horizon: int,
        *,
        quick: bool = False,
        x: Floats | None = None,
    ) -> Learned:
        """From rows ``[T]`` without gaps; the rule ``repeat`` says that the model failed.

        ``x`` are covariates ``[T + F, K]``; a model that cannot use them, or fails with them,
        learns without.
        """
        if y.min() == y.max():
            return Learned({"rule": "constant", "usual": 1}, np.empty(0))
        for beside in (None,) if x is None else (reaching(x, len(y) + horizon), None):
            try:
                learned = self._learn(y, beside, seasons, quick=quick)
                self._ahead(learned, y, beside, horizon)
            except Exception:  # noqa: BLE001, S112 -- statsforecast raises Exception itself
                continue
            return learned
        return Learned({"rule": "repeat", "usual": seasons.usual}, np.empty(0))

    def ahead(
        self, learned: Learned, y: Floats, horizon: int, x: Floats | None = None
    ) -> tuple[Ahead, bool]:
        """What follows ``y`` ``[T]``, and whether the model failed and a repetition stands in.

        ``x`` ``[T + horizon, K]`` are the covariates it has learned with.
        """
        rule = learned.structure.get("rule")
        if rule is None:
            try:
                return self._ahead(learned, y, x, horizon), False
            except Exception:  # noqa: BLE001 -- statsforecast raises Exception itself
                rule = "repeat"
        usual = REPEAT.fit(y, [learned.structure["usual"]], quick=True)
        return REPEAT.forward(usual, y, horizon), rule == "repeat"

    def moved(self, learned: Learned, y: Floats, rows: int) -> Learned:
        """With the state after the first ``rows`` rows of ``y``."""
        return self._changed(learned, y, "moved", rows)

    def fresh(self, learned: Learned, y: Floats, phase: int) -> Learned:
        """For rows that begin ``phase`` steps after those of the fit."""
        return self._changed(learned, y, "fresh", phase)

    def name(self, learned: Learned) -> str:
        """What was chosen, with the seasons taken off before."""
        if "rule" in learned.structure:
            return str(learned.structure["rule"])
        periods = ", ".join(str(period) for period in learned.structure["periods"])
        return ("STL(" + periods + ") + " if periods else "") + self.adapter.name(_inner(learned))

    def _learn(self, y: Floats, x: Floats | None, seasons: Seasons, *, quick: bool) -> Learned:
        unit = _unit(y)
        rows = y / unit
        with quiet():
            if seasons.adjusted:
                rows = without_seasons(rows, seasons.adjusted, 1)[0]
            outer = {"unit": unit, "periods": list(seasons.adjusted), "usual": seasons.usual}
            if x is None or not isinstance(self.adapter, ExogenousAdapter):
                return _wrapped(outer, self.adapter.fit(rows, seasons.own, quick=quick))
            along = _adjusted(x, len(y), seasons.adjusted)[: len(y)]
            inner = self.adapter.fit_beside(rows, along, seasons.own, quick=quick)
        return _wrapped(outer | {"beside": True}, inner)

    def _ahead(self, learned: Learned, y: Floats, x: Floats | None, horizon: int) -> Ahead:
        unit, periods = learned.structure["unit"], learned.structure["periods"]
        rows, figures = y / unit, np.zeros(horizon)
        with quiet():
            if periods:
                rows, figures = without_seasons(rows, periods, horizon)
            adapter = self.adapter
            if (
                x is not None
                and "beside" in learned.structure
                and isinstance(adapter, ExogenousAdapter)
            ):
                along = _adjusted(x[: len(y) + horizon], len(y), periods)
                ahead = adapter.forward_beside(_inner(learned), rows, along, horizon)
            else:
                ahead = adapter.forward(_inner(learned), rows, horizon)
        mean = (ahead.mean + figures) * unit
        distance = np.abs(mean - y.mean()).max()
        if not distance <= FARTHEST * (y.max() - y.min()):
            raise ValueError("exploded")
        return Ahead(mean, None if ahead.spread is None else ahead.spread * unit)

    def _changed(self, learned: Learned, y: Floats, change: str, by: int) -> Learned:
        if "rule" in learned.structure or not self.adapter.anchored:
            return learned
        rows = y / learned.structure["unit"]
        try:
            with quiet():
                if learned.structure["periods"]:
                    rows = without_seasons(rows, learned.structure["periods"], 1)[0]
                inner = getattr(self.adapter, change)(_inner(learned), rows, by)
        except Exception:  # noqa: BLE001 -- statsforecast raises Exception itself
            return learned if change == "fresh" else self.fresh(learned, y[by:], by)
        return _wrapped(learned.structure, inner)


def reaching(x: Floats, rows: int) -> Floats:
    """The first ``rows`` rows; the last one stands in for what is not known yet."""
    return np.concatenate([x[:rows], np.repeat(x[-1:], max(rows - len(x), 0), axis=0)])


def _adjusted(x: Floats, rows: int, periods: Sequence[int]) -> Floats:
    """Covariates less their seasons, as the series is: what is left of it follows what is left."""
    if not periods:
        return x
    found = x.copy()
    for place, column in enumerate(x.T):
        if column[:rows].min() < column[:rows].max():
            rest, figures = without_seasons(column[:rows], periods, max(len(x) - rows, 1))
            found[:rows, place] = rest
            found[rows:, place] -= figures[: len(x) - rows]
    return found


def _inner(learned: Learned) -> Learned:
    return Learned(learned.structure["inner"], learned.numbers)


def _wrapped(outer: dict[str, Any], inner: Learned) -> Learned:
    return Learned(outer | {"inner": inner.structure}, np.asarray(inner.numbers, dtype=np.float64))


def _unit(y: Floats) -> float:
    largest = float(np.abs(y).max())
    if SMALLEST <= largest <= LARGEST:
        return 1.0
    return float(2.0 ** np.floor(np.log2(largest)))


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings of a search that tries what does not work."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
