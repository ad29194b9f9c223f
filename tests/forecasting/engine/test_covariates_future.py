"""Covariates of the calendar, for the past and the steps to come, at any frequency."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.backtest import backtest
from forecasting.engine.covariate_blocks import known_block, known_names
from forecasting.engine.covariates import Known
from forecasting.engine.errors import SettingsError
from forecasting.engine.frequency import Frequency
from forecasting.engine.future.calendars import FEATURES, Calendar, usual
from forecasting.engine.future.frames import future_frame, on_calendar, with_calendar
from forecasting.engine.future.step_days import covered
from forecasting.engine.future.waves import phase
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create


def rising(rows=800, start="2024-01-01", frequency="D"):
    return Panel.from_arrays({"a": np.arange(float(rows))}, start, frequency)


def columns(panel, horizon=1, **options):
    frame = future_frame(panel, horizon, **options).set_index("ds")
    return frame.drop(columns="unique_id")


def test_the_frame_holds_every_row_and_the_steps_to_come():
    frame = future_frame(rising(10), 3, features=["weekend"])
    assert frame["ds"].tolist() == pd.date_range("2024-01-01", periods=13).tolist()
    # The 6th, 7th and 13th of January 2024 are Saturday, Sunday and Saturday.
    assert np.flatnonzero(frame["weekend"]).tolist() == [5, 6, 12]


@pytest.mark.parametrize(
    ("alias", "rows", "country", "names"),
    [
        ("15min", 1500, "", ("minute", "hour", "weekday", "weekend")),
        ("h", 400, "", ("hour", "weekday", "weekend")),
        ("D", 800, "DE", ("weekday", "day_of_month", "day_of_year", "weekend", "month_start",
                          "month_end", "holidays")),
        ("B", 600, "DE", ("weekday", "day_of_month", "day_of_year", "month_start", "month_end",
                          "holidays")),
        ("W-MON", 120, "DE", ("day_of_month", "day_of_year", "working_days")),
        ("MS", 30, "", ("month", "working_days")),
        ("ME", 30, "DE", ("month", "working_days")),
        ("QE-DEC", 12, "", ("month", "working_days")),
        ("YS", 12, "DE", ()),
        ("500ms", 400, "", ("second",)),
    ],
)  # fmt: skip
def test_the_frequency_and_the_length_choose_the_features(alias, rows, country, names):
    panel = rising(rows, "2022-01-31" if alias == "ME" else "2022-01-03", alias)
    assert usual(panel, country) == names


@pytest.mark.parametrize("alias", ["B", "W-MON", "ME", "MS", "QE-NOV", "BME", "2h", "250ms", "YS"])
def test_times_of_the_frame_are_those_of_the_forecast(alias):
    frequency = Frequency.parse(alias)
    start = frequency.at(np.array(["2023-01-01"], "datetime64[ns]"), np.array([1]))[0]
    panel = Panel.from_arrays({"a": np.arange(40.0), "b": np.arange(31.0)}, start, alias)
    frame = future_frame(panel, 5, features=FEATURES[:8])
    for series, times in zip(panel.ids, panel.future_times(5), strict=True):
        assert np.array_equal(frame.loc[frame["unique_id"] == series, "ds"].to_numpy()[-5:], times)


def test_holidays_and_the_days_around_them_are_marked():
    found = columns(rising(350), 20, country="DE", features=["holidays", "each_holiday"])
    assert found.loc["2024-12-24":"2024-12-27", "holiday"].tolist() == [0, 1, 1, 0]
    assert found.loc["2024-12-24":"2024-12-27", "day_before_holiday"].tolist() == [1, 1, 0, 0]
    assert found.loc["2025-01-01", "New Year's Day"] == 1


def test_a_part_of_a_country_has_its_own_holidays():
    epiphany = slice("2024-01-06", "2024-01-06")
    for subdivision, free in (("BY", 1), ("BE", 0)):
        found = columns(rising(30), country="DE", subdivision=subdivision, features=["holidays"])
        assert found.loc[epiphany, "holiday"].tolist() == [free]


@pytest.mark.parametrize(
    ("alias", "start", "days"),
    [
        # May 2024 has 23 working days, less Labour Day, Ascension, Whit Monday and Corpus Christi.
        ("MS", "2024-05-01", 19),
        ("ME", "2024-05-31", 19),
        ("BME", "2024-05-31", 19),
        # The week from the 6th to the 12th of May holds Ascension Day.
        ("W-MON", "2024-05-06", 4),
        ("W-SUN", "2024-05-12", 4),
        ("W-WED", "2024-05-08", 4),
        ("7D", "2024-05-06", 4),
    ],
)
def test_working_days_are_those_that_the_step_covers(alias, start, days):
    panel = rising(3, start, alias)
    found = columns(panel, country="DE", subdivision="NW", features=["working_days"])
    assert found["working_days"].iloc[0] == days


def test_months_dated_by_their_end_and_by_their_start_cover_the_same_days():
    first, after = covered(Frequency.parse("MS"), np.array(["2024-02-01"], "datetime64[ns]"))
    other = covered(Frequency.parse("ME"), np.array(["2024-02-29"], "datetime64[ns]"))
    assert (first, after) == other
    assert (after - first).astype(int) == [29]


def test_the_clock_is_that_of_the_zone_on_both_sides_of_its_change():
    # Berlin is one hour ahead of UTC in winter and two in summer; the change is on March 31.
    panel = rising(96, "2024-03-30", "h")
    local = Calendar(("hour",), zone="Europe/Berlin").table(
        panel.times("a").to_numpy(), panel.frequency
    )
    plain = Calendar(("hour",)).table(panel.times("a").to_numpy(), panel.frequency)
    assert np.allclose(local[:20], plain[1:21])
    assert np.allclose(local[40:60], plain[42:62])


def test_the_edges_of_a_month_are_the_steps_of_business_days():
    # March 2024 ends on a Sunday, its last business day is Friday the 29th.
    found = columns(rising(90, "2024-01-01", "B"), features=["month_start", "month_end"])
    assert found.loc["2024-03-27":"2024-04-02", "month_end"].tolist() == [0, 0, 1, 0, 0]
    assert found.loc["2024-03-27":"2024-04-02", "month_start"].tolist() == [0, 0, 0, 1, 0]


@given(
    st.sampled_from(["second", "minute", "hour", "weekday", "day_of_month", "day_of_year"]),
    st.datetimes(pd.Timestamp("1950-01-01"), pd.Timestamp("2080-01-01")),
)
def test_a_phase_is_a_share_of_its_cycle(cycle, moment):
    share = float(phase(np.array([moment], "datetime64[ns]"), cycle)[0])
    stamp = pd.Timestamp(moment)
    first = {"weekday": stamp.dayofweek / 7, "hour": stamp.hour / 24, "second": stamp.second / 60}
    assert 0 <= share < 1
    if cycle in first:
        assert (
            first[cycle]
            <= share
            < first[cycle] + {"weekday": 1 / 7, "hour": 1 / 24}.get(cycle, 1 / 60)
        )


def test_other_known_covariates_stay_and_say_how_far():
    values = np.arange(14.0)[:, None]
    panel = dataclasses.replace(rising(10), known=Known(("price",), values, np.array([0, 14])))
    told = with_calendar(panel, 7, features=["weekend"])
    assert known_names(told) == ("price", "weekend")
    assert len(known_block(told, 0)) == 14
    assert np.array_equal(known_block(told, 0)[:, 0], values[:, 0])


def test_a_longer_horizon_extends_the_same_columns():
    first = with_calendar(rising(30), 5, features=["weekday", "weekend"])
    longer = with_calendar(first, 20, features=["weekday", "weekend"])
    assert known_names(longer) == known_names(first)
    assert np.array_equal(known_block(longer, 0)[:35], known_block(first, 0))
    assert len(known_block(longer, 0)) == 50


def test_a_calendar_survives_as_json():
    panel = rising(400)
    calendar = Calendar.of(panel, ["weekday", "each_holiday"], "DE", "BY")
    again = Calendar.restored(json.loads(json.dumps(calendar.facts())))
    assert again == calendar
    shorter = on_calendar(panel.tail(20), 3, again)
    assert known_names(shorter) == known_names(on_calendar(panel, 3, calendar))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"features": ["moon"]}, "no calendar feature moon; there are second"),
        ({"features": ["holidays"]}, "Holidays need a country"),
        ({"zone": "Mars/Olympus"}, "no time zone .*Mars"),
        ({"country": "Atlantis"}, "no holidays for the country"),
    ],
)
def test_what_is_unknown_is_named_with_the_remedy(options, words):
    with pytest.raises(SettingsError, match=words):
        with_calendar(rising(30), 5, **options)


def test_a_model_needs_no_table_of_the_future():
    # Ten days of holidays a year take 40 off; the calendar knows them before they come.
    days = 1100
    panel = rising(days, "2021-01-01")
    holiday = columns(panel, country="DE", features=["holidays"])["holiday"].to_numpy()[:days]
    random = np.random.default_rng(0)
    panel = Panel.from_arrays({"a": 100 - 40 * holiday + random.normal(size=days)}, "2021-01-01")
    told = with_calendar(panel, 14, country="DE")
    plain, aware = (
        backtest(create("linear"), p, horizon=14, windows=20).metrics["mae"] for p in (panel, told)
    )
    assert aware < 0.75 * plain
    assert create("linear").fit(told, horizon=14).predict().mean.shape == (1, 14, 1)
