"""Sample paths of all series, kept for whoever asks more than intervals of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.calendar_steps import Times
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.hierarchy.past_errors import PastErrors
from forecasting.engine.hierarchy.reconciliation import shares_for
from forecasting.engine.hierarchy.settings import Reconciliation
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.hierarchy.task import Task
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

# Two gigabytes.
MOST_NUMBERS: Final = 250_000_000


@dataclass(frozen=True, eq=False)
class Paths:
    """Sample paths of the bottom series, ``bottom`` ``[N, b, H, C]``; totals are added up from it.

    ``times`` are the H steps all series share.
    """

    hierarchy: Hierarchy
    channels: tuple[str, ...]
    times: Times
    bottom: Floats

    def of(self, name: str) -> Floats:
        """The paths ``[N, H, C]`` of one series, a total or a bottom series."""
        place = self.hierarchy.names.index(name)
        if place >= self.hierarchy.totals:
            return self.bottom[:, place - self.hierarchy.totals]
        row = self.hierarchy.matrix[[place]]
        return np.stack(
            [(row @ path.reshape(path.shape[0], -1))[0] for path in self.bottom]
        ).reshape(len(self.bottom), *self.bottom.shape[2:])


def sample_paths(
    forecast: Forecast,
    hierarchy: Hierarchy,
    how: str | Reconciliation = "mint_shrink",
    *,
    errors: PastErrors,
    history: Panel | None = None,
    watch: Watch | None = None,
) -> Paths:
    """Coherent sample paths around the reconciled forecast; arguments as for ``reconcile``."""
    chosen = Reconciliation(how) if isinstance(how, str) else how
    shares = shares_for(hierarchy, chosen, history)
    ordered = errors.at(hierarchy.place(forecast.ids))
    task = Task.of(forecast, hierarchy, chosen, ordered, shares)
    watch = watch or Watch()
    shape = (task.how.samples, len(hierarchy.bottom), *forecast.mean.shape[1:])
    if np.prod(shape) > MOST_NUMBERS:
        raise SettingsError(
            gettext_noop(
                "%(samples)s paths of %(series)s series would not fit into memory; take fewer."
            ),
            samples=task.how.samples,
            series=len(hierarchy.bottom),
        )
    made = np.empty(shape)
    for channel in range(shape[3]):
        part = watch.part(channel / shape[3], (channel + 1) / shape[3])
        bottom, reduce = task.bottom(channel, part.part(0.0, 0.5))
        steps = task.samples(channel, bottom, reduce, part.part(0.5, 1.0))
        for step, samples in enumerate(steps):
            made[:, :, step, channel] = samples.T
    return Paths(hierarchy, forecast.channels, forecast.times[0], made)
