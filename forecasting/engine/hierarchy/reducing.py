"""From base forecasts of all series to bottom series: one map per channel, the same for samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.hierarchy import covariance as weighing
from forecasting.engine.hierarchy.covariance import Covariance
from forecasting.engine.hierarchy.nonnegative import nonnegative_bottom
from forecasting.engine.hierarchy.past_errors import PastErrors
from forecasting.engine.hierarchy.projection import Projection
from forecasting.engine.hierarchy.settings import NEAREST, Reconciliation
from forecasting.engine.hierarchy.sharing import forecast_shares, level_of, owners, share_out
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Floats
from forecasting.engine.watch import Watch

# ``[n, h, k]`` of all series at some of the steps to ``[b, h, k]`` of the bottom series.
Reduce = Callable[[Floats, slice], Floats]
EVERY_STEP: Final = slice(None)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What one channel is reconciled by: base forecasts ``mean`` ``[n, H]``, past ``errors``, and
    ``shares`` ``[b]`` of the past; all in the order of the hierarchy."""

    mean: Floats
    channel: int
    errors: PastErrors | None = None
    shares: Floats | None = None


def reduction(hierarchy: Hierarchy, how: Reconciliation, evidence: Evidence) -> Reduce:
    """The linear map of a method. Raises SettingsError when what it needs was not given."""
    if how.method == "bottom_up" or not hierarchy.totals:
        return lambda base, steps: base[hierarchy.totals :]
    if how.method in NEAREST:
        projection = Projection(hierarchy, covariance(hierarchy, how, evidence))
        return lambda base, steps: _by_column(projection, base)
    level = level_of(hierarchy, how)
    above = owners(hierarchy, level)
    if how.proportions == "forecast":
        shares = forecast_shares(hierarchy, level, evidence.mean)
    elif evidence.shares is not None:
        shares = np.repeat(evidence.shares[:, None], evidence.mean.shape[1], axis=1)
    else:
        raise SettingsError(
            gettext_noop("Proportions of the past need the past: give the panel of all levels.")
        )
    return lambda base, steps: share_out(hierarchy, above, shares[:, steps], base)


def reduced_mean(
    hierarchy: Hierarchy, how: Reconciliation, evidence: Evidence, reduce: Reduce, watch: Watch
) -> Floats:
    """Bottom series ``[b, H]`` of the mean, at least zero where that is asked for."""
    if not how.nonnegative:
        return reduce(evidence.mean[:, :, None], EVERY_STEP)[:, :, 0]
    if how.method in NEAREST and hierarchy.totals:
        weights = covariance(hierarchy, how, evidence)
        return nonnegative_bottom(hierarchy, weights, evidence.mean, watch)
    return np.maximum(reduce(evidence.mean[:, :, None], EVERY_STEP)[:, :, 0], 0.0)


def covariance(hierarchy: Hierarchy, how: Reconciliation, evidence: Evidence) -> Covariance:
    """What the method takes for the covariance of the base errors of one channel."""
    if how.method == "ols":
        return weighing.unweighted(hierarchy)
    if how.method == "wls_struct":
        return weighing.structural(hierarchy)
    rows = required(evidence).rows(evidence.channel)
    if how.method == "wls_var":
        return weighing.by_variance(hierarchy, rows)
    return weighing.shrunk(hierarchy, rows, required(evidence).worth(evidence.channel))


def required(evidence: Evidence) -> PastErrors:
    """The past errors, or SettingsError when there are none."""
    if evidence.errors is None:
        raise SettingsError(
            gettext_noop("This method weighs series by their past errors; give them.")
        )
    return evidence.errors


def _by_column(projection: Projection, base: Floats) -> Floats:
    flat = base.reshape(len(base), -1)
    return projection.bottom(flat).reshape(-1, *base.shape[1:])
