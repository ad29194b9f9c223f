"""Any torch module as a forecaster: scaled windows in, all steps out, trained by the one loop."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.folds import default_lookback, fold_lookback
from forecasting.engine.forecaster import Capabilities, Forecaster
from forecasting.engine.held_out import Held
from forecasting.engine.intervals import Conformal
from forecasting.engine.missing import Scaled, moments
from forecasting.engine.neural.loop import Hooks, train
from forecasting.engine.neural.network import build_module
from forecasting.engine.neural.windows import ArrayWindows, SeriesWindows, series_windows
from forecasting.engine.neural_settings import ModuleSettings, TrainingSettings
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch
from forecasting.engine.windows import inputs

VALIDATION_SHARE: Final = 0.2
BATCH: Final = 512
LONGEST_LOOKBACK: Final = 336
TRAINING_FIELDS: Final = frozenset(TrainingSettings.__dataclass_fields__)


class ModuleForecaster(Forecaster):
    """Trains ``module_type`` on the older rows and validates on the newest fifth.

    ``together`` gives the module all channels of a series at once; otherwise every channel is a
    series of its own and the module is shared between them.
    """

    settings_type: ClassVar[type[TrainingSettings]] = ModuleSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        global_=True, trains_long=True, resumable=True, needs_torch=True
    )
    module_type: ClassVar[type[nn.Module]]
    together: ClassVar[bool] = True

    network_: nn.Module

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        self.lookback_ = self._choose_lookback(panel, horizon)
        cuts = np.minimum(
            ((1 - VALIDATION_SHARE) * panel.lengths).astype(np.int64), panel.lengths - horizon
        )
        each = np.repeat(cuts, len(panel.channels))
        scaled = Scaled.of(panel, *_moments_before(panel, cuts))
        training, validation = self._sources(panel, scaled, cuts, horizon)
        channels = len(panel.channels) if self.together else 1
        self.network_, run = train(
            lambda: self._build(channels, horizon),
            training,
            validation,
            self.settings,
            Hooks(watch.part(0.0, 0.95), self.on_epoch, checkpoint, self._identity(panel, horizon)),
        )
        self.report_ = asdict(run) | {"lookback": self.lookback_, "windows": len(training)}
        watch.report(0.95, gettext_noop("Measuring the intervals"))
        steps = np.arange(horizon)
        lengths = np.repeat(panel.lengths, len(panel.channels))
        held = Held.between(scaled, (each, lengths), self.lookback_, steps, len(panel.channels))
        forecasts = self._run(held.inputs, held.variates, held.origins, len(panel.channels))
        scores = held.scores(scaled, forecasts)
        self.intervals_ = Conformal.fit(panel, scaled, scores)

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        scaled = Scaled.of(panel, *self.intervals_.moments(panel))
        rows = [inputs(c, np.array([len(c)]), self.lookback_) for c in scaled.columns]
        variates = np.arange(len(rows))
        steps = self._run(np.concatenate(rows), variates, variates * 0, len(panel.channels))
        # A series that has never moved tells a network nothing; what it says then is its own bias.
        for v, column in enumerate(scaled.columns):
            if column.max() == column.min():
                steps[v] = column[-1]
        values = steps[:, :horizon] * scaled.spread[:, None] + scaled.mean[:, None]
        return values.reshape(len(panel), len(panel.channels), horizon).transpose(0, 2, 1)

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
        self.lookback_ = data.shape[1]
        self.network_, run = train(
            lambda: self._build(channels, horizon),
            ArrayWindows(inputs[:last], targets[:last]),
            ArrayWindows(inputs[cut:], targets[cut:]),
            self.settings,
            Hooks(watch, self.on_epoch),
        )
        self.report_, self.horizon_ = asdict(run), horizon

    @torch.no_grad()
    def predict_windows(self, data: Floats) -> Floats:
        """Forecasts ``[W, H, C]`` of ready-made windows ``[W, L, C]``."""
        windows = torch.split(self._tensor(data), BATCH)
        steps = torch.cat([self.network_(part) for part in windows]).double().numpy()
        values: Floats = steps * self.window_spread_ + self.window_mean_
        return values

    def _tensor(self, data: Floats) -> torch.Tensor:
        scaled = (data - self.window_mean_) / self.window_spread_
        return torch.from_numpy(scaled.astype(np.float32))

    @torch.no_grad()
    def _run(
        self,
        rows: Floats,
        variates: NDArray[np.int64],
        origins: NDArray[np.int64],
        channels: int,
    ) -> Floats:
        """Forecasts ``[n, H]`` of inputs ``[n, L]``.

        Together, the channels of one series and origin enter as one window.
        """
        group = channels if self.together else 1
        order = np.lexsort((variates % group, origins, variates // group))
        blocks = torch.from_numpy(rows[order].astype(np.float32))
        windows = blocks.reshape(-1, group, rows.shape[1]).transpose(1, 2)
        parts = [self.network_(part) for part in torch.split(windows, BATCH)]
        steps = torch.cat(parts).transpose(1, 2).reshape(len(rows), -1).numpy()
        result = np.empty(steps.shape)
        result[order] = steps
        return result

    def _sources(
        self, panel: Panel, scaled: Scaled, cuts: NDArray[np.int64], horizon: int
    ) -> tuple[SeriesWindows, SeriesWindows]:
        channels = len(panel.channels)
        if self.together:
            columns = [
                np.stack(scaled.columns[s * channels : (s + 1) * channels], axis=1)
                for s in range(len(panel))
            ]
            ends = panel.lengths
        else:
            columns = [column[:, None] for column in scaled.columns]
            cuts, ends = np.repeat(cuts, channels), np.repeat(panel.lengths, channels)
        before = [(0, int(cut)) for cut in cuts]
        after = [(int(cut), int(end)) for cut, end in zip(cuts, ends, strict=True)]
        training = series_windows(columns, before, self.lookback_, horizon)
        validation = series_windows(columns, after, self.lookback_, horizon)
        if not len(training) or not len(validation):
            raise _too_short(panel, horizon)
        return training, validation

    def _choose_lookback(self, panel: Panel, horizon: int) -> int:
        typical = int(np.quantile(panel.lengths, 0.2, method="lower"))
        wanted = self.settings.lookback or default_lookback(panel.frequency, LONGEST_LOOKBACK)
        season = min(panel.frequency.season_lengths)
        for length in (typical, int(panel.lengths.max())):
            lookback = fold_lookback(length, horizon, wanted, season)
            if lookback:
                return lookback
        raise _too_short(panel, horizon)

    def _build(self, channels: int, horizon: int) -> nn.Module:
        return build_module(self.module_type, channels, horizon, self._module_options())

    def _module_options(self) -> dict[str, Any]:
        return {k: v for k, v in asdict(self.settings).items() if k not in TRAINING_FIELDS}

    def _identity(self, panel: Panel, horizon: int) -> str:
        """What a checkpoint must match to be taken up again."""
        facts = [self.name, asdict(self.settings), horizon, panel.fingerprint()]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        return {name: tensor.numpy() for name, tensor in self.network_.state_dict().items()}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        channels = len(self.context_.channels) if self.together else 1
        self.network_ = self._build(channels, self.horizon_).eval()
        weights = {name: torch.from_numpy(array) for name, array in arrays.items()}
        self.network_.load_state_dict(weights)


def _moments_before(panel: Panel, cuts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean and spread ``[V]`` of the rows before the cut, so that validation stays unseen."""
    columns = []
    for index, cut in enumerate(cuts):
        for column in panel.at(index)[: max(int(cut), 1)].T:
            seen = column[~np.isnan(column)]
            columns.append(seen if len(seen) else np.zeros(1))
    return moments(columns)


def _too_short(panel: Panel, horizon: int) -> TooShortError:
    longest = int(panel.lengths.argmax())
    return TooShortError(
        gettext_noop(
            "Series %(series)s has %(rows)s rows; training a network for %(horizon)s steps needs "
            "at least %(needed)s. Add history or shorten the horizon."
        ),
        series=panel.ids[longest],
        rows=int(panel.lengths[longest]),
        horizon=horizon,
        needed=2 * horizon + 8,
    )
