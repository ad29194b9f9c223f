"""Which penalty and which pull towards the shared map suit a core, at the past cutoffs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.many.members import Core
from forecasting.engine.many.moments import Moments, Singles, batches
from forecasting.engine.many.origins import Origin
from forecasting.engine.many.prepared import Prepared
from forecasting.engine.many.solving import Pool, Shared, own_steps
from forecasting.engine.panel import Floats
from forecasting.engine.parallel import cores as processors
from forecasting.engine.parallel import threads

PENALTIES: Final = (0.01, 0.1)
PULLS: Final = (0.07, 0.5, 3.0, float("inf"))
SETTINGS: Final = tuple(product(PULLS, PENALTIES))
# Moments of the series the shared map is learned from are kept in memory up to this size.
KEPT_BYTES: Final = 200_000_000
MOST_SAMPLED: Final = 1_000
BATCHES_A_CHECK: Final = 16


Kept = tuple[NDArray[np.int64], tuple[Moments, ...]]


@dataclass(frozen=True)
class Choice:
    """A member: a core, the half-life of its windows, and how strongly its maps are held."""

    core: Core
    half_life: int
    pull: float
    penalty: float


@dataclass(eq=False)
class Judged:
    """A member and what it did at the cutoffs.

    For every cutoff: contributions ``[n]`` of its variates (NaN where the lookback does not fit),
    and forecasts of the sampled ones ``[n', H]``.
    """

    choice: Choice | str
    errors: list[Floats] = field(default_factory=list)
    forecasts: list[Singles] = field(default_factory=list)


def sampled(count: int, core: Core, horizon: int) -> NDArray[np.int64]:
    """Positions of the series, evenly spread, from which the shared map is learned."""
    cell = 4 * core.lookback * (core.lookback + horizon) * len(core.half_lives)
    most = int(np.clip(KEPT_BYTES // cell, 32, MOST_SAMPLED))
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64))


def judge(
    core: Core,
    found: list[Origin],
    samples: list[NDArray[np.int64]],
    horizon: int,
    check: Callable[[], None],
) -> list[Judged]:
    """The best settings of the core for every half-life, and what they did.

    ``samples`` are the positions at each cutoff of which the forecasts are kept.
    """
    trials = [_Trial(core, origin, horizon, check) for origin in found]
    return [_best(core, place, trials, samples, check) for place in range(len(core.half_lives))]


class _Trial:
    """A core fitted before one cutoff on the sampled series."""

    def __init__(self, core: Core, origin: Origin, horizon: int, check: Callable[[], None]) -> None:
        check()
        self.origin = origin
        self.core, self.horizon = core, horizon
        self.series = origin.prepared(core.space)
        self.fits = origin.lengths >= core.lookback
        self.sample = sampled(len(origin.rows), core, horizon)
        parts, kept = learned(self.series, core, self.sample, horizon)
        self.shared = [part.solved(PENALTIES, core.lookback, horizon) for part in parts]
        check()
        self.forecasts = self._forecasts(kept)
        errors = origin.errors(self.forecasts, self.sample)
        self.errors = np.where(self.fits[self.sample], errors, np.nan)

    def _forecasts(self, kept: list[Kept]) -> Singles:
        """``[half-lives, settings, n', H]``."""
        where = {int(v): place for place, v in enumerate(self.sample)}
        shape = (len(self.shared), len(SETTINGS), len(self.sample), self.horizon)
        forecasts = np.empty(shape, dtype=np.float32)

        def work(part: Kept) -> None:
            chosen, found = part
            places = [where[int(v)] for v in chosen]
            for number, (sums, shared) in enumerate(zip(found, self.shared, strict=True)):
                forecasts[number][:, places] = self._steps(chosen, sums, shared, PULLS)

        threads(work, kept, processors())
        return forecasts

    def _steps(
        self, chosen: NDArray[np.int64], sums: Moments, shared: Shared, pulls: tuple[float, ...]
    ) -> Floats:
        x, outcome = self.series.inputs(self.core, chosen, self.horizon)
        steps = own_steps(sums, x, shared, pulls) + outcome
        return self.series.back(chosen, steps.reshape(-1, *outcome.shape))

    def of_all(
        self, number: int, setting: int, keep: NDArray[np.int64], check: Callable[[], None]
    ) -> tuple[Floats, Singles]:
        """Contributions ``[n]`` with one setting, also of the series outside the sample, and the
        forecasts of the positions ``keep``."""
        count = len(self.origin.rows)
        errors = np.full(count, np.nan)
        forecasts = np.zeros((len(keep), self.horizon), dtype=np.float32)
        where = np.full(count, -1)
        where[keep] = np.arange(len(keep))

        def note(chosen: NDArray[np.int64], made: Floats, values: Singles) -> None:
            errors[chosen] = made
            kept = where[chosen] >= 0
            forecasts[where[chosen][kept]] = values[kept]

        note(self.sample, self.errors[number, setting], self.forecasts[number, setting])
        rest = np.setdiff1d(np.flatnonzero(self.fits), self.sample)
        pull, penalty = SETTINGS[setting]
        shared = self.shared[number].only(PENALTIES.index(penalty))

        def work(places: NDArray[np.int64]) -> None:
            chosen = rest[places]
            sums = self.series.moments(self.core, chosen, self.horizon)[number]
            values = self._steps(chosen, sums, shared, (pull,))[0]
            note(chosen, self.origin.errors(values, chosen), values)

        groups = list(batches(self.origin.lengths[rest], self.core.lookback + self.horizon))
        for first in range(0, len(groups), BATCHES_A_CHECK):
            check()
            threads(work, groups[first : first + BATCHES_A_CHECK], processors())
        return errors, forecasts


def _best(
    core: Core,
    number: int,
    trials: list[_Trial],
    samples: list[NDArray[np.int64]],
    check: Callable[[], None],
) -> Judged:
    made = np.sum([np.nansum(t.errors[number], axis=1) for t in trials], axis=0)
    place = int(np.argmin(made))
    result = Judged(Choice(core, core.half_lives[number], *SETTINGS[place]))
    for trial, keep in zip(trials, samples, strict=True):
        errors, forecasts = trial.of_all(number, place, keep, check)
        result.errors.append(errors)
        result.forecasts.append(forecasts)
    return result


def learned(
    series: Prepared, core: Core, sample: NDArray[np.int64], horizon: int
) -> tuple[list[Pool], list[Kept]]:
    """The pooled moments of every half-life, and those of the sampled series."""
    groups = [sample[g] for g in batches(series.lengths[sample], core.lookback + horizon)]
    kept = threads(lambda g: series.moments(core, g, horizon), groups, processors())
    pools = [Pool() for _ in core.half_lives]
    for found in kept:
        for pool, sums in zip(pools, found, strict=True):
            pool.add(sums)
    return pools, list(zip(groups, kept, strict=True))
