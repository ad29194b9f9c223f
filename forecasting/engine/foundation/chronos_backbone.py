"""Chronos-2 and Chronos-Bolt (Ansari et al. 2024, 2025) of the package chronos-forecasting.

Both forecast quantiles without sampling, so the same past gives the same numbers. Chronos-2 reads
the channels of a series together with its past and known covariates; Chronos-Bolt reads one channel
at a time.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from forecasting.engine.foundation.backbone import Backbone, Task
from forecasting.engine.foundation.weights import Weights
from forecasting.engine.panel import Floats


def open_chronos(weights: Weights, device: str) -> Backbone:
    """Read the weights of either family."""
    import torch
    from chronos import Chronos2Pipeline, ChronosBoltPipeline  # noqa: PLC0415 -- heavy

    kind = Chronos2Pipeline if weights.family == "chronos2" else ChronosBoltPipeline
    with _quiet():
        pipeline = kind.from_pretrained(
            weights.folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )
    cuda = device == "auto" and torch.cuda.is_available()
    pipeline.model.to("cuda" if cuda else "cpu" if device == "auto" else device).eval()
    return Chronos2(pipeline) if weights.family == "chronos2" else ChronosBolt(pipeline)


class _Pipeline:
    """A network of the package with what it says of itself."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline
        self.context = int(pipeline.model_context_length)
        self.horizon: int | None = int(pipeline.model_prediction_length)
        self.levels = tuple(float(level) for level in pipeline.quantiles)


class Chronos2(_Pipeline):
    """Channels, past and known covariates of a series together."""

    uses_covariates = True

    def forecast(self, tasks: Sequence[Task], horizon: int) -> list[Floats]:
        """Quantiles ``[C, Q, H]`` of every task."""
        rows = sum(task.rows for task in tasks)
        with _quiet():
            found = self.pipeline.predict(
                [_inputs(task, horizon) for task in tasks],
                prediction_length=horizon,
                batch_size=rows,
            )
        return [np.asarray(one.numpy(), dtype=np.float64) for one in found]


def _inputs(task: Task, horizon: int) -> dict[str, Any]:
    """One series as the package wants it; covariates are named by their place."""
    rows = task.target.shape[1]
    past = {f"past{i}": row.astype(np.float32) for i, row in enumerate(task.past)}
    known = {f"known{i}": row.astype(np.float32) for i, row in enumerate(task.known)}
    inputs: dict[str, Any] = {"target": task.target.astype(np.float32)}
    if past or known:
        inputs["past_covariates"] = past | {name: row[:rows] for name, row in known.items()}
    if known:
        inputs["future_covariates"] = {
            name: row[rows : rows + horizon] for name, row in known.items()
        }
    return inputs


class ChronosBolt(_Pipeline):
    """One channel at a time, without covariates."""

    uses_covariates = False

    def forecast(self, tasks: Sequence[Task], horizon: int) -> list[Floats]:
        """Quantiles ``[C, Q, H]`` of every task."""
        import torch

        rows = [torch.tensor(row, dtype=torch.float32) for task in tasks for row in task.target]
        with _quiet():
            found = self.pipeline.predict(rows, prediction_length=horizon)
        every = np.asarray(found.numpy(), dtype=np.float64)
        edges = np.cumsum([len(task.target) for task in tasks])[:-1]
        return list(np.split(every, edges))


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the package's warnings, which a note of the forecast repeats in plain words."""
    from transformers.utils import logging  # noqa: PLC0415 -- heavy

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if shown:
            logging.enable_progress_bar()
