"""What every view of the data starts from: columns in their own unit, folds and the season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.folds import CUTS as TWO_CUTS
from forecasting.engine.folds import LEAST_WINDOWS, Fold, expanding_folds
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.parallel import cores
from forecasting.engine.seasons import present
from forecasting.engine.stacking.origins import Held, origins_per_channel
from forecasting.engine.stacking.problem import Problem
from forecasting.engine.stacking.settings import StackSettings
from forecasting.engine.stacking.steps import Steps
from forecasting.engine.watch import Watch

# Without validation rows of its own a stack is chosen on three stretches of the past.
CUTS: Final = ((0.55, 0.7), (0.7, 0.85), (0.85, 1.0))
MORE_CUTS: Final = ((0.5, 0.625), (0.625, 0.75), (0.75, 0.875), (0.875, 1.0))
MORE_BEFORE_VALIDATION: Final = ((0.5, 2 / 3), (2 / 3, 5 / 6), (5 / 6, 1.0))


@dataclass(frozen=True, eq=False)
class Ground:
    """What every view starts from: gapless columns in the unit of the data, of which each variate's
    first ``ends[v]`` rows may be fitted."""

    panel: Panel
    plain: Scaled
    ends: NDArray[np.int64]
    folds: tuple[Fold, ...]
    season: int
    horizon: int
    settings: StackSettings

    @staticmethod
    def of(panel: Panel, horizon: int, settings: StackSettings) -> Ground:
        """Raises TooShortError when no fold holds a window."""
        plain = in_units(panel)
        lengths = np.array([len(c) for c in plain.columns])
        ends = lengths - settings.validation
        folds = expanding_folds(lengths, 1 + horizon, settings.validation, _cuts(settings))
        if not folds:
            raise _too_short(panel, int(ends.max()), horizon)
        fitted = [c[:e] for c, e in zip(plain.columns, ends, strict=True)]
        seasons = present(fitted, panel.frequency.season_lengths[:1])
        season = seasons[0] if seasons else 1
        return Ground(panel, plain, ends, folds, season, horizon, settings)

    @property
    def fitted(self) -> list[Floats]:
        """The rows that may be fitted."""
        return [c[:e] for c, e in zip(self.plain.columns, self.ends, strict=True)]

    def problem(self, scaled: Scaled, watch: Watch) -> Problem:
        """The same folds and cutoffs for every view."""
        steps = Steps.of(self.horizon)
        channels = len(scaled.columns)
        most = origins_per_channel(channels, self.settings.preset)
        held = tuple(
            [Held.of(scaled, v, fold, steps.scored, most) for v in range(channels)]
            for fold in self.folds
        )
        fits = [fold.fit_ends for fold in self.folds]
        if not np.array_equal(fits[-1], self.ends):
            fits.append(self.ends)
        workers = self.settings.threads or cores()
        return Problem(scaled, tuple(fits), held, steps, workers, watch)


def in_units(panel: Panel) -> Scaled:
    """Gapless columns, not scaled."""
    count = len(panel) * len(panel.channels)
    return Scaled.of(panel, np.zeros(count), np.ones(count))


def _cuts(settings: StackSettings) -> tuple[tuple[float, float], ...]:
    """Where the past is cut; the validation rows are one more fold by themselves."""
    if settings.preset == "thorough":
        return MORE_BEFORE_VALIDATION if settings.validation else MORE_CUTS
    return TWO_CUTS if settings.validation else CUTS


def _too_short(panel: Panel, rows: int, horizon: int) -> TooShortError:
    return TooShortError(
        gettext_noop(
            "Series %(series)s has %(rows)s rows; forecasting %(horizon)s steps needs at least "
            "%(needed)s. Add history or shorten the horizon."
        ),
        series=panel.ids[int(panel.lengths.argmax())],
        rows=rows,
        horizon=horizon,
        needed=int((horizon + LEAST_WINDOWS) / CUTS[-1][0]) + 1,
    )
