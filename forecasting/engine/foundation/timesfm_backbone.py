"""TimesFM 3 (Das et al. 2024 and its successors) of the package timesfm.

Channels, past and known covariates of a series are read together; any horizon comes out of one
pass. Gaps are closed by straight lines before the network sees them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np

from forecasting.engine.foundation.backbone import Task
from forecasting.engine.panel import Floats

MOST_AT_ONCE: Final = 64


class TimesFM:
    """The network of a local folder."""

    uses_covariates = True
    horizon: int | None = None

    def __init__(self, folder: str, device: str) -> None:
        from timesfm3.torch import TimesFM3Forecaster  # noqa: PLC0415 -- heavy

        self.network = TimesFM3Forecaster.from_pretrained(
            folder,
            device=None if device == "auto" else device,
            local_files_only=True,
            per_core_batch_size=MOST_AT_ONCE,
        )
        self.context = int(self.network.global_context)
        self.levels = tuple(float(level) for level in self.network.config.quantiles)

    def forecast(self, tasks: Sequence[Task], horizon: int) -> list[Floats]:
        """Quantiles ``[C, Q, H]`` of every task."""
        past = [task.past if len(task.past) else None for task in tasks]
        known = [_reaching(task, horizon) if len(task.known) else None for task in tasks]
        with _little_garbage():
            found = list(
                self.network.predict_batch(
                    [task.target for task in tasks],
                    horizon=horizon,
                    past_only_covariates=past,
                    past_future_covariates=known,
                    return_quantiles=True,
                )
            )
        return [np.asarray(one.quantiles, dtype=np.float64).transpose(0, 2, 1) for one in found]


def _reaching(task: Task, horizon: int) -> Floats:
    """Known covariates ``[K, T + H]``; the shape says the network how far to forecast."""
    wanted = task.target.shape[1] + horizon
    known = task.known[:, :wanted]
    lacking = wanted - known.shape[1]
    return np.pad(known, ((0, 0), (0, lacking)), constant_values=np.nan)


@contextmanager
def _little_garbage() -> Iterator[None]:
    """The package collects garbage after every batch, which takes longer than a small forecast;
    what is alive before is left out of the search."""
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
