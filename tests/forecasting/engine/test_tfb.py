"""The documented example, as it is written."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import forecasting.engine as tfb
from forecasting.engine import registry
from forecasting.engine.baselines import Naive
from forecasting.engine.errors import EngineError, NotFittedError, SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.tfb import joined
from tests.forecasting.engine.series import seasonal


class CustomLSTM(nn.Module):
    def __init__(self, input_size, output_size, hidden_size=16):
        super().__init__()
        self.recurrent = nn.LSTM(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, inputs):
        return self.head(self.recurrent(inputs)[0][:, -1])


@pytest.fixture
def frame():
    times = pd.date_range("2024-01-01", periods=600, freq="h")
    return pd.DataFrame(
        {"timestamp": times, "value": seasonal(600), "other": seasonal(600, seed=1)}
    )


@pytest.fixture(autouse=True)
def clean_registry(monkeypatch):
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))


def quick(**changes):
    sizes = {"hidden_size": 8, "num_layers": 1, "epochs": 2, "input_length": 30}
    return tfb.ModelConfig(**(sizes | changes))


def test_the_documented_example_runs_unchanged(frame):
    dataset = tfb.Dataset(data=frame, time_column="timestamp", value_columns=["value"],
                          train_ratio=0.8, val_ratio=0.1, test_ratio=0.1)  # fmt: skip
    model = tfb.Model(config=tfb.ModelConfig(model_type="lstm", input_length=100, output_length=10,
                                             hidden_size=128, num_layers=2, dropout=0.2,
                                             epochs=1))  # fmt: skip
    model.fit(dataset.train_data, dataset.train_labels)
    scores = model.evaluate(dataset.test_data, dataset.test_labels)
    assert {"rmse", "mae", "mape", "smape"} <= set(scores)
    assert scores["rmse"] >= scores["mae"] > 0
    assert model.predict(dataset.test_data).shape == dataset.test_labels.shape
    tfb.register_model("custom_lstm", CustomLSTM)
    assert "custom_lstm" in [entry.name for entry in tfb.model_types()]


def test_windows_are_cut_in_time_order_without_leaks(frame):
    frame["value"] = np.arange(600.0)
    dataset = tfb.Dataset(frame, "timestamp", ["value"], 0.8, 0.1, 0.1, 20, 5)
    assert dataset.train_data.shape == (480 - 24, 20, 1)
    assert dataset.train_labels.max() == 479
    assert (dataset.val_labels.min(), dataset.val_labels.max()) == (480, 539)
    assert (dataset.test_labels.min(), dataset.test_labels.max()) == (540, 599)
    assert (dataset.test_data[0, -1, 0], dataset.test_labels[0, 0, 0]) == (539, 540)
    assert np.shares_memory(dataset.train_data, dataset.values)


@pytest.mark.parametrize("name", ["naive", "seasonal_naive", "drift", "linear", "lstm"])
def test_every_model_answers_windows(frame, name):
    dataset = tfb.Dataset(frame, "timestamp", ["value", "other"], input_length=30)
    model = tfb.Model(quick(model_type=name)).fit(dataset.train_data, dataset.train_labels)
    forecast = model.predict(dataset.test_data)
    assert forecast.shape == dataset.test_labels.shape
    errors = model.evaluate(dataset.test_data, dataset.test_labels)
    assert errors["mae"] == pytest.approx(np.abs(forecast - dataset.test_labels).mean())


def test_the_linear_model_beats_the_naive_one_on_windows(frame):
    dataset = tfb.Dataset(frame, "timestamp", ["value"], input_length=30)
    scores = {
        name: tfb.Model(quick(model_type=name))
        .fit(dataset.train_data, dataset.train_labels)
        .evaluate(dataset.test_data, dataset.test_labels)["mae"]
        for name in ("naive", "linear")
    }
    assert scores["linear"] < 0.2 * scores["naive"]


def test_a_plain_torch_module_is_trained_by_name(frame):
    tfb.register_model("custom_lstm", CustomLSTM)
    dataset = tfb.Dataset(frame, "timestamp", ["value"], input_length=30)
    model = tfb.Model(quick(model_type="custom_lstm", epochs=6, learning_rate=1e-2))
    model.fit(dataset.train_data, dataset.train_labels)
    naive = tfb.Model(quick(model_type="naive")).fit(dataset.train_data, dataset.train_labels)
    scores = [m.evaluate(dataset.test_data, dataset.test_labels)["mae"] for m in (model, naive)]
    assert scores[0] < scores[1]


def test_a_registered_module_forecasts_panels_and_can_be_saved(hourly, tmp_path):
    tfb.register_model("custom_lstm", CustomLSTM)
    model = tfb.create("custom_lstm", epochs=1, epoch_windows=64, hidden_size=8)
    before = model.fit(hourly, horizon=4).predict()
    assert before.mean.shape == (2, 4, 2)
    after = tfb.load(tfb.save(model, tmp_path / "custom")).predict()
    assert np.array_equal(before.mean, after.mean)


def test_channels_of_a_module_stay_in_their_place(hourly):
    class Echo(nn.Module):
        def __init__(self, input_size, output_size):
            super().__init__()
            self.steps, self.nothing = output_size // input_size, nn.Parameter(torch.zeros(1))

        def forward(self, inputs):
            return inputs[:, -self.steps :] + 0 * self.nothing

    tfb.register_model("echo", Echo)
    forecast = tfb.create("echo", epochs=1, epoch_windows=32).fit(hourly, horizon=3).predict()
    for place, name in enumerate("ab"):
        assert np.allclose(forecast.mean[place], hourly.series(name)[-3:], atol=1e-4)


def test_a_forecaster_of_your_own_is_registered_as_it_is(hourly):
    class Doubled(Naive):
        def _predict(self, panel, horizon):
            return 2 * super()._predict(panel, horizon)

    tfb.register_model("doubled", Doubled)
    forecast = tfb.create("doubled").fit(hourly, horizon=2).predict()
    assert forecast.mean[0, 0, 0] == 2 * hourly.series("a")[-1, 0]


def test_built_in_names_cannot_be_taken():
    with pytest.raises(SettingsError, match="built-in"):
        tfb.register_model("lstm", CustomLSTM)


def test_a_module_that_cannot_be_built_is_refused():
    class Stubborn(nn.Module):
        def __init__(self, width):
            super().__init__()

    with pytest.raises(SettingsError, match="does not take input_size, output_size"):
        tfb.register_model("stubborn", Stubborn)


@pytest.mark.parametrize(
    ("data", "labels", "words"),
    [
        (np.zeros((5, 30)), np.zeros((5, 10)), "windows, steps, channels"),
        (np.zeros((5, 20, 1)), np.zeros((5, 10, 1)), "input_length"),
        (np.zeros((5, 30, 1)), np.zeros((4, 10, 1)), "input"),
        (np.zeros((0, 30, 1)), np.zeros((0, 10, 1)), "at least one"),
    ],
)
def test_windows_of_a_wrong_shape_are_refused(data, labels, words):
    with pytest.raises(EngineError, match=words):
        tfb.Model(quick()).fit(data, labels)


def test_ratios_must_add_up(frame):
    with pytest.raises(SettingsError, match=r"add up to 1, not to 1\.3"):
        tfb.Dataset(frame, "timestamp", ["value"], 0.8, 0.4, 0.1)


def test_an_unfitted_model_says_so():
    with pytest.raises(NotFittedError):
        tfb.Model(quick()).predict(np.zeros((1, 30, 1)))


def test_the_panel_of_consecutive_windows_is_the_series_they_came_from(frame):
    dataset = tfb.Dataset(frame, "timestamp", ["value", "other"], input_length=30)
    panel = joined(dataset.train_data, dataset.train_labels)
    assert np.array_equal(panel.at(0), dataset.values[:480])
    assert isinstance(panel, Panel)
