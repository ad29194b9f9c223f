"""What the forecasts of past windows left unexplained, and what that means for the intervals.

Errors of one window follow each other by nature: a forecast that starts too high stays too high
for a while. So only pairs inside one window are compared, and the tests that take values for
independent ones look at one number a window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_LAGS: Final = 48
LEAST_VALUES: Final = 8
LEAST_WINDOWS: Final = 4
# The Shapiro–Wilk test is made for samples up to this size; above it, Jarque–Bera.
MOST_SHAPIRO: Final = 5_000
BINS: Final = 40


@dataclass(frozen=True)
class Test:
    """A test by name: its statistic and the chance of one like it by luck alone."""

    name: str
    statistic: float
    p: float


@dataclass(frozen=True)
class Distance:
    """Mean sizes of errors over the first `part` and the last `part` of so many `steps`, and
    Student's t of the differences inside the windows; None with too few of them."""

    steps: int
    part: int
    near: float
    far: float
    test: Test | None


def _paired(gaps: Floats) -> Test | None:
    from scipy import stats  # noqa: PLC0415 -- 0.3 s that the start need not wait for

    if len(gaps) < LEAST_WINDOWS or not gaps.std():
        return None
    found = stats.ttest_1samp(gaps, 0.0)
    return Test("t", float(found.statistic), float(found.pvalue))


