"""Inputs from the calendar, the holidays and the past."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasting.engine.errors import SettingsError
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Panel
from forecasting.engine.preprocessing.calendar_features import (
    CalendarFeatures,
    part,
    values_of,
    varying,
)
from forecasting.engine.preprocessing.holiday_features import HolidayFeatures
from forecasting.engine.preprocessing.lag_features import LagFeatures
from tests.forecasting.engine.series import seasonal

YEAR = ("day_of_month", "day_of_year", "month", "quarter")


@pytest.mark.parametrize(
    ("alias", "parts"),
    [
        ("15min", ("minute", "hour", "weekday", *YEAR)),
        ("h", ("hour", "weekday", *YEAR)),
        ("D", ("weekday", *YEAR)),
        ("B", ("weekday", *YEAR)),
        ("W", YEAR),
        ("7D", YEAR),
        ("MS", ("month", "quarter")),
        ("QS", ("month", "quarter")),
        ("YS", ()),
    ],
)
def test_only_what_varies_at_the_frequency_is_kept(alias, parts):
    assert varying(Frequency.parse(alias)) == parts


@given(st.datetimes(pd.Timestamp("1950-01-01"), pd.Timestamp("2080-01-01")))
def test_parts_agree_with_pandas(moment):
    stamp = pd.Timestamp(moment)
    times = np.array([stamp], dtype="datetime64[ns]")
    wanted = {
        "second": stamp.second,
        "minute": stamp.minute,
        "hour": stamp.hour,
        "weekday": stamp.dayofweek,
        "day_of_month": stamp.day,
        "day_of_year": stamp.dayofyear,
        "month": stamp.month,
        "quarter": stamp.quarter,
    }
    assert {name: int(part(times, name)[0]) for name in wanted} == wanted
    for name, value in wanted.items():
        count, first = values_of(name)
        assert first <= value < first + count


def test_a_cycle_seen_less_than_twice_is_left_out():
    days = Panel.from_arrays(np.zeros(400), frequency="D")
    assert CalendarFeatures().fit(days).parts_ == ("weekday", "day_of_month")
    assert CalendarFeatures(least_cycles=1.0).fit(days).parts_ == ("weekday", *YEAR)


def test_a_cyclic_encoding_sets_the_end_beside_the_beginning():
    panel = Panel.from_arrays(np.zeros(48), "2024-01-01", "h")
    features = CalendarFeatures().fit(panel)
    assert features.names == ("hour_sin", "hour_cos")
    table = features.apply(panel.future_times(24)[0])
    assert table[6] == pytest.approx([1.0, 0.0])  # six o'clock is a quarter of the circle
    gap = np.linalg.norm(np.diff(table[[23, 0, 12]], axis=0), axis=1)
    assert gap[0] < gap[1] / 5
    codes = CalendarFeatures("codes")
    codes.restore(json.loads(json.dumps(features.learned())))
    assert codes.apply(panel.future_times(24))[0, :, 0].tolist() == list(range(24))


def test_holidays_have_names_and_neighbours():
    days = Panel.from_arrays(np.zeros(400), "2023-06-01", "D")
    features = HolidayFeatures("US").fit(days)
    times = pd.date_range("2025-12-24", periods=4).to_numpy("datetime64[ns]")
    table = pd.DataFrame(features.apply(times), columns=list(features.names))
    assert table["holiday"].tolist() == [0, 1, 0, 0]
    assert table["day_before_holiday"].tolist() == [1, 0, 0, 0]
    assert table["day_after_holiday"].tolist() == [0, 0, 1, 0]
    assert table["Christmas Day"].tolist() == [0, 1, 0, 0]
    assert table["New Year's Day"].sum() == 0


def test_a_new_year_is_announced_by_the_year_before():
    days = Panel.from_arrays(np.zeros(30), "2024-03-01", "D")
    eve = np.array(["2024-12-31T18:00"], dtype="datetime64[ns]")
    assert HolidayFeatures("DE", each=False).fit(days).apply(eve).tolist() == [[0, 1, 0]]


def test_a_subdivision_has_its_own_holidays():
    corpus_christi = np.array(["2024-05-30"], dtype="datetime64[ns]")
    days = Panel.from_arrays(np.zeros(400), "2023-06-01", "D")
    bavaria, berlin = (HolidayFeatures("DE", s).fit(days) for s in ("BY", "BE"))
    assert bavaria.apply(corpus_christi)[0, 0] == 1
    assert berlin.apply(corpus_christi)[0, 0] == 0


def test_unknown_places_name_what_exists():
    with pytest.raises(SettingsError, match=r'country "XX"; use .*\bCN\b.*\bDE\b'):
        HolidayFeatures("XX")
    with pytest.raises(SettingsError, match=r'"ZZ" in DE; use .*\bBY\b'):
        HolidayFeatures("DE", "ZZ")
    with pytest.raises(SettingsError, match="codes: none"):
        HolidayFeatures("CN", "ZZ")


def test_months_have_no_holidays():
    features = HolidayFeatures("DE").fit(Panel.from_arrays(np.zeros(30), frequency="MS"))
    assert features.names == ()
    assert features.apply(np.zeros((2, 3), dtype="datetime64[ns]")).shape == (2, 3, 0)


def test_lags_and_statistics_are_those_of_the_window():
    features = LagFeatures(lags=(1, 3), widths=(2,), spans=(3,))
    assert features.names == (
        "lag_1", "lag_3", "mean_2", "std_2", "min_2", "max_2", "ewm_3",
    )  # fmt: skip
    found = features.of(np.array([[4.0, 2.0, 6.0]]))[0]
    # Weights of span 3 are 1/4, 1/2, 1: (4/4 + 2/2 + 6) / 1.75.
    assert found == pytest.approx([6, 4, 4, 2, 2, 6, 8 / 1.75])


def test_what_is_missing_is_skipped_and_nothing_is_nothing():
    features = LagFeatures(lags=(1, 9), widths=(3,), spans=(2,))
    found = features.of(np.array([[5.0, np.nan, 3.0], [np.nan, np.nan, np.nan]]))
    assert found[0, [0, 2, 3, 4, 5]] == pytest.approx([3, 4, 1, 3, 5])
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 1]).all()


@given(arrays(np.float64, (6, 20), elements=st.floats(-9, 9)))
def test_windows_with_and_without_gaps_agree(windows):
    features = LagFeatures(lags=(1, 5), widths=(4, 20), spans=(3,))
    holed = np.concatenate([windows, np.full((1, 20), np.nan)])
    assert np.allclose(features.of(windows), features.of(holed)[:6])


def test_features_of_a_row_use_the_rows_before_it_only():
    panel = Panel.from_arrays({"a": seasonal(60), "b": seasonal(40)})
    features = LagFeatures(lags=(1, 2), widths=(7,), spans=(3,))
    table = features.rows(panel)
    values = panel.values.copy()
    values[30:60] += 100
    changed = features.rows(Panel.from_arrays({"a": values[:60], "b": values[60:]}))
    assert np.array_equal(table[:31], changed[:31], equal_nan=True)
    assert np.array_equal(table[60:], changed[60:], equal_nan=True)
    assert not np.array_equal(table[31:60], changed[31:60], equal_nan=True)
    assert table[1, 0, 0] == panel.values[0, 0]
    assert np.isnan(table[60, 0]).all()


def test_lags_begin_at_one_and_statistics_are_known():
    with pytest.raises(SettingsError, match="begin at 1"):
        LagFeatures(lags=(0,))
    with pytest.raises(SettingsError, match="no moving statistic mode"):
        LagFeatures(statistics=("mode",))
