import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.errors import (
    BadTimesError,
    BadValuesError,
    DuplicateTimesError,
    EngineError,
    IrregularTimesError,
    TooShortError,
)
from forecasting.engine.panel import Panel


def wide(rows=6):
    times = pd.date_range("2024-01-01", periods=rows, freq="h")
    return pd.DataFrame({"when": times, "a": np.arange(rows) * 1.0, "b": np.arange(rows) * 10})


def test_a_wide_table_is_one_series_with_channels():
    panel = Panel.from_wide(wide(), "when", ["a", "b"])
    assert (panel.channels, panel.labels, len(panel)) == (("a", "b"), ("a", "b"), 1)
    assert panel.frequency.alias == "h"
    assert panel.at(0).tolist() == [[i, 10.0 * i] for i in range(6)]
    assert panel.times("series")[0] == pd.Timestamp("2024-01-01")


def test_a_single_value_column_names_the_series():
    assert Panel.from_wide(wide(), "when", "a").labels == ("a",)


def test_a_long_table_is_one_series_per_name_of_any_length():
    frame = pd.DataFrame(
        {
            "unique_id": ["x", "x", "x", "y", "y"],
            "ds": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-02-01", "2024-02-02"],
            "y": [1, 2, 3, 4, 5],
        }
    )
    panel = Panel.from_long(frame)
    assert (panel.ids, panel.lengths.tolist()) == (("x", "y"), [3, 2])
    assert panel.series("y").ravel().tolist() == [4, 5]
    assert (
        panel.future_times(2)[1].tolist()
        == panel.frequency.range(pd.Timestamp("2024-02-03"), 2).to_numpy().tolist()
    )


@given(st.permutations(range(6)))
def test_the_order_of_rows_does_not_matter(order):
    panel = Panel.from_wide(wide().iloc[list(order)], "when", ["a", "b"])
    assert panel.fingerprint() == Panel.from_wide(wide(), "when", ["a", "b"]).fingerprint()


def test_a_missing_row_and_an_empty_cell_are_both_missing():
    frame = wide().drop(index=2)
    frame.loc[4, "a"] = np.nan
    panel = Panel.from_wide(frame, "when", "a")
    assert panel.mask.ravel().tolist() == [True, True, False, True, False, True]


def test_a_repeated_time_names_series_both_rows_and_the_remedy():
    frame = pd.concat([wide(), wide().iloc[[3]]])
    with pytest.raises(DuplicateTimesError, match=r"Series a .*03:00.*rows 4 and 7.*remove"):
        Panel.from_wide(frame, "when", "a")


def test_a_time_off_the_grid_names_row_and_remedy():
    frame = wide(20)
    frame.loc[7, "when"] += pd.Timedelta(minutes=11)
    with pytest.raises(IrregularTimesError, match=r"07:11.*row 8.*resample"):
        Panel.from_wide(frame, "when", "a")


def test_a_date_in_another_century_is_not_a_gap():
    frame = wide(400)
    frame.loc[399, "when"] = pd.Timestamp("2224-01-01")
    with pytest.raises(IrregularTimesError, match="wrong date"):
        Panel.from_wide(frame, "when", "a")


@pytest.mark.parametrize(
    ("column", "value", "error", "words"),
    [
        ("when", "yesterday-ish", BadTimesError, r'Row 3: "yesterday-ish" in when'),
        ("a", "n/a", BadValuesError, r'Row 3: "n/a" in a is not a number'),
        ("a", np.inf, BadValuesError, r"infinite or far too large value in a at 2024-01-01 02:00"),
    ],
)
def test_an_unreadable_cell_is_named(column, value, error, words):
    frame = wide().astype({"when": str, "a": object})
    frame.loc[2, column] = value
    with pytest.raises(error, match=words):
        Panel.from_wide(frame, "when", ["a", "b"], "h")


@pytest.mark.parametrize(
    ("time", "values", "error"),
    [("b", "a", BadTimesError), ("when", "z", EngineError), ("no", "a", EngineError)],
)
def test_a_wrong_column_is_refused(time, values, error):
    with pytest.raises(error, match="column"):
        Panel.from_wide(wide(), time, values)


def test_an_empty_table_is_refused():
    with pytest.raises(TooShortError, match="no rows"):
        Panel.from_wide(wide(0), "when", "a")


def test_a_row_without_series_name_is_refused():
    frame = pd.DataFrame({"unique_id": ["x", None], "ds": ["2024-01-01"] * 2, "y": [1, 2]})
    with pytest.raises(BadValuesError, match="Row 2 has no series name"):
        Panel.from_long(frame)


def test_times_with_a_zone_become_utc_unless_they_are_days():
    hours = pd.date_range("2024-03-30", periods=48, freq="h", tz="Europe/Berlin")
    panel = Panel.from_wide(pd.DataFrame({"when": hours, "a": 1.0}), "when", "a")
    assert panel.times("a")[0] == pd.Timestamp("2024-03-29 23:00")
    days = pd.date_range("2024-03-28", periods=9, freq="D", tz="Europe/Berlin")
    panel = Panel.from_wide(pd.DataFrame({"when": days, "a": 1.0}), "when", "a")
    assert (panel.frequency.alias, panel.times("a")[0]) == ("D", pd.Timestamp("2024-03-28"))


def test_a_weekly_alias_is_held_to_the_weekday_of_the_data():
    mondays = pd.date_range("2024-01-01", periods=9, freq="W-MON")
    panel = Panel.from_wide(pd.DataFrame({"when": mondays, "a": 1.0}), "when", "a", "W")
    assert panel.frequency.alias == "W-MON"


def test_month_ends_written_as_m_may_be_month_starts():
    starts = pd.date_range("2024-01-01", periods=9, freq="MS")
    panel = Panel.from_wide(pd.DataFrame({"when": starts, "a": 1.0}), "when", "a", "M")
    assert panel.frequency.alias == "MS"


def test_windows_of_a_panel_keep_their_times(hourly):
    part = hourly.window(10, -5)
    assert part.lengths.tolist() == [385, 315]
    assert part.times("b")[0] == hourly.times("b")[10]
    assert np.array_equal(part.series("b"), hourly.series("b")[10:-5])
    assert hourly.drop_last(3).future_times(1)[0, 0] == hourly.times("a")[-3].to_datetime64()
    with pytest.raises(TooShortError, match="Series b"):
        hourly.drop_last(330)


def test_selecting_keeps_order_and_values(hourly):
    part = hourly.select(["b"], ["load"])
    assert part.labels == ("b",)
    assert np.array_equal(part.at(0)[:, 0], hourly.series("b")[:, 1])
    with pytest.raises(EngineError, match="no series q"):
        hourly.select(["q"])


def test_a_panel_cannot_be_changed(hourly):
    with pytest.raises(ValueError, match="read-only"):
        hourly.values[0, 0] = 1.0


def test_one_changed_value_changes_the_fingerprint(hourly):
    values = hourly.series("a").copy()
    before = Panel.from_arrays(values, frequency="h").fingerprint()
    values[5, 0] += 1e-12 * 1e3
    assert Panel.from_arrays(values, frequency="h").fingerprint() != before
