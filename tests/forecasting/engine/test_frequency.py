import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.errors import (
    BadTimesError,
    HorizonError,
    IrregularTimesError,
    UnknownFrequencyError,
)
from forecasting.engine.frequency import Frequency, check_horizon, horizon_steps, infer

ALIASES = (
    *("h", "15min", "D", "W-SUN", "W-WED", "MS", "ME", "QS-JAN", "QE-DEC", "YS-JAN", "YE-DEC"),
    *("B", "BMS", "BME", "2h", "250ms", "3D"),
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("H", "h"),
        ("15T", "15min"),
        ("60min", "h"),
        ("24h", "D"),
        ("M", "ME"),
        ("Q", "QE-DEC"),
        ("Q-NOV", "QE-NOV"),
        ("A", "YE-DEC"),
        ("AS-APR", "YS-APR"),
        ("W", "W-SUN"),
        ("2W-MON", "2W-MON"),
        ("BM", "BME"),
        ("L", "ms"),
        ("daily", "D"),
        ("1h30min", "90min"),
    ],
)
def test_aliases_of_any_age_are_read(old, new):
    assert Frequency.parse(old).alias == new


@pytest.mark.parametrize("wrong", ["", "fortnight", "W-XYZ", "0h", "h-MON", "-1h", "m", "5m"])
def test_an_unknown_alias_is_refused_with_examples(wrong):
    with pytest.raises(UnknownFrequencyError, match=r"use for example|is unclear"):
        Frequency.parse(wrong)


@pytest.mark.parametrize("alias", ALIASES)
def test_the_frequency_of_regular_times_is_found(alias):
    times = pd.date_range("2020-02-29", periods=40, freq=alias)
    assert infer(times).alias == alias


@pytest.mark.parametrize("alias", ALIASES)
@given(st.sets(st.integers(0, 59), min_size=40))
def test_gaps_do_not_hide_the_frequency(alias, kept):
    times = pd.date_range("2021-01-01", periods=60, freq=alias)
    assert infer(times[sorted(kept)]).alias == alias


@pytest.mark.parametrize("alias", ALIASES)
def test_stepping_agrees_with_pandas(alias):
    times = pd.date_range("2019-11-20", periods=50, freq=alias)
    frequency = Frequency.parse(alias)
    assert frequency.range(times[0], 50).equals(pd.DatetimeIndex(times, freq=None))
    steps, on_grid = frequency.positions(
        np.full(50, times[0].to_datetime64()), times.to_numpy("datetime64[ns]")
    )
    assert steps.tolist() == list(range(50))
    assert on_grid.all()
    assert frequency.add(times[10], -4) == times[6]


def test_mondays_and_sundays_are_told_apart():
    assert infer(pd.date_range("2024-01-01", periods=9, freq="7D")).alias == "W-MON"
    assert infer(pd.date_range("2024-01-07", periods=9, freq="7D")).alias == "W-SUN"


def test_the_fifteenth_of_every_month_is_a_frequency():
    times = pd.DatetimeIndex([f"2024-{month:02}-15" for month in range(1, 13)])
    frequency = infer(times)
    assert frequency.alias == "MS@15"
    assert frequency.add(times[0], 12) == pd.Timestamp("2025-01-15")
    assert Frequency.parse("MS@15") == frequency


def test_month_ends_survive_february():
    january = pd.Timestamp("2024-01-31")
    assert Frequency.parse("ME").add(january, 1) == pd.Timestamp("2024-02-29")
    assert Frequency.parse("ME").add(january, 2) == pd.Timestamp("2024-03-31")


def test_a_bare_week_takes_the_weekday_of_the_data():
    mondays = pd.date_range("2024-01-01", periods=5, freq="7D").to_numpy()
    assert Frequency.parse("W").settled(mondays).alias == "W-MON"


def test_random_times_have_no_frequency():
    random = np.random.default_rng(0).integers(0, 10**17, size=60)
    with pytest.raises(IrregularTimesError, match="resample"):
        infer(pd.DatetimeIndex(random))


def test_one_time_has_no_frequency():
    with pytest.raises(BadTimesError, match="fewer than two"):
        infer(["2024-01-01", "2024-01-01"])


@pytest.mark.parametrize(
    ("alias", "lengths"),
    [
        ("h", (24, 168)),
        ("2h", (12, 84)),
        ("15min", (96, 672)),
        ("5h", (1,)),
        ("D", (7, 365)),
        ("W-MON", (52,)),
        ("ME", (12,)),
        ("QE-DEC", (4,)),
        ("YE-DEC", (1,)),
        ("B", (5,)),
    ],
)
def test_season_lengths_follow_the_calendar(alias, lengths):
    assert Frequency.parse(alias).season_lengths == lengths


@pytest.mark.parametrize(
    ("words", "alias", "steps"),
    [
        ("4 days", "h", 96),
        ("1 week", "15min", 672),
        ("12", "ME", 12),
        (7, "D", 7),
        ("1 year", "ME", 12),
        ("2 quarters", "MS", 6),
        ("3 个月", "D", 91),
        ("4 天", "h", 96),
        ("1 month", "W-SUN", 4),
        ("2 weeks", "B", 10),
        ("10 minutes", "h", 1),
        ("5 steps", "s", 5),
    ],
)
def test_a_horizon_in_words_becomes_steps(words, alias, steps):
    assert horizon_steps(words, Frequency.parse(alias)) == steps


@pytest.mark.parametrize("words", ["", "soon", "0", "0 days", "-3", "1000000", "5 parsecs"])
def test_a_senseless_horizon_is_refused(words):
    with pytest.raises(HorizonError):
        horizon_steps(words, Frequency.parse("h"))


@pytest.mark.parametrize("horizon", [0, -1, 10**6, 2.5, "3", True, None])
def test_only_sensible_numbers_are_horizons(horizon):
    with pytest.raises(HorizonError):
        check_horizon(horizon)


def test_labels_are_words():
    assert Frequency.parse("h").label == "every hour"
    assert Frequency.parse("15min").label == "every 15 minutes"
    assert Frequency.parse("W-MON").label == "every week (Monday)"
