"""One forecast, laid out in the order of its hierarchy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.hierarchy.past_errors import PastErrors
from forecasting.engine.hierarchy.reducing import (
    Evidence,
    Reduce,
    reduced_mean,
    reduction,
    required,
)
from forecasting.engine.hierarchy.settings import Reconciliation
from forecasting.engine.hierarchy.shaking import Shaking, blocks_of_columns
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Floats
from forecasting.engine.watch import Watch


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be made coherent and by what.

    ``places`` is where the series of the hierarchy stand in the forecast; ``errors`` and ``shares``
    ``[b, C]`` are in the order of the hierarchy.
    """

    hierarchy: Hierarchy
    how: Reconciliation
    forecast: Forecast
    errors: PastErrors | None
    shares: Floats | None
    places: NDArray[np.int64]

    @staticmethod
    def of(
        forecast: Forecast,
        hierarchy: Hierarchy,
        how: Reconciliation,
        errors: PastErrors | None,
        shares: Floats | None,
    ) -> Task:
        places = hierarchy.place(forecast.ids)
        if (forecast.times != forecast.times[:1]).any():
            raise SettingsError(
                gettext_noop("Forecasts add up when all series end at the same time; these do not.")
            )
        return Task(hierarchy, how, forecast, errors, shares, places)

    def bottom(self, channel: int, watch: Watch) -> tuple[Floats, Reduce]:
        """Reconciled bottom series ``[b, H]`` of the mean, and the map that made them."""
        watch.report(0.0, gettext_noop("Making the forecasts add up"))
        mean = self.forecast.mean[self.places, :, channel]
        shares = None if self.shares is None else self.shares[:, channel]
        evidence = Evidence(mean, channel, self.errors, shares)
        reduce = reduction(self.hierarchy, self.how, evidence)
        return reduced_mean(self.hierarchy, self.how, evidence, reduce, watch), reduce

    def samples(
        self, channel: int, bottom: Floats, reduce: Reduce, watch: Watch
    ) -> Iterator[Floats]:
        """Bottom series ``[b, N]`` step by step, around the reconciled ``bottom`` ``[b, H]``."""
        forecast, places = self.forecast, self.places
        mean = forecast.mean[places, :, channel]
        bands = _picked(forecast.lower, places, channel), _picked(forecast.upper, places, channel)
        errors = required(Evidence(mean, channel, self.errors))
        shaking = Shaking(self.hierarchy, mean, bands, errors, channel)
        random = np.random.default_rng([self.how.seed, channel])
        steps = shaking.deviations(self.how.joint, self.how.samples, random)
        for step, moved in enumerate(steps):
            watch.report(step / mean.shape[1], gettext_noop("Drawing paths that add up"))
            made = np.empty((len(bottom), moved.shape[1]))
            for part in blocks_of_columns(*moved.shape):
                around = reduce(moved[:, None, part], slice(step, step + 1))[:, 0]
                made[:, part] = bottom[:, step, None] + around
            yield np.maximum(made, 0.0) if self.how.nonnegative else made


def _picked(
    ends: Mapping[float, Floats], places: NDArray[np.int64], channel: int
) -> dict[float, Floats]:
    return {level: end[places, :, channel] for level, end in ends.items()}
