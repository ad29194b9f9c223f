"""Networks that are told more than the past values."""

import numpy as np
import pandas as pd
import pytest

from forecasting.engine import artifacts
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create, model_types

NETS = [entry.name for entry in model_types() if entry.capabilities.resumable]
SMALL = {
    "lstm": {"hidden_size": 32, "segment": 4},
    "gru": {"hidden_size": 32, "segment": 4},
    "segrnn": {"hidden_size": 32, "segment": 4},
    "tcn": {"channels": 16, "segment": 4},
    "nhits": {"hidden_size": 64, "dropout": 0.0},
    "tide": {"hidden_size": 32},
    "transformer": {"model_size": 16, "segment": 4, "layers": 1},
    "patchtst": {"model_size": 16, "layers": 1, "dropout": 0.0},
    "itransformer": {"model_size": 32, "layers": 1},
    "tft": {"hidden_size": 16, "segment": 4},
}
ROWS, HORIZON = 500, 8


def table(seed=0):
    """A switch that nobody can guess moves the load at once by 3."""
    random = np.random.default_rng(seed)
    switch = random.integers(0, 2, ROWS + HORIZON).astype(float)
    load = 10 + 3 * switch + 0.1 * random.normal(size=ROWS + HORIZON)
    return pd.DataFrame(
        {"ds": pd.date_range("2024-01-01", periods=ROWS + HORIZON, freq="h"), "load": load}
    ), switch


def make(name, **changes):
    training = {"epochs": 8, "epoch_windows": 512, "batch_size": 32, "learning_rate": 1e-2}
    return create(name, **({"lookback": 24} | training | SMALL.get(name, {}) | changes))


@pytest.mark.parametrize("name", NETS)
def test_a_known_covariate_tells_the_steps_ahead(name):
    frame, switch = table()
    actual = frame["load"].to_numpy()[-HORIZON:].copy()
    frame.loc[ROWS:, "load"] = np.nan
    told = Panel.from_wide(frame.assign(switch=switch), "ds", "load", known=["switch"])
    error = np.abs(make(name).fit(told, horizon=HORIZON).predict().mean[0, :, 0] - actual).mean()
    # Who is not told can do no better than 11.5 for every step, the middle of 10 and 13.
    assert error < 0.5 * np.abs(11.5 - actual).mean()


@pytest.fixture(scope="module")
def shops():
    """Two shops; the footfall of an hour is the sale of the next, and one shop sells thrice."""
    random = np.random.default_rng(1)
    frames = []
    for shop, size in (("small", 1.0), ("large", 3.0)):
        footfall = random.uniform(5, 15, 400)
        sales = np.concatenate([[10.0], size * footfall[:-1]])
        times = pd.date_range("2024-01-01", periods=400, freq="h")
        frames.append(
            pd.DataFrame(
                {"id": shop, "ds": times, "sales": sales, "footfall": footfall, "size": size}
            )
        )
    return pd.concat(frames, ignore_index=True)


READERS = [entry.name for entry in model_types() if entry.capabilities.uses_past
           and entry.capabilities.resumable]  # fmt: skip


@pytest.mark.parametrize("name", ["gru", "tide", "nhits", "itransformer"])
def test_a_past_covariate_tells_the_next_step(name, shops):
    assert name in READERS
    blind = Panel.from_long(shops, "id", "ds", "sales")
    told = Panel.from_long(shops, "id", "ds", "sales", past=["footfall"])
    sizes = {"lookback": 12} | ({"segment": 1} if name == "gru" else {})
    losses = [
        make(name, **sizes).fit(panel, horizon=1).report_["best_loss"] for panel in (blind, told)
    ]
    assert losses[1] < 0.6 * losses[0]


@pytest.mark.parametrize("name", ["lstm", "tft", "dlinear"])
def test_all_covariates_are_saved_with_the_model(name, shops, tmp_path):
    panel = Panel.from_long(
        shops.assign(hour=shops["ds"].dt.hour), "id", "ds", "sales",
        known=["hour"], past=["footfall"], static=["size"],
    )  # fmt: skip
    past = panel.window(0, 380)
    model = make(name, epochs=1).fit(past, horizon=4)
    loaded = artifacts.load(artifacts.save(model, tmp_path / name))
    assert np.array_equal(model.predict().mean, loaded.predict().mean)
    assert np.array_equal(model.predict(past).mean, loaded.predict(past).mean)


def test_other_covariates_than_learned_are_refused(shops):
    told = Panel.from_long(shops, "id", "ds", "sales", past=["footfall"])
    model = make("gru", epochs=1).fit(told, horizon=4)
    with pytest.raises(SettingsError, match="footfall"):
        model.predict(Panel.from_long(shops, "id", "ds", "sales"))


def test_a_future_that_is_not_known_is_asked_for():
    frame, switch = table()
    panel = Panel.from_wide(frame.assign(switch=switch), "ds", "load", known=["switch"])
    model = make("gru", epochs=1).fit(panel, horizon=HORIZON)
    with pytest.raises(TooShortError, match="known for 0 steps"):
        model.predict()


def test_gaps_in_a_past_covariate_are_carried_forward_not_back(shops):
    gap = shops.copy()
    gap.loc[(gap["id"] == "small") & (gap.index > 390), "footfall"] = np.nan
    panel = Panel.from_long(gap, "id", "ds", "sales", past=["footfall"])
    forecast = make("gru", epochs=1).fit(panel, horizon=4).predict()
    assert np.isfinite(forecast.mean).all()
