"""Networks trained on ready-made windows, for callers that bring their own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import torch

from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.neural.beside import KINDS, Beside
from forecasting.engine.neural.loop import train
from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.training import Hooks
from forecasting.engine.neural.window import Shape, Window
from forecasting.engine.neural.windows import ArrayWindows
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.panel import Floats
from forecasting.engine.watch import EpochReport, Watch

VALIDATION_SHARE: Final = 0.2
BATCH: Final = 512


class Windowed(ABC):
    """Trains on arrays of windows, every channel on a scale of its own."""

    settings: TrainingSettings
    on_epoch: Callable[[EpochReport], None] | None
    network_: WindowNetwork
    beside_: Beside
    lookback_: int
    horizon_: int
    season_: int
    report_: dict[str, Any]
    window_mean_: Floats
    window_spread_: Floats

    def fit_windows(self, data: Floats, labels: Floats, watch: Watch) -> None:
        """Train on ready-made windows ``[W, L, C]`` and ``[W, H, C]``, the newest fifth validating.

        Windows that overlap the labels of the validation part are left out of training.
        """
        horizon, channels = labels.shape[1:]
        count = len(data)
        cut = count - max(1, int(VALIDATION_SHARE * count))
        last = cut - horizon + 1 if cut > 2 * horizon else cut
        if last < 1:
            raise TooShortError(gettext_noop("Training a network needs at least two windows."))
        self.window_mean_ = data[:last].mean(axis=(0, 1))
        spread = data[:last].std(axis=(0, 1))
        self.window_spread_ = np.where(spread > 0, spread, 1.0)
        inputs, targets = self._tensor(data), self._tensor(labels)
        self.lookback_, self.beside_ = data.shape[1], Beside.restored({}, {k: [] for k in KINDS})
        shape = self._shape(channels, horizon)
        inputs, targets = self._apart(inputs, shape), self._apart(targets, shape)
        each = channels // shape.channels
        self.network_, run = train(
            lambda: self._build(shape),
            ArrayWindows(inputs[: last * each], targets[: last * each]),
            ArrayWindows(inputs[cut * each :], targets[cut * each :]),
            self.settings,
            Hooks(watch, self.on_epoch),
        )
        self.report_, self.horizon_ = asdict(run), horizon

    @torch.no_grad()
    def predict_windows(self, data: Floats) -> Floats:
        """Forecasts ``[W, H, C]`` of ready-made windows ``[W, L, C]``."""
        shape = self.network_.shape
        inputs = self._apart(self._tensor(data), shape)
        parts = [
            self.network_.head.centre(self.network_(Window.plain(part, shape.horizon)))
            for part in torch.split(inputs, BATCH)
        ]
        steps = torch.cat(parts).double()
        count, channels = len(data), data.shape[2]
        if shape.channels != channels:
            steps = steps[:, :, 0].reshape(count, channels, -1).transpose(1, 2)
        values: Floats = steps.numpy() * self.window_spread_ + self.window_mean_
        return values

    def _tensor(self, data: Floats) -> torch.Tensor:
        scaled = (data - self.window_mean_) / self.window_spread_
        return torch.from_numpy(scaled.astype(np.float32))

    def _apart(self, windows: torch.Tensor, shape: Shape) -> torch.Tensor:
        """``[W, T, C]``, or ``[W * C, T, 1]`` for a network that takes channels one by one."""
        if shape.channels == windows.shape[2]:
            return windows
        return windows.transpose(1, 2).reshape(-1, windows.shape[1], 1)

    @abstractmethod
    def _shape(self, channels: int, horizon: int) -> Shape:
        """Sizes of the windows."""

    @abstractmethod
    def _build(self, shape: Shape) -> WindowNetwork:
        """An untrained network of these sizes."""
