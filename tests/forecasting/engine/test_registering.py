"""Models of somebody else's: by call, by decorator and by an installed package."""

from dataclasses import asdict

import numpy as np
import pytest
import torch
from torch import nn

from forecasting.engine import plugins, registry
from forecasting.engine.baselines import Naive
from forecasting.engine.errors import SettingsError, UnknownModelError
from forecasting.engine.registry import create, model_type, model_types, register_model


@pytest.fixture(autouse=True)
def clean_registry(monkeypatch):
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    plugins.plugins.cache_clear()
    yield
    plugins.plugins.cache_clear()


class CustomLSTM(nn.Module):
    """As the documentation writes it."""

    def __init__(self, input_size, hidden_size, output_size, num_layers):
        super().__init__()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1, :])


def test_the_documented_network_works_as_written(hourly):
    register_model("custom_lstm", CustomLSTM)
    model = create("custom_lstm", hidden_size=8, num_layers=1, epochs=1, epoch_windows=64)
    forecast = model.fit(hourly, horizon=6).predict()
    assert forecast.mean.shape == (2, 6, 2)
    assert model.network_.module.lstm.hidden_size == 8
    assert model.network_.module.fc.out_features == 6 * 2


def test_what_a_constructor_takes_becomes_settings_with_its_defaults(hourly):
    @register_model("mixed", label="Mixed", description="A mixture.")
    class Mixed(nn.Module):
        def __init__(
            self, input_size, output_size, input_length, output_length, *, width=5, act="relu"
        ):
            super().__init__()
            self.facts = (input_length, output_length, width, act)
            self.layer = nn.Linear(input_length * input_size, output_size)

        def forward(self, inputs):
            return self.layer(inputs.flatten(1))

    assert Mixed is model_type("mixed").module
    assert (model_type("mixed").label, model_type("mixed").description) == ("Mixed", "A mixture.")
    model = create("mixed", width=7, lookback=12, epochs=1, epoch_windows=64)
    assert asdict(model.settings)["act"] == "relu"
    model.fit(hourly, horizon=4)
    assert model.network_.module.facts == (12, 4, 7, "relu")


def test_a_registered_network_takes_any_likelihood(hourly):
    register_model("custom_lstm", CustomLSTM)
    sizes = {"hidden_size": 8, "num_layers": 1, "epochs": 1, "epoch_windows": 64}
    model = create("custom_lstm", likelihood="gaussian", **sizes).fit(hourly, horizon=6)
    assert model.network_.module.fc.out_features == 6 * 2 * 2
    assert (model.predict().lower[80] < model.predict().upper[80]).all()


def test_a_forecaster_is_registered_by_decorator():
    @register_model("stubborn")
    class Stubborn(Naive):
        pass

    assert isinstance(create("stubborn"), Stubborn)


@pytest.mark.parametrize(
    ("signature", "sentence"),
    [
        (lambda self, output_size: None, "does not take input_size"),
        (lambda self, input_size, output_size, mystery: None, "needs mystery"),
        (lambda self, input_size, output_size, part=torch.relu: None, "needs part"),
    ],
)
def test_a_module_nobody_can_build_is_refused_at_once(signature, sentence):
    kind = type("Odd", (nn.Module,), {"__init__": signature})
    with pytest.raises(SettingsError, match=sentence):
        register_model("odd", kind)
    assert "odd" not in [entry.name for entry in model_types()]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package that brings a model, and one that is broken."""
    (tmp_path / "tidal_models.py").write_text(
        "from forecasting.engine.baselines import SeasonalNaive\n"
        "class Tides(SeasonalNaive):\n    pass\n"
    )
    info = tmp_path / "tidal-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tidal\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[almanac.models]\ntides = tidal_models:Tides\nsunk = no_such_module:Sunk\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("package")
def test_an_installed_package_brings_its_model(hourly):
    assert "tides" in [entry.name for entry in model_types()]
    own = create("tides").fit(hourly, horizon=24).predict()
    reference = create("seasonal_naive").fit(hourly, horizon=24).predict()
    assert np.array_equal(own.mean, reference.mean)


@pytest.mark.usefixtures("package")
def test_a_broken_package_is_named_when_its_model_is_asked_for():
    with pytest.raises(SettingsError, match=r"sunk of the package tidal cannot be loaded.*no_such"):
        create("sunk")
    assert "sunk" not in [entry.name for entry in model_types()]


def test_a_name_that_no_package_knows_is_unknown():
    with pytest.raises(UnknownModelError, match="no model tides"):
        create("tides")
