"""The covariates of a panel on a scale of their own, as a network takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel

Singles = NDArray[np.float32]
KINDS = ("past", "known", "static")


@dataclass(frozen=True, eq=False)
class Beside:
    """Names, means and spreads of the three kinds of covariates, learned before a cut."""

    names: dict[str, tuple[str, ...]]
    mean: dict[str, Floats]
    spread: dict[str, Floats]

    @staticmethod
    def of(panel: Panel, cuts: NDArray[np.int64]) -> Beside:
        """From the rows of every series before ``cuts[s]``."""
        parts: dict[str, list[Floats]] = {kind: [] for kind in KINDS}
        for index, cut in enumerate(cuts):
            rows = max(int(cut), 1)
            first = int(panel.indptr[index])
            if panel.past is not None:
                parts["past"].append(panel.past.values[first : first + rows])
            if panel.known is not None:
                parts["known"].append(panel.known.at(index)[:rows])
        if panel.static is not None:
            parts["static"].append(panel.static.values)
        tables = {kind: np.concatenate(some) for kind, some in parts.items() if some}
        nothing = np.zeros((1, 0))
        mean = {kind: _means(tables.get(kind, nothing)) for kind in KINDS}
        spread = {kind: _spreads(tables.get(kind, nothing)) for kind in KINDS}
        return Beside(_names(panel), mean, spread)

    def columns(self, kind: str) -> int:
        """Covariates of a kind."""
        return len(self.names[kind])

    def check(self, panel: Panel) -> None:
        """Raise SettingsError unless ``panel`` brings the covariates that were learned with."""
        given = _names(panel)
        for kind in KINDS:
            if self.names[kind] != given[kind]:
                raise SettingsError(
                    gettext_noop(
                        "The model learned with the covariates %(known)s; the data have %(given)s."
                    ),
                    known=", ".join(self.names[kind]) or "none",
                    given=", ".join(given[kind]) or "none",
                )

    def past(self, panel: Panel, index: int) -> Singles:
        """Scaled past covariates ``[T, P]`` of a series, gaps closed."""
        if panel.past is None:
            return np.zeros((int(panel.lengths[index]), 0), dtype=np.float32)
        block = panel.past.values[panel.indptr[index] : panel.indptr[index + 1]]
        return self._scaled("past", _filled(block, self.mean["past"]))

    def known(self, panel: Panel, index: int) -> Singles:
        """Scaled known covariates ``[T + F, K]`` of a series."""
        if panel.known is None:
            return np.zeros((int(panel.lengths[index]), 0), dtype=np.float32)
        return self._scaled("known", panel.known.at(index))

    def static(self, panel: Panel) -> Singles:
        """Scaled static covariates ``[S, Q]``; a missing one is the mean."""
        if panel.static is None:
            return np.zeros((len(panel), 0), dtype=np.float32)
        return np.nan_to_num(self._scaled("static", panel.static.values))

    def _scaled(self, kind: str, block: Floats) -> Singles:
        scaled: Singles = ((block - self.mean[kind]) / self.spread[kind]).astype(np.float32)
        return scaled

    def arrays(self) -> dict[str, Floats]:
        """For saving; nothing where there is no covariate."""
        kept = {f"mean.{kind}": self.mean[kind] for kind in KINDS if self.names[kind]}
        return kept | {f"spread.{kind}": self.spread[kind] for kind in KINDS if self.names[kind]}

    def facts(self) -> dict[str, list[str]]:
        """The names, for saving."""
        return {kind: list(names) for kind, names in self.names.items()}

    @staticmethod
    def restored(arrays: dict[str, Any], facts: dict[str, list[str]]) -> Beside:
        """Back from what was saved; models of before had no covariates."""
        empty = np.zeros(0)
        return Beside(
            {kind: tuple(facts.get(kind, ())) for kind in KINDS},
            {kind: arrays.get(f"mean.{kind}", empty) for kind in KINDS},
            {kind: arrays.get(f"spread.{kind}", empty) for kind in KINDS},
        )


def _names(panel: Panel) -> dict[str, tuple[str, ...]]:
    return {
        "past": panel.past.names if panel.past else (),
        "known": panel.known.names if panel.known else (),
        "static": panel.static.names if panel.static else (),
    }


def _filled(block: Floats, mean: Floats) -> Floats:
    """Gaps closed from the rows before: what comes later is not known yet at a cutoff."""
    if not np.isnan(block).any():
        return block
    rows = np.arange(len(block))[:, None]
    latest = np.maximum.accumulate(np.where(np.isnan(block), -1, rows), axis=0)
    carried = np.take_along_axis(block, np.maximum(latest, 0), axis=0)
    return np.where(latest < 0, mean, carried)


def _means(table: Floats) -> Floats:
    return np.array([fill(c).mean() if (~np.isnan(c)).any() else 0.0 for c in table.T])


def _spreads(table: Floats) -> Floats:
    found = np.array([fill(c).std() if (~np.isnan(c)).any() else 1.0 for c in table.T])
    return np.where(found > 0, found, 1.0)
