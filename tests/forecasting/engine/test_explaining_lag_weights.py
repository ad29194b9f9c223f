"""Linear models as weights by lag: they reproduce the forecast and find what made the series."""

import numpy as np
import pandas as pd
import pytest

from forecasting.engine.errors import Cancelled, SettingsError
from forecasting.engine.explaining import lag_maps
from forecasting.engine.explaining.lag_bands import LagBands
from forecasting.engine.explaining.lag_maps import lag_tables
from forecasting.engine.explaining.lag_weights import lag_weights
from forecasting.engine.explaining.lag_words import sentences
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch
from tests.forecasting.engine.series import seasonal


def two_lags(rows=2_000, seed=0):
    """y_t = 0.5 y_(t-1) + 0.5 y_(t-24) + noise."""
    shocks = np.random.default_rng(seed).normal(size=rows)
    y = np.zeros(rows)
    y[:24] = shocks[:24]
    for t in range(24, rows):
        y[t] = 0.5 * y[t - 1] + 0.5 * y[t - 24] + shocks[t]
    return 40 + y


def panel_of(*columns, names=None):
    return Panel.from_arrays({"s": np.stack(columns, axis=1)}, "2024-01-01", "h", names)


def test_linear_finds_the_two_lags_that_made_the_series():
    model = create("linear", lookback=48).fit(panel_of(two_lags()), horizon=1)
    found = lag_weights(model)
    assert [top.lag for top in found.top()[:2]] in ([1, 24], [24, 1])
    assert found.weights[0, [0, 23], 0] == pytest.approx([0.5, 0.5], abs=0.06)
    assert np.abs(np.delete(found.weights[0, :, 0], [0, 23])).max() < 0.08
    assert found.totals[0, 0] == pytest.approx(1, abs=1e-9)
    labels = {str(top.label) for top in found.top(count=2)}
    assert labels == {"1 hour ago (1 step)", "1 day ago (24 steps)"}
    named = dict(zip((str(b) for b in found.bands), found.band_weights[0, :, 0], strict=True))
    assert named["the last 3 hours"] == pytest.approx(0.5, abs=0.1)
    assert named["the same time of earlier days"] == pytest.approx(0.5, abs=0.1)
    assert "Step 1 rests on" in str(sentences(found)[0])


@pytest.mark.parametrize("name", ["linear", "linear_stack"])
def test_the_weights_reproduce_the_forecast_and_sum_to_one(name):
    panel = panel_of(seasonal(900, seed=1), seasonal(900, seed=2, level=-5))
    model = create(name).fit(panel, horizon=30)
    forecast = model.predict(panel).mean[0]
    for c, table in enumerate(lag_tables(model, panel)):
        assert table.exact
        past = panel.values[::-1][: len(table.weights), c]
        assert past @ table.weights + table.constant == pytest.approx(forecast[:, c], abs=1e-4)
        assert table.weights.sum(axis=0) == pytest.approx(1, abs=1e-5)
    found = lag_weights(model, panel)
    assert found.gaps.max() < 1e-4
    assert found.blocks == ((0, 8), (8, 24), (24, 30))
    assert found.band_weights.sum(axis=1) == pytest.approx(found.totals, abs=1e-9)
    assert found.band_shares.sum(axis=1) == pytest.approx(1)


def test_pooled_lags_come_apart_again():
    panel = panel_of(two_lags(6_000))
    model = create("linear_stack").fit(panel, horizon=24)
    assert len(model.grid_.firsts) < model.lookback_
    table = next(lag_tables(model, panel))
    assert table.weights.shape == (model.lookback_, 24)
    past = panel.values[::-1][: model.lookback_, 0]
    assert past @ table.weights == pytest.approx(model.predict(panel).mean[0, :, 0], abs=1e-3)


def test_slopes_of_an_affine_model_are_its_weights():
    panel = panel_of(two_lags(700))
    model = create("linear_stack").fit(panel, horizon=6)
    exact, slopes = next(lag_tables(model, panel)), lag_maps._slopes(model, panel)[0]
    assert not slopes.exact
    assert slopes.weights == pytest.approx(exact.weights[: len(slopes.weights)], abs=2e-3)


