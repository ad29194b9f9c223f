"""What the trees read of past and static covariates, by hand."""

import dataclasses

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.boosting.features import inputs_of
from forecasting.engine.boosting.histories import Histories
from forecasting.engine.boosting.plan import Plan
from forecasting.engine.boosting.sampling import Rows
from forecasting.engine.boosting.settings import BoostingSettings
from forecasting.engine.covariate_matching import matched
from forecasting.engine.covariates import Past, Static
from forecasting.engine.errors import SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from tests.forecasting.engine.test_covariates_models import PANEL


def row_of(origin, ahead=0, windows=None):
    """Wind is the number of the row, plus 1000 in series b."""
    values = np.arange(100.0)
    panel = Panel.from_arrays({"a": values, "b": values}, "2024-01-01", "h")
    wind = np.concatenate([values, values + 1000])[:, None]
    static = Static(("region=n", "size"), np.array([[1.0, 3.0], [0.0, 7.0]]))
    panel = dataclasses.replace(panel, past=Past(("wind",), wind), static=static)
    plan = Plan.of(panel, BoostingSettings(), 30, 4)
    histories = Histories.of(panel, np.zeros(2), np.ones(2), 30)
    rows = Rows(np.array([1]), np.array([origin]), np.array([[2]]))
    inputs, _ = inputs_of(plan, histories, rows, windows, ahead)
    return dict(zip(plan.names(), inputs[0].tolist(), strict=True))


def test_past_covariates_end_before_the_origin():
    row = row_of(50)
    assert (row["wind_lag_1"], row["wind_lag_3"], row["wind_lag_24"]) == (1049, 1047, 1026)
    # Rows 44 to 49; the mean of the last day is that of rows 26 to 49.
    assert (row["wind_mean_6"], row["wind_mean_24"]) == (1046.5, 1037.5)
    assert row["wind_std_6"] == pytest.approx(np.sqrt((6**2 - 1) / 12))


def test_a_forecast_fed_back_brings_no_newer_covariates():
    row = row_of(53, ahead=3, windows=np.zeros((1, 30)))
    assert (row["wind_lag_1"], row["wind_mean_6"], row["lag_1"]) == (1049, 1046.5, 0)


def test_what_lies_before_the_first_row_is_missing():
    row = row_of(2)
    assert (row["wind_lag_1"], row["wind_lag_2"]) == (1001, 1000)
    assert np.isnan(row["wind_lag_3"])


def test_static_covariates_are_those_of_the_series():
    row = row_of(50)
    assert (row["region=n"], row["size"]) == (0, 7)


def test_the_wind_of_three_hours_ago_is_worth_knowing():
    wind = np.random.default_rng(0).normal(size=600)
    panel = Panel.from_arrays({"a": 5 + np.roll(wind, 3)}, "2024-01-01", "h")
    seeing, unaware = (
        backtest(create("xgboost", rounds=100), p, horizon=3, windows=30).metrics["mae"]
        for p in (dataclasses.replace(panel, past=Past(("wind",), wind[:, None])), panel)
    )
    # All three steps are decided by wind that has blown; the series itself tells nothing.
    assert seeing < 0.5 * unaware


def test_a_saved_model_reads_its_covariates_by_name(tmp_path):
    model = create("lightgbm", rounds=15).fit(PANEL, horizon=4)
    loaded = artifacts.load(artifacts.save(model, tmp_path / "m"))
    extra = np.concatenate([np.full_like(PANEL.past.values, 9.0), PANEL.past.values], axis=1)
    more = dataclasses.replace(PANEL, past=Past(("rain", "wind"), extra))
    assert np.array_equal(loaded.predict(more).mean, model.predict(PANEL).mean)
    with pytest.raises(SettingsError, match="learned with the covariates wind; give them too"):
        loaded.predict(dataclasses.replace(PANEL, past=None))


def test_an_unknown_category_is_none_of_the_learned_ones():
    given = Static(("region=west", "size"), np.array([[1.0, 3.0]]))
    panel = dataclasses.replace(PANEL.select(["s0"]), static=given)
    found = matched(panel, static=("region=north", "size"))
    assert found.static.values.tolist() == [[0.0, 3.0]]
    assert (found.known, found.past) == (None, None)
    with pytest.raises(SettingsError, match="covariates shop=a; give"):
        matched(panel, static=("shop=a",))
    assert matched(PANEL, ("price",), ("wind",), PANEL.static.names) is PANEL
