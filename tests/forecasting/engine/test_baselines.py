import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.baselines import Drift, Naive, SeasonalNaive
from forecasting.engine.climatology import Climatology
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.watch import Watch
from forecasting.engine.window_mean import WindowMean


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


@pytest.mark.parametrize("kind", [Naive, SeasonalNaive, Drift, WindowMean])
def test_a_series_of_one_row_repeats_it_and_lives_from_the_errors_of_the_others(kind):
    panel = Panel.from_arrays({"long": np.arange(40.0) % 7, "new": [4.0]}, frequency="D")
    told = kind().fit(panel, horizon=3).predict(levels=(80,))
    alone = kind().fit(panel.select(["long"]), horizon=3).predict(levels=())
    assert told.mean[1, :, 0].tolist() == [4.0, 4.0, 4.0]
    assert told.mean[0].tolist() == alone.mean[0].tolist()
    assert np.all(told.lower[80][1] <= 4.0)
    assert np.all(told.upper[80][1] >= 4.0)
    assert np.isfinite(told.upper[80]).all()


def test_the_forecast_of_month_ends_stands_on_month_ends():
    panel = Panel.from_arrays([1.0, 2.0, 3.0], "2023-11-30", "ME")
    frame = Naive().fit(panel, horizon=2).predict(levels=()).to_frame()
    assert frame["ds"].tolist() == [pd.Timestamp("2024-02-29"), pd.Timestamp("2024-03-31")]


def test_window_mean_repeats_the_mean_of_the_last_week_of_days():
    # (8 + 9 + 10 + 11 + 12 + 13 + 14) / 7 = 11
    assert answer(WindowMean(), np.arange(1.0, 15.0), 2) == [11.0, 11.0]


def test_the_window_can_be_chosen():
    assert answer(WindowMean(window=2), [5.0, 1.0, 4.0], 1) == [2.5]


def test_a_series_shorter_than_the_window_is_averaged_whole():
    assert answer(WindowMean(window=9), [5.0, 1.0, 3.0], 1) == [3.0]


def test_a_window_is_positive():
    with pytest.raises(SettingsError, match="window is a positive number"):
        WindowMean(window=-1)


def test_climatology_of_days_is_the_mean_of_the_weekday():
    # Two weeks from a Monday: Mondays 0 and 7, Tuesdays 1 and 8, so that 3.5 and 4.5 follow.
    assert answer(Climatology(), np.arange(14.0), 8) == [3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 3.5]


def test_climatology_of_months_is_the_mean_of_the_month():
    # January 2024 and 2025 hold 0 and 12, February 1 and 13.
    assert answer(Climatology(), np.arange(24.0), 2, "MS") == [6.0, 7.0]


def test_climatology_of_weeks_is_the_mean_of_the_week_of_the_year():
    # 105 weeks from Monday 1 January 2024: Monday 5 January 2026 follows. The first seven days of
    # a year held 1 January 2024 (row 0) and 6 January 2025 (row 53).
    assert answer(Climatology(), np.arange(105.0), 1, "W-MON") == [pytest.approx((0 + 53) / 2)]


def test_climatology_of_hours_keeps_the_weekend_apart():
    hours = np.arange(24 * 14)
    weekend = hours // 24 % 7 >= 5
    values = hours % 24 + np.where(weekend, 100.0, 0.0)
    forecast = answer(Climatology(), values, 24 * 7, "h")
    assert forecast == values[: 24 * 7].tolist()


def test_climatology_of_a_weekday_never_seen_takes_the_time_of_day():
    # Wednesday follows two days: every hour is the mean of Monday (h) and Tuesday (h + 10).
    values = np.concatenate([np.arange(24.0), np.arange(24.0) + 10])
    assert answer(Climatology(), values, 3, "h") == [5.0, 6.0, 7.0]


def test_climatology_of_an_hour_never_seen_takes_the_mean_of_all():
    assert answer(Climatology(), [1.0, 2.0, 6.0], 1, "h") == [3.0]


def test_climatology_of_a_quarter_hour_never_seen_takes_its_hour():
    # A day without its last quarter hour: the forecast of 23:45 is the mean of 23:00 to 23:30.
    values = np.arange(95.0)
    assert answer(Climatology(), values, 1, "15min") == [pytest.approx((92 + 93 + 94) / 3)]


def test_climatology_of_years_is_the_mean():
    assert answer(Climatology(), [1.0, 2.0, 6.0], 1, "YS") == [3.0]


RULES = [Naive(), SeasonalNaive(), Drift(), WindowMean(), Climatology()]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@settings(max_examples=15)
@given(lengths=st.lists(st.integers(2, 40), min_size=2, max_size=5), seed=st.integers(0, 99))
def test_series_side_by_side_are_forecast_like_each_alone(rule, lengths, seed):
    random = np.random.default_rng(seed)
    table = {f"s{i}": random.normal(size=length) for i, length in enumerate(lengths)}
    starts = [f"2024-01-0{1 + i % 3}" for i in range(len(table))]
    panel = Panel.from_arrays(table, starts, "D")
    together = rule.fresh().fit(panel, horizon=9).predict(levels=()).mean
    for index, name in enumerate(table):
        alone = rule.fresh().fit(panel.select([name]), horizon=9).predict(levels=()).mean
        assert np.allclose(together[index], alone[0], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_score_is_the_error_of_the_forecast_from_that_cutoff(rule):
    values = np.random.default_rng(0).normal(size=30)
    seen = []
    model = rule.fresh()
    scores = model._scores
    model._scores = lambda *given: seen.append(scores(*given)) or seen[-1]
    model._fit(of(values), 3, Watch(), None)
    kept = seen[0].shape[1]
    origins = 30 - np.arange(kept, 0, -1)
    for place in (1, kept // 2, kept - 3):
        forecast = answer(rule.fresh(), values[: origins[place]], 3)
        wrong = np.abs(values[origins[place] :][:3] - forecast)
        ratio = seen[0][0, place] / wrong
        assert np.allclose(ratio, ratio[0])


def test_a_long_list_of_series_keeps_few_scores_of_each(monkeypatch):
    monkeypatch.setattr("forecasting.engine.baselines.MOST_SCORES", 2 * 10 * 12)
    panel = Panel.from_arrays({"a": np.arange(99.0), "b": np.arange(99.0) ** 1.1})
    model = Naive().fit(panel, horizon=12)
    # 240 scores of 12 steps are 10 origins of each series; 20 in their pool know the first step.
    assert model.intervals_.counts[0] == 20
