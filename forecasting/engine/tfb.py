"""The field's own words: Dataset, ModelConfig, Model with fit, predict and evaluate on windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self, cast

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from forecasting.engine import metrics
from forecasting.engine.errors import (
    NotFittedError,
    SettingsError,
    TooShortError,
    gettext_noop,
)
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.frequency import Frequency
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.registry import model_type, register_model
from forecasting.engine.watch import ReportProgress, ShouldStop, Watch

if TYPE_CHECKING:
    from forecasting.engine.neural.module_forecaster import ModuleForecaster

__all__ = ["Dataset", "Model", "ModelConfig", "register_model"]


class Dataset:
    """A table cut into train, validation and test windows, in time order.

    ``train_data`` is float ``[windows, input_length, channels]`` and ``train_labels``
    ``[windows, output_length, channels]``, both views; ``val_`` and ``test_`` alike. Validation and
    test windows may read inputs from before their border, every label lies inside. Gaps are closed
    by straight lines.
    """

    def __init__(  # noqa: PLR0913 -- the documented signature
        self,
        data: pd.DataFrame,
        time_column: str,
        value_columns: Sequence[str],
        train_ratio: float = 0.8,
        val_ratio: float = 0.1,
        test_ratio: float = 0.1,
        input_length: int = 100,
        output_length: int = 10,
        frequency: str | None = None,
    ) -> None:
        total = train_ratio + val_ratio + test_ratio
        if min(train_ratio, val_ratio, test_ratio) < 0 or abs(total - 1) > 1e-9:
            raise SettingsError(
                gettext_noop(
                    "The three ratios must be positive and add up to 1, not to %(total)s."
                ),
                total=total,
            )
        self.panel = Panel.from_wide(data, time_column, list(value_columns), frequency)
        self.input_length, self.output_length = input_length, output_length
        self.values = np.stack([fill(column) for column in self.panel.at(0).T], axis=1)
        rows = len(self.values)
        first, second = round(train_ratio * rows), round((train_ratio + val_ratio) * rows)
        self.train_data, self.train_labels = self._cut(0, first)
        self.val_data, self.val_labels = self._cut(first, second)
        self.test_data, self.test_labels = self._cut(second, rows)

    def _cut(self, low: int, high: int) -> tuple[Floats, Floats]:
        """Windows whose labels lie in the rows ``[low, high)``."""
        width = self.input_length + self.output_length
        part = self.values[max(0, low - self.input_length) : high]
        channels = part.shape[1]
        if len(part) < width:
            return (
                np.empty((0, self.input_length, channels)),
                np.empty((0, self.output_length, channels)),
            )
        windows = sliding_window_view(part, width, axis=0).transpose(0, 2, 1)
        return windows[:, : self.input_length], windows[:, self.input_length :]


@dataclass(frozen=True)
class ModelConfig:
    """``model_type`` is a name of the registry; sizes a model does not know are left aside."""

    model_type: str = "lstm"
    input_length: int = 100
    output_length: int = 10
    hidden_size: int = 128
    num_layers: int = 2
    dropout: float = 0.2
    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 1e-3
    season_length: int = 0
    max_seconds: float = 30.0
    seed: int = 0


class Model:
    """A model of the registry, trained on and asked with arrays of windows."""

    def __init__(self, config: ModelConfig) -> None:
        self.config = config
        self.type = model_type(config.model_type)
        known = {field.name for field in fields(self.type.settings)}
        given = {f.name: getattr(config, f.name) for f in fields(config)}
        settings = {name: value for name, value in given.items() if name in known}
        if "lookback" in known:
            settings["lookback"] = config.input_length
        self.forecaster: Forecaster = self.type.load()(**settings)

    def fit(
        self,
        data: ArrayLike,
        labels: ArrayLike,
        *,
        progress: ReportProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Self:
        """Train on inputs ``[W, input_length, C]`` and labels ``[W, output_length, C]``.

        Networks keep the newest fifth of the windows for validation. Every other model needs
        windows that follow each other by one row, as Dataset gives them.
        """
        inputs, targets = self._checked(data), self._checked(labels)
        self._check_shapes(inputs, targets)
        if self.type.capabilities.needs_torch:
            self._windowed().fit_windows(inputs, targets, Watch(progress, should_stop))
        else:
            self.forecaster.fit(
                joined(inputs, targets),
                horizon=targets.shape[1],
                progress=progress,
                should_stop=should_stop,
            )
        return self

    def predict(self, data: ArrayLike) -> Floats:
        """Forecasts ``[W, output_length, C]`` of inputs ``[W, input_length, C]``."""
        inputs = self._checked(data)
        if not self.forecaster.horizon_:
            raise NotFittedError(gettext_noop("Fit the model before asking it for a forecast."))
        if self.type.capabilities.needs_torch:
            return self._windowed().predict_windows(inputs)
        windows = {str(number): window for number, window in enumerate(inputs)}
        frequency = self.forecaster.context_.frequency
        panel = Panel.from_arrays(windows, frequency=frequency)
        return self.forecaster.predict(panel, levels=()).mean

    def evaluate(self, data: ArrayLike, labels: ArrayLike) -> dict[str, float]:
        """mse, rmse, mae, mape, smape, wape and bias over all windows, steps and channels."""
        truth = self._checked(labels)
        forecast = self.predict(data)
        measures = {"mse": metrics.mse} | metrics.POINT
        return {name: float(measure(truth, forecast)) for name, measure in measures.items()}

    def _windowed(self) -> ModuleForecaster:
        return cast("ModuleForecaster", self.forecaster)

    def _checked(self, data: ArrayLike) -> Floats:
        array = np.asarray(data, dtype=np.float64)
        if array.ndim != 3 or not len(array):
            raise SettingsError(
                gettext_noop(
                    "Give windows as [windows, steps, channels], at least one; not %(shape)s."
                ),
                shape=array.shape,
            )
        return array

    def _check_shapes(self, inputs: Floats, targets: Floats) -> None:
        wanted = (self.config.input_length, self.config.output_length)
        given = (inputs.shape[1], targets.shape[1])
        if wanted != given or len(inputs) != len(targets):
            raise SettingsError(
                gettext_noop(
                    "The model wants %(wanted)s input and output steps, the windows have "
                    "%(given)s; give both the same input_length and output_length."
                ),
                wanted=wanted,
                given=given,
            )


def joined(inputs: Floats, targets: Floats) -> Panel:
    """The series that consecutive windows were cut from."""
    consecutive = np.array_equal(inputs[1:, :-1], inputs[:-1, 1:], equal_nan=True)
    if not consecutive:
        raise TooShortError(
            gettext_noop(
                "This model learns from one series; give it windows that follow each other."
            )
        )
    series = np.concatenate([inputs[0], inputs[1:, -1], targets[-1]])
    return Panel.from_arrays(series, frequency=Frequency("D"))
