import numpy as np
import pandas as pd
import pytest

from forecasting.engine.baselines import Drift, Naive, SeasonalNaive
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.panel import Panel


def of(values, frequency="D"):
    return Panel.from_arrays({"s": values}, "2024-01-01", frequency)


def answer(model, values, horizon, frequency="D"):
    return model.fit(of(values, frequency), horizon=horizon).predict().mean[0, :, 0].tolist()


def test_naive_repeats_the_last_value_seen():
    assert answer(Naive(), [1.0, 2.0, 5.0, np.nan], 3) == [5.0, 5.0, 5.0]


def test_seasonal_naive_repeats_the_last_week_of_days():
    assert answer(SeasonalNaive(), np.arange(14.0), 9) == [7, 8, 9, 10, 11, 12, 13, 7, 8]


def test_the_season_can_be_chosen():
    assert answer(SeasonalNaive(season_length=2), np.arange(14.0), 3) == [12, 13, 12]


def test_a_series_shorter_than_its_season_repeats_what_it_has():
    assert answer(SeasonalNaive(), [4.0, 6.0], 3) == [4.0, 6.0, 4.0]


def test_drift_draws_the_line_on():
    assert answer(Drift(), [1.0, 7.0, 5.0], 3) == [7.0, 9.0, 11.0]


def test_drift_keeps_the_whole_past_it_needs():
    values = np.arange(1000.0)
    values[0] = 500.0
    model = Drift().fit(of(values), horizon=2)
    assert model.predict().mean[0, 0, 0] == pytest.approx(999 + 499 / 999)


def test_a_season_is_positive():
    with pytest.raises(SettingsError):
        SeasonalNaive(season_length=-1)


def test_one_row_is_not_enough():
    with pytest.raises(TooShortError, match="Series s has only one row"):
        Naive().fit(of([1.0]), horizon=1)


def test_the_forecast_of_month_ends_stands_on_month_ends():
    panel = Panel.from_arrays([1.0, 2.0, 3.0], "2023-11-30", "ME")
    frame = Naive().fit(panel, horizon=2).predict(levels=()).to_frame()
    assert frame["ds"].tolist() == [pd.Timestamp("2024-02-29"), pd.Timestamp("2024-03-31")]