def growing(rows=240):
    """Monthly, doubling every five years, with a season in proportion: curved views pay off."""
    t = np.arange(rows)
    noise = 1 + 0.02 * np.random.default_rng(0).normal(size=rows)
    return 100 * 2 ** (t / 60) * (1 + 0.3 * np.sin(2 * np.pi * t / 12)) * noise


@pytest.mark.parametrize("name", ["linear_many", "linear_stack"])
def test_a_curved_model_gets_slopes_that_foretell_a_small_change(name):
    panel = Panel.from_arrays({"a": growing(), "b": 5 + growing()}, "2004-01-01", "MS")
    model = create(name).fit(panel, horizon=6)
    table = next(lag_tables(model, panel))
    assert not table.exact
    assert np.isfinite(table.weights).all()
    values = panel.values.copy()
    nudge = 0.001 * values[240 - 12, 0]
    values[240 - 12, 0] += nudge
    moved = Panel.from_arrays({"a": values[:240], "b": values[240:]}, "2004-01-01", "MS")
    change = (model.predict(moved).mean - model.predict(panel).mean)[0, :, 0] / nudge
    assert change == pytest.approx(table.weights[11], abs=0.02)
    assert "not quite linear" in str(sentences(lag_weights(model, panel))[-1])


def test_a_covariate_is_what_is_added_to_the_weighted_past():
    random = np.random.default_rng(3)
    price = random.normal(size=824)
    table = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=824, freq="h")})
    table["y"] = np.r_[seasonal(800) + 4 * price[:800], np.full(24, np.nan)]
    table["price"] = price
    panel = Panel.from_wide(table, "ds", ["y"], known=["price"])
    model = create("linear_stack", preset="fast").fit(panel, horizon=24)
    found = lag_weights(model, panel, blocks=[(n, n + 1) for n in range(24)])
    assert found.gaps[0] < 1e-3
    assert np.corrcoef(found.constants[0], price[800:])[0, 1] > 0.95


def test_a_short_past_repeats_its_oldest_value():
    series = {str(n): two_lags(400, n) for n in range(5)} | {"short": two_lags(60, 6)}
    panel = Panel.from_arrays(series, "2024", "h")
    model = create("linear", lookback=100).fit(panel, horizon=4)
    found = lag_weights(model, panel)
    assert found.weights.shape == (6, 100, 1)
    assert found.gaps.max() < 1e-9
    assert not found.weights[5, 60:].any()
    assert found.weights[5, 59, 0] == pytest.approx(found.weights[0, 59:, 0].sum())


def test_bands_are_counted_from_the_step_that_is_forecast():
    bands = LagBands(Frequency.parse("h"), (24, 168))
    assert [str(name) for name in bands.names] == [
        "the last 3 hours",
        "the same time of earlier days",
        "the same time of earlier weeks",
        "other values up to 1 day back",
        "other values up to 1 week back",
        "older values",
    ]
    lags = np.array([1, 3, 4, 24, 25, 48, 168, 169, 192, 336])
    assert bands.codes(lags, [0]).tolist() == [0, 0, 3, 1, 4, 1, 2, 5, 1, 2]
    # For step 10 (number 9) the same time yesterday is the row of lag 24 - 9 = 15.
    assert bands.codes(np.array([15, 24, 159]), [9]).tolist() == [1, 3, 2]
    # Twelve steps see every second hour of earlier days as "the same time"; 13 steps too many.
    assert bands.codes(np.array([24, 13, 12]), range(12)).tolist() == [1, 1, 3]
    assert bands.codes(np.array([24, 168, 100]), range(13)).tolist() == [3, 2, 4]


def test_a_model_without_weights_says_so_and_a_stop_is_obeyed(single):
    with pytest.raises(SettingsError, match="naive has no weights by lag"):
        lag_weights(create("naive").fit(single, horizon=4))
    model = create("linear").fit(single, horizon=4)
    with pytest.raises(Cancelled):
        lag_weights(model, watch=Watch(should_stop=lambda: True))
