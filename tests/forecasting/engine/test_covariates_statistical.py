"""Regressions beside ARIMA and MFLES: which covariates count, by how much, and up to where."""

import dataclasses

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.covariates import Known
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.statistical.regressors import Regressors

USERS = ["auto_arima", "mfles"]


def driven(rows=120, ahead=8, weight=3.0, trend=0.0, frequency="W-MON", season=0):
    random = np.random.default_rng(1)
    x = random.normal(size=(rows + ahead, 1))
    noise = np.zeros(rows)
    for t in range(1, rows):
        noise[t] = 0.5 * noise[t - 1] + 0.1 * random.normal()
    y = 10 + weight * x[:rows, 0] + trend * np.arange(rows) + noise
    if season:
        y = y + 5 * np.sin(2 * np.pi * np.arange(rows) / season)
    panel = Panel.from_arrays({"a": y}, "2024-01-01", frequency)
    return dataclasses.replace(panel, known=Known(("price",), x, np.array([0, rows + ahead])))


def raised(panel, by=1.0):
    """The price of the second future step is higher."""
    values = panel.known.values.copy()
    values[int(panel.lengths[0]) + 1] += by
    return dataclasses.replace(panel, known=Known(("price",), values, panel.known.indptr))


def effect(model, panel):
    return (model.predict(raised(panel)).mean - model.predict(panel).mean)[0, :, 0]


@pytest.mark.parametrize("name", USERS)
def test_a_price_moves_the_step_it_belongs_to_by_its_weight(name):
    panel = driven()
    model = create(name, season_length=1).fit(panel, horizon=4)
    assert effect(model, panel) == pytest.approx([0, 3, 0, 0], abs=0.1)


def test_a_trend_and_a_price_are_told_apart():
    panel = driven(trend=0.5)
    model = create("auto_arima", season_length=1).fit(panel, horizon=8)
    assert effect(model, panel)[1] == pytest.approx(3, abs=0.1)
    price = panel.known.values[120:, 0]
    expected = 10 + 3 * price + 0.5 * np.arange(120, 128)
    assert np.abs(model.predict().mean[0, :, 0] - expected).max() < 0.7


def test_seasons_are_taken_off_the_price_as_off_the_series():
    panel = driven(rows=240, frequency="15min", season=96)
    model = create("auto_arima").fit(panel, horizon=4)
    assert next(iter(model.report_["structures"])).startswith("STL(96) + regression with ARIMA")
    assert effect(model, panel)[1] == pytest.approx(3, abs=0.3)


def test_what_repeats_or_drifts_or_adds_up_is_no_regressor():
    random = np.random.default_rng(0)
    t, x = np.arange(100.0), random.normal(size=100)
    both = np.stack([np.full(100, 2.0), t, np.sin(2 * np.pi * t / 7), x, 2 * x], axis=1)
    found = Regressors.of(both, 7)
    assert found.columns in {(3,), (4,)}
    assert found.apply(both).std() == pytest.approx(1)
    assert Regressors.of(both[:, :3], 7).columns == ()


def test_a_short_series_learns_few_weights():
    x = np.random.default_rng(0).normal(size=(25, 6))
    assert len(Regressors.of(x, 1).columns) == 2


@pytest.mark.parametrize("name", USERS)
def test_a_saved_regression_forecasts_as_before(name, tmp_path):
    panel = driven()
    model = create(name, season_length=1).fit(panel, horizon=4)
    loaded = artifacts.load(artifacts.save(model, tmp_path / name))
    for rows in (panel, panel.drop_last(3)):
        assert np.array_equal(loaded.predict(rows).mean, model.predict(rows).mean)
        assert np.array_equal(loaded.predict(rows).upper[80], model.predict(rows).upper[80])


@pytest.mark.parametrize("name", USERS)
def test_missing_covariates_are_asked_for(name):
    panel = driven()
    model = create(name, season_length=1).fit(panel, horizon=8)
    with pytest.raises(SettingsError, match="covariates price; give them too"):
        model.predict(dataclasses.replace(panel, known=None))
    known = Known(("price",), panel.known.values[:124], np.array([0, 124]))
    with pytest.raises(TooShortError, match=r"price of series a are known for 4 steps"):
        model.predict(dataclasses.replace(panel, known=known))


@pytest.mark.parametrize("name", [*USERS, "linear_stack", "lightgbm"])
def test_new_rows_are_taken_in_before_more_of_the_price_is_known(name):
    panel = driven()
    ended = dataclasses.replace(
        panel, known=Known(("price",), panel.known.values[:120], np.array([0, 120]))
    )
    model = create(name).fit(ended.window(0, 100), horizon=6).update(ended)
    with pytest.raises(TooShortError, match="known for 0 steps"):
        model.predict()
    assert np.isfinite(model.predict(panel).upper[80]).all()


def test_a_panel_without_covariates_is_fitted_as_ever():
    panel = dataclasses.replace(driven(), known=None)
    model = create("auto_arima", season_length=1).fit(panel, horizon=4)
    assert "regression" not in "".join(model.report_["structures"])
    assert "known" not in model.learned_facts()