@dataclass(frozen=True, eq=False)
class Leftovers:
    """Rows `window, step, ds, residual` of one series, what came less what was forecast."""

    rows: pd.DataFrame

    @cached_property
    def values(self) -> Floats:
        """All errors, in the order of time."""
        found: Floats = self.rows["residual"].to_numpy(dtype=float)
        return found

    @property
    def is_enough(self) -> bool:
        """Whether there is something to say."""
        return len(self.values) >= LEAST_VALUES and not self.is_alike

    @property
    def is_alike(self) -> bool:
        """Whether every error is the same, but for what rounding makes of it."""
        size = float(np.abs(self.values).max(initial=0.0))
        return self.spread <= 1e-9 * size

    @property
    def is_many_alike(self) -> bool:
        """Whether there are errors enough and nothing to tell between them."""
        return len(self.values) >= LEAST_VALUES and self.is_alike

    @property
    def mean(self) -> float:
        """The bias: positive where forecasts were too low."""
        return float(self.values.mean())

    @property
    def spread(self) -> float:
        """Standard deviation, with n - 1."""
        return float(self.values.std(ddof=1)) if len(self.values) > 1 else 0.0

    @cached_property
    def windows(self) -> Floats:
        """The mean error of each window, the oldest first."""
        found: Floats = self.rows.groupby("window", sort=True)["residual"].mean().to_numpy()
        return found

    @cached_property
    def bias(self) -> Test | None:
        """Student's t of the means of the windows against zero; None with too few windows."""
        from scipy import stats  # noqa: PLC0415 -- 0.3 s that the start need not wait for

        if len(self.windows) < LEAST_WINDOWS or not self.windows.std():
            return None
        found = stats.ttest_1samp(self.windows, 0.0)
        return Test("t", float(found.statistic), float(found.pvalue))

    @cached_property
    def normality(self) -> Test | None:
        """Shapiro–Wilk (1965) up to 5,000 values, Jarque–Bera (1980) above; None of too few."""
        from scipy import stats  # noqa: PLC0415

        if not self.is_enough:
            return None
        if len(self.values) <= MOST_SHAPIRO:
            found = stats.shapiro(self.values)
            return Test("Shapiro–Wilk", float(found.statistic), float(found.pvalue))
        found = stats.jarque_bera(self.values)
        return Test("Jarque–Bera", float(found.statistic), float(found.pvalue))

    @cached_property
    def skew_and_tails(self) -> tuple[float, float]:
        """Skewness, and excess kurtosis: 0 and 0 of a normal distribution."""
        gap = (self.values - self.mean) / self.values.std()
        return float((gap**3).mean()), float((gap**4).mean() - 3)

    @cached_property
    def autocorrelation(self) -> tuple[Floats, NDArray[np.int64]]:
        """Correlation of errors so many steps apart, from lag 1, with the pairs behind each."""
        by_window = [part["residual"].to_numpy() for _, part in self._ordered.groupby("window")]
        steps = max((len(part) for part in by_window), default=0)
        centred = [part - self.mean for part in by_window]
        variance = float(np.mean(np.concatenate(centred) ** 2)) if centred else 0.0
        most = min(MOST_LAGS, steps - 1)
        values, pairs = np.zeros(max(most, 0)), np.zeros(max(most, 0), dtype=np.int64)
        for lag in range(1, most + 1):
            products = np.concatenate([part[:-lag] * part[lag:] for part in centred])
            pairs[lag - 1] = len(products)
            if len(products) and variance:
                values[lag - 1] = products.mean() / variance
        return values, pairs

    @cached_property
    def bounds(self) -> Floats:
        """Where 95 of 100 correlations of independent errors lie, ± this, by lag."""
        _, pairs = self.autocorrelation
        found: Floats = 1.96 / np.sqrt(np.maximum(pairs, 1))
        return found

    @property
    def follow_each_other(self) -> bool:
        """Whether an error tells something of the next one, more than luck would."""
        values, _pairs = self.autocorrelation
        return bool(len(values)) and bool(abs(values[0]) > self.bounds[0])

    @cached_property
    def togetherness(self) -> Test | None:
        """Ljung–Box (1978) over the means of the windows: do whole windows follow each other?"""
        from scipy import stats  # noqa: PLC0415

        n = len(self.windows)
        lags = min(5, n // 4)
        if n < 2 * LEAST_WINDOWS or lags < 1 or not self.windows.std():
            return None
        centred = self.windows - self.windows.mean()
        r = [
            float((centred[:-k] * centred[k:]).sum() / (centred**2).sum())
            for k in range(1, lags + 1)
        ]
        statistic = n * (n + 2) * sum(r[k - 1] ** 2 / (n - k) for k in range(1, lags + 1))
        return Test("Ljung–Box", statistic, float(stats.chi2.sf(statistic, lags)))

    @cached_property
    def distance(self) -> Distance | None:
        """Sizes of errors near and far ahead; None of a single step.

        A quarter of the steps at both ends, so that no single step decides.
        """
        steps = int(self.rows["step"].max())
        part = max(1, steps // 4)
        if steps < 2:
            return None
        sizes = self.rows.assign(size=self.rows["residual"].abs())
        near = sizes[sizes["step"] <= part].groupby("window")["size"].mean()
        far = sizes[sizes["step"] > steps - part].groupby("window")["size"].mean()
        gaps = (far - near).dropna().to_numpy()
        if not len(gaps):
            return None
        ends = float(near.mean()), float(far.mean())
        return Distance(steps, part, *ends, _paired(gaps))

    def histogram(self) -> tuple[Floats, Floats]:
        """Counts and the edges of their bins (Freedman–Diaconis, at most 40)."""
        low, high = np.quantile(self.values, [0.25, 0.75])
        width = 2 * (high - low) / len(self.values) ** (1 / 3)
        span = float(np.ptp(self.values))
        # Where most errors are alike the width is nothing, or so little that no bins would do.
        bins = BINS if width * BINS <= span else max(1, math.ceil(span / width))
        counts, edges = np.histogram(self.values, bins=bins)
        return counts.astype(float), edges

    def as_json(self) -> dict[str, Any]:
        """Everything but the rows, for programs."""
        if not self.is_enough:
            alike = {"mean": self.mean, "spread": 0.0} if self.is_many_alike else {}
            return {"values": len(self.values), **alike}
        correlation, pairs = self.autocorrelation
        skew, tails = self.skew_and_tails
        tests = {"bias": self.bias, "normality": self.normality, "windows": self.togetherness}
        return {
            "values": len(self.values),
            "mean": self.mean,
            "spread": self.spread,
            "skewness": skew,
            "excess_kurtosis": tails,
            "autocorrelation": correlation.tolist(),
            "pairs": pairs.tolist(),
            "bounds": self.bounds.tolist(),
            "tests": {
                name: one and {"name": one.name, "statistic": one.statistic, "p": one.p}
                for name, one in tests.items()
            },
        }

    @cached_property
    def _ordered(self) -> pd.DataFrame:
        return self.rows.sort_values(["window", "step"])
