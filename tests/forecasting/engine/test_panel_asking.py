"""A fitted model takes a plain table, read with the columns that it learned."""

import numpy as np
import pandas as pd
import pytest

from forecasting.engine.errors import IrregularTimesError, SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal


@pytest.fixture
def table():
    times = pd.date_range("2024-01-01", periods=200, freq="h")
    return pd.DataFrame({"ds": times, "load": seasonal(200)})


@pytest.fixture
def model(table):
    return create("linear").fit(Panel.from_wide(table, "ds", ["load"]), horizon=6)


def test_a_table_forecasts_like_the_panel_of_it(model, table):
    later = table.iloc[20:180]
    panel = Panel.from_wide(later, "ds", ["load"])
    assert np.array_equal(model.predict(later).mean, model.predict(panel).mean)
    assert np.array_equal(model.predict(later).times, panel.future_times(6))


def test_one_channel_may_be_called_y_and_times_anything(model, table):
    plain = table.rename(columns={"load": "y", "ds": "hour"})
    assert np.array_equal(model.predict(plain).mean, model.predict().mean)


def test_several_series_keep_their_names(model, table):
    both = pd.concat([table.assign(unique_id="north"), table.assign(unique_id="south")])
    forecast = model.predict(both)
    assert forecast.ids == ("north", "south")
    assert np.array_equal(forecast.mean[0], forecast.mean[1])


def test_known_covariates_are_read_where_the_model_learned_them(table):
    hours = pd.date_range("2024-01-01", periods=206, freq="h")
    priced = pd.DataFrame({"ds": hours, "price": np.sin(np.arange(206) / 5)})
    priced["load"] = [*(table["load"] + 9 * priced["price"][:200]), *[np.nan] * 6]
    panel = Panel.from_wide(priced, "ds", ["load"], known=["price"])
    model = create("linear").fit(panel, horizon=6)
    assert np.array_equal(model.predict(priced).mean, model.predict(panel).mean)


def test_a_missing_column_is_named(model, table):
    with pytest.raises(SettingsError, match="lacks load; the model learned load"):
        model.predict(table.rename(columns={"load": "wind"}))


def test_a_table_without_times_is_told_so(model, table):
    with pytest.raises(SettingsError, match="Give the times in a column ds"):
        model.predict(table.drop(columns="ds"))


def test_another_step_than_learned_is_refused(model, table):
    quarter = table.assign(ds=pd.date_range("2024-01-01", periods=200, freq="15min"))
    with pytest.raises(IrregularTimesError, match="not on the h grid"):
        model.predict(quarter)
