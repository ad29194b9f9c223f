"""Joint sample paths of all series, each of them adding up.

Samples of the base forecasts are reconciled like their mean, so that every one is coherent and so
are all numbers computed from them (Panagiotelis, Gamakumara, Athanasopoulos and Hyndman 2023).
How the series move together is taken from past windows, drawn as a whole:

- ``copula``: every series keeps its own intervals; past windows only give the ranks (Ben Taieb,
  Taylor and Hyndman 2017; checkerboard between the ranks, Genest, Nešlehová and Rémillard 2017);
- ``gaussian``: normal with the shrunk covariance of the past errors, their growth by step and
  their persistence from one step to the next;
- ``bootstrap``: the past errors themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.hierarchy.covariance import shrunk
from forecasting.engine.hierarchy.past_errors import PastErrors
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Floats

Bands = tuple[Mapping[float, Floats], Mapping[float, Floats]]


# Numbers that a step on the way holds at once; a hundred thousand series have many paths.
MOST_AT_ONCE: Final = 3_000_000


def blocks_of_columns(rows: int, columns: int) -> Iterator[slice]:
    """Some columns at a time, so that memory stays bounded."""
    width = max(1, MOST_AT_ONCE // max(1, rows))
    for first in range(0, columns, width):
        yield slice(first, min(first + width, columns))


@dataclass(frozen=True, eq=False)
class Shaking:
    """What moves the base forecasts ``mean`` ``[n, H]`` of one channel: their own ``bands`` (ends
    ``[n, H]`` by level) and past ``errors``."""

    hierarchy: Hierarchy
    mean: Floats
    bands: Bands
    errors: PastErrors
    channel: int

    def deviations(self, joint: str, samples: int, random: np.random.Generator) -> Iterator[Floats]:
        """Samples less the mean ``[n, N]``, step by step; column k is one path over all steps."""
        ways = {"copula": self._copula, "gaussian": self._gaussian, "bootstrap": self._bootstrap}
        return ways[joint](samples, random)

    def _windows(self, samples: int, random: np.random.Generator) -> NDArray[np.int64]:
        """Past windows drawn evenly, in random order."""
        count = len(self.errors.values)
        return random.permutation(np.arange(samples) % count)

    def _bootstrap(self, samples: int, random: np.random.Generator) -> Iterator[Floats]:
        drawn = self._windows(samples, random)
        for step in range(self.mean.shape[1]):
            yield np.nan_to_num(self._errors_at(step)[drawn].T)

    def _gaussian(self, samples: int, random: np.random.Generator) -> Iterator[Floats]:
        weights = shrunk(
            self.hierarchy, self.errors.rows(self.channel), self.errors.worth(self.channel)
        )
        keep = self.errors.persistence(self.channel)
        own = np.sqrt(weights.own)[:, None]
        shape, width = (len(own), samples), weights.shared.shape[1]
        moved = np.zeros(shape)
        for step, growth in enumerate(self._growth()):
            fresh = own * random.standard_normal(shape)
            fresh += weights.shared @ random.standard_normal((width, samples))
            moved = fresh if not step else keep * moved + np.sqrt(1 - keep**2) * fresh
            yield growth * moved

    def _growth(self) -> Floats:
        """How large errors are at every step ``[H]``, over all steps 1 in the square mean."""
        values = self.errors.values[:, :, :, self.channel]
        seen = ~np.isnan(values)
        squares = np.where(seen, values, 0.0) ** 2
        size = squares.sum(axis=(0, 2)) / np.maximum(seen.sum(axis=(0, 2)), 1)
        unit = squares / np.where(size > 0, size, 1.0)[:, None]
        counts = seen.sum(axis=(0, 1))
        found = unit.sum(axis=(0, 1)) / np.maximum(counts, 1)
        places = np.minimum(np.arange(self.mean.shape[1]), len(found) - 1)
        growth: Floats = np.sqrt(np.where(counts > 0, found, 1.0))[places]
        return growth

    def _copula(self, samples: int, random: np.random.Generator) -> Iterator[Floats]:
        from scipy.special import ndtri  # noqa: PLC0415 -- only a computation needs it

        drawn = self._windows(samples, random)
        within = random.random((len(self.mean), samples))
        for step in range(self.mean.shape[1]):
            errors = self._errors_at(step)
            known = (~np.isnan(errors)).sum(axis=0)
            ranks = np.argsort(np.argsort(errors, axis=0), axis=0).T
            found = np.empty((len(self.mean), samples))
            for part in blocks_of_columns(*found.shape):
                columns = drawn[part]
                place = (ranks[:, columns] + within[:, part]) / np.maximum(known, 1)[:, None]
                if known.min() < len(errors):
                    place = np.where(np.isnan(errors).T[:, columns], within[:, part], place)
                found[:, part] = self._quantiles(step, ndtri(place))
            yield found

    def _quantiles(self, step: int, scale: Floats) -> Floats:
        """Deviations ``[n, N]`` at places on the normal scale, linear between the known levels."""
        knots, ends = self._knots(step)
        right = np.clip(np.searchsorted(knots, scale), 1, len(knots) - 1)
        share = (scale - knots[right - 1]) / (knots[right] - knots[right - 1])
        low = np.take_along_axis(ends, right - 1, axis=1)
        high = np.take_along_axis(ends, right, axis=1)
        found: Floats = low + share * (high - low)
        return found

    def _knots(self, step: int) -> tuple[Floats, Floats]:
        """Places on the normal scale ``[K]`` and deviations there ``[n, K]``."""
        lower, upper = self.bands
        levels = sorted(lower)
        if not levels:
            raise SettingsError(
                gettext_noop("Paths by copula start from intervals; forecast some levels.")
            )
        reach = [NormalDist().inv_cdf(0.5 + level / 200) for level in levels]
        knots = np.array([*(-r for r in reversed(reach)), 0.0, *reach])
        mean = self.mean[:, step]
        ends = [lower[level][:, step] for level in reversed(levels)]
        ends = [*ends, mean, *(upper[level][:, step] for level in levels)]
        return knots, np.stack(ends, axis=1) - mean[:, None]

    def _errors_at(self, step: int) -> Floats:
        """``[W, n]``; beyond the last known step that one goes on."""
        last = self.errors.values.shape[2] - 1
        return self.errors.values[:, :, min(step, last), self.channel]
