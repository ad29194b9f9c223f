"""The instant model: closed-form ridge from the recent past to every step at once.

One map for all series and channels, each on its own scale; anchor and penalties are chosen on
held-out folds. Gaps are closed by straight lines before anything else; a filled value may serve as
an input and enters the sums, but is never scored. A series too short for a window is forecast
with the map of the others, its past extended by its oldest value.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.folds import Fold, default_lookback, expanding_folds, fold_lookback
from forecasting.engine.forecaster import Capabilities
from forecasting.engine.gram import anchor_weights
from forecasting.engine.held_out import Held
from forecasting.engine.intervals import Conformal
from forecasting.engine.linear_effects import BesideEffects, learned_effects, without
from forecasting.engine.linear_settings import LinearSettings
from forecasting.engine.missing import Scaled, moments
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.parallel import single_threaded
from forecasting.engine.ridge import (
    Path,
    choose_penalties,
    mean_gram,
    path_errors,
    penalty_path,
    spread_penalties,
)
from forecasting.engine.running_sums import RunningSums
from forecasting.engine.tridiagonal import ridge_weights
from forecasting.engine.watch import Watch
from forecasting.engine.windows import inputs, scored_steps

LONGEST_LOOKBACK: Final = 336
CHOICE_STRIDE: Final = 3


@dataclass(frozen=True, eq=False)
class Scored:
    """One fold fitted with every anchor, and what it is scored on."""

    paths: dict[str, Path]
    held: Held


class Linear(BesideEffects):
    """Ridge with shared weights; settings in LinearSettings."""

    name = "linear"
    settings_type = LinearSettings
    capabilities = Capabilities(global_=True, uses_known_future=True)

    weights_: Floats
    anchor_: str
    penalties_: Floats
    # Kept in memory only: a loaded model that shall learn again is fitted anew.
    sums_: RunningSums | None = None

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: FilePath | None) -> None:
        with single_threaded():
            early, self.effects_ = learned_effects(panel, self.settings.validation)
            self._solve(without(panel, early), horizon, watch)

    def _solve(self, panel: Panel, horizon: int, watch: Watch) -> None:
        self.lookback_ = self._choose_lookback(panel, horizon)
        width = self.lookback_ + horizon
        lengths = np.repeat(panel.lengths, len(panel.channels))
        scaled = self._scale(panel)
        folds = expanding_folds(lengths, width, self.settings.validation)
        steps = scored_steps(horizon)
        scored = []
        for place, fold in enumerate(folds):
            watch.report(0.7 * place / len(folds), gettext_noop("Fitting on an earlier part"))
            scored.append(self._score(scaled, fold, horizon, steps))
        watch.report(0.7, gettext_noop("Choosing the penalty"))
        self.anchor_, self.penalties_, ratio = self._choose(scored, steps, horizon)
        watch.report(0.8, gettext_noop("Fitting on all rows"))
        final = self._final(scaled, lengths - self.settings.validation, horizon, folds, scored)
        self.weights_ = final.weights(self.penalties_)
        watch.report(0.9, gettext_noop("Measuring the intervals"))
        if not scored:
            whole = Fold(np.minimum(self.lookback_, lengths - 1), lengths)
            held = Held.between(scaled, (whole.fit_ends, lengths), self.lookback_, steps)
            scored = [Scored({self.anchor_: final}, held)]
        self.intervals_ = self._intervals(panel, scaled, scored, steps, horizon)
        self.report_ = {
            "lookback": self.lookback_,
            "anchor": self.anchor_,
            "penalty_first": float(self.penalties_[0]),
            "penalty_last": float(self.penalties_[-1]),
            "fold_ratio": ratio if np.isfinite(ratio) else None,
            "folds": len(folds),
        }
        self.report_ = {k: (None if v == np.inf else v) for k, v in self.report_.items()}

    def _choose_lookback(self, panel: Panel, horizon: int) -> int:
        wanted = self.settings.lookback or default_lookback(panel.frequency, LONGEST_LOOKBACK)
        usable = panel.lengths - self.settings.validation
        typical = int(np.quantile(usable, 0.2, method="lower"))
        season = min(panel.frequency.season_lengths)
        lookback = fold_lookback(typical, horizon, wanted, season)
        lookback = lookback or fold_lookback(int(usable.max()), horizon, wanted, season)
        if lookback:
            return lookback
        raise TooShortError(
            gettext_noop(
                "Series %(series)s has %(rows)s rows; forecasting %(horizon)s steps needs at least "
                "%(needed)s. Add history or shorten the horizon."
            ),
            series=panel.ids[int(usable.argmax())],
            rows=int(usable.max()),
            horizon=horizon,
            needed=horizon + 4,
        )

    def _scale(self, panel: Panel) -> Scaled:
        """Scale by the rows that may be fitted, never by the validation rows."""
        if not self.settings.validation:
            return Scaled.of(panel)
        return Scaled.of(panel, *moments(_raw(panel.drop_last(self.settings.validation))))

    def _score(self, scaled: Scaled, fold: Fold, horizon: int, steps: NDArray[np.int64]) -> Scored:
        gram = mean_gram(scaled, fold.fit_ends, self.lookback_, self.lookback_ + horizon)
        normalise = self.settings.normalise
        anchors = ("last", "mean") if normalise == "auto" else (normalise,)
        held = Held.between(scaled, (fold.fit_ends, fold.score_ends), self.lookback_, steps)
        return Scored({anchor: Path.of(gram, anchor) for anchor in anchors}, held)

    def _choose(
        self, scored: list[Scored], steps: NDArray[np.int64], horizon: int
    ) -> tuple[str, Floats, float]:
        """Anchor, penalty per step and fold error relative to repeat-last."""
        if not scored:
            anchor = "last" if self.settings.normalise == "auto" else self.settings.normalise
            return anchor, np.ones(horizon), np.inf
        penalties = penalty_path(self.settings.penalties)
        places = np.unique(np.append(np.arange(0, len(steps), CHOICE_STRIDE), len(steps) - 1))
        best: tuple[str, Floats, float] | None = None
        for anchor in scored[0].paths:
            ratios = []
            for fold in scored:
                y = fold.held.anchored("last")[1][:, places]
                naive = np.nanmean(np.where(np.isnan(y).all(axis=0), 1.0, y) ** 2, axis=0)
                errors = path_errors(fold.paths[anchor], fold.held, penalties, steps, places)
                ratios.append(errors / np.where(naive > 0, naive, 1.0))
            chosen, ratio = choose_penalties(_mean_over_folds(ratios), penalties)
            if best is None or ratio < best[2]:
                best = anchor, spread_penalties(chosen, steps[places], horizon), ratio
        assert best is not None
        return best

    def _final(
        self,
        scaled: Scaled,
        ends: NDArray[np.int64],
        horizon: int,
        folds: tuple[Fold, ...],
        scored: list[Scored],
    ) -> Path:
        if folds and np.array_equal(folds[-1].fit_ends, ends):
            return scored[-1].paths[self.anchor_]
        self.sums_ = RunningSums.of(scaled, ends, self.lookback_, self.lookback_ + horizon)
        return Path.of(self.sums_.mean, self.anchor_)

    def _intervals(
        self,
        panel: Panel,
        scaled: Scaled,
        scored: list[Scored],
        steps: NDArray[np.int64],
        horizon: int,
    ) -> Conformal:
        """Scores of every variate at the scored steps, joined over the folds."""
        parts = []
        for fold in scored:
            path, held = fold.paths[self.anchor_], fold.held
            x, _, level = held.anchored(self.anchor_)
            forecasts = x @ path.basis @ path.scaled_cross(self.penalties_, steps) + level
            parts.append(held.scores(scaled, forecasts))
        scores = [np.concatenate(pieces) for pieces in zip(*parts, strict=True)]
        return Conformal.fit(panel, scaled, scores).at_steps(steps, horizon)

    def _straight(self, panel: Panel, horizon: int) -> Floats:
        scaled = Scaled.of(panel, *self.intervals_.moments(panel))
        rows = np.concatenate(
            [inputs(c, np.array([len(c)]), self.lookback_) for c in scaled.columns]
        )
        level = (rows @ anchor_weights(self.anchor_, self.lookback_))[:, None]
        steps = (rows - level) @ self.weights_[:, :horizon] + level
        values = steps * scaled.spread[:, None] + scaled.mean[:, None]
        return values.reshape(len(panel), len(panel.channels), horizon).transpose(0, 2, 1)

    def grown(self, panel: Panel) -> Self | None:
        """A model that also learned from the rows since: its sums go on, the map is solved anew.

        Lookback, anchor, penalties, scales and intervals stay as the folds of the first fit chose
        them. None for a model with covariates or validation rows, or one that was loaded.
        """
        if self.sums_ is None or self.settings.validation or panel.known is not None:
            return None
        more = copy(self)
        ends = np.repeat(panel.lengths, len(panel.channels))
        newest = panel.tail(self.sums_.rows_needed(ends))
        if not _seen_everywhere(newest):
            newest = panel
        begins = ends - np.repeat(newest.lengths, len(panel.channels))
        with single_threaded():
            scaled = Scaled.of(newest, *self.intervals_.moments(panel))
            more.sums_ = self.sums_.grown(scaled, begins, ends)
            more.weights_ = ridge_weights(more.sums_.mean, self.anchor_, self.penalties_)
        return more.remembering(panel)

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        return {"weights": self.weights_, "penalties": self.penalties_} | super().learned_arrays()

    def learned_facts(self) -> dict[str, Any]:
        return {"anchor": self.anchor_} | super().learned_facts()

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        self.weights_, self.penalties_ = arrays["weights"], arrays["penalties"]
        self.anchor_ = facts["anchor"]
        super().restore(arrays, facts)


def _seen_everywhere(panel: Panel) -> bool:
    """Has every variate a value?"""
    return all(bool((~np.isnan(panel.at(s))).any(axis=0).all()) for s in range(len(panel)))


def _raw(panel: Panel) -> list[Floats]:
    scaled = Scaled.of(panel, *_unit(panel))
    return scaled.columns


def _unit(panel: Panel) -> tuple[Floats, Floats]:
    count = len(panel) * len(panel.channels)
    return np.zeros(count), np.ones(count)


def _mean_over_folds(ratios: list[Floats]) -> Floats:
    """Mean ``[P, s]`` over the folds that know a step; NaN where none does."""
    stack = np.stack(ratios)
    known = ~np.isnan(stack)
    total = np.where(known, stack, 0.0).sum(axis=0)
    counts = known.sum(axis=0)
    return np.where(counts > 0, total / np.maximum(counts, 1), np.nan)
