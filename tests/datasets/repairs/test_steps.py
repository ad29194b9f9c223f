"""Every step of a recipe on a table small enough to check on paper."""

import math

import pytest

from datasets.frames import read_frame
from datasets.problems import DatasetProblem
from datasets.repairs.applying import apply_recipe
from datasets.repairs.registry import STEPS
from tests.datasets.given import read

DAILY = "day,sales,city\n" + "".join(
    f"2026-01-{day:02d},{sales},{city}\n"
    for day, sales, city in [(1, 1, "A"), (2, 2, "B"), (3, 4, "A"), (4, 8, "B"), (5, 16, "A")]
)


def repaired(owner, text, *steps):
    """The frame and the version after these (step, settings)."""
    recipe = [{"step": step, "settings": settings} for step, settings in steps]
    version = apply_recipe(read(owner, text), recipe, made_by=owner)
    return read_frame(version), version


def numbers(frame, name):
    return [None if math.isnan(value) else value for value in frame[name].tolist()]


def test_equal_times_are_merged_by_mean_sum_first_last_min_and_max(owner):
    text = "day,sales,note\n2026-01-01,1,p\n2026-01-02,2,q\n2026-01-02,6,r\n2026-01-03,3,s\n"
    expected = {"mean": 4, "sum": 8, "first": 2, "last": 6, "min": 2, "max": 6}
    for how, value in expected.items():
        frame, version = repaired(owner, text, ("deduplicate", {"how": how}))
        assert numbers(frame, "sales") == [1, value, 3], how
        assert frame["note"].tolist() == ["p", "r" if how == "last" else "q", "s"]
        assert version.diff["steps"] == {"rows_merged": 1}
        assert version.diff["rows_removed"] == 1


def test_rows_are_resampled_to_a_longer_step(owner):
    text = "at,load\n" + "".join(f"2026-01-01 {h:02d}:{m:02d},{h * 2 + m / 30}\n"
                                 for h in range(4) for m in (0, 30))  # fmt: skip
    frame, _ = repaired(owner, text, ("resample", {"frequency": "2h", "how": "sum"}))
    assert numbers(frame, "load") == [0 + 1 + 2 + 3, 4 + 5 + 6 + 7]
    frame, version = repaired(owner, text, ("resample", {"frequency": "h", "how": "max"}))
    assert numbers(frame, "load") == [1, 3, 5, 7]
    assert (version.frequency, version.diff["steps"]["rows_merged"]) == ("h", 4)


def test_resampling_irregular_times_leaves_a_row_for_every_step(owner):
    text = "at,load\n2026-01-01 00:07,1\n2026-01-01 00:41,3\n2026-01-01 03:12,5\n"
    frame, version = repaired(owner, text, ("resample", {"frequency": "h", "how": "mean"}))
    assert [str(t) for t in frame["at"]] == [f"2026-01-01 0{h}:00:00" for h in range(4)]
    assert numbers(frame, "load") == [2, None, None, 5]
    assert version.diff["steps"]["rows_added"] == 2


def test_months_and_weeks_are_steps_too(owner):
    text = "day,sales\n2026-01-05,1\n2026-01-31,2\n2026-02-10,4\n2026-04-01,8\n"
    frame, _ = repaired(owner, text, ("resample", {"frequency": "MS", "how": "sum"}))
    assert [str(t)[:10] for t in frame["day"]] == [f"2026-0{m}-01" for m in (1, 2, 3, 4)]
    assert numbers(frame, "sales") == [3, 4, None, 8]
    frame, _ = repaired(owner, text, ("resample", {"frequency": "ME", "how": "sum"}))
    assert [str(t)[:10] for t in frame["day"]][:2] == ["2026-01-31", "2026-02-28"]
    frame, _ = repaired(owner, text, ("resample", {"frequency": "QE-DEC", "how": "sum"}))
    assert [str(t)[:10] for t in frame["day"]] == ["2026-03-31", "2026-06-30"]
    frame, _ = repaired(owner, text, ("resample", {"frequency": "W-MON", "how": "sum"}))
    assert [str(t)[:10] for t in frame["day"]][:2] == ["2026-01-05", "2026-01-12"]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"method": "linear"}, [1, 2, 3, 4, 8]),
        ({"method": "ffill"}, [1, 1, 1, 4, 8]),
        ({"method": "constant", "value": 7}, [1, 7, 7, 4, 8]),
        ({"method": "none"}, [1, None, None, 4, 8]),
        ({"method": "linear", "longest": 1}, [1, None, None, 4, 8]),
        ({"method": "linear", "longest": 2}, [1, 2, 3, 4, 8]),
    ],
)
def test_gaps_are_filled(owner, chosen, expected):
    text = "day,sales\n2026-01-01,1\n2026-01-02,\n2026-01-03,\n2026-01-04,4\n2026-01-05,8\n"
    frame, version = repaired(owner, text, ("fill", chosen))
    assert numbers(frame, "sales") == expected
    filled = sum(value is not None for value in expected) - 3
    assert version.diff["steps"].get("values_filled", 0) == filled
    assert version.diff["cells_filled"] == filled


def test_absent_rows_are_added_before_filling(owner):
    text = "day,sales\n2026-01-01,1\n2026-01-02,2\n2026-01-03,3\n2026-01-06,6\n2026-01-07,7\n"
    frame, version = repaired(owner, text, ("fill", {"method": "linear"}))
    assert numbers(frame, "sales") == [1, 2, 3, 4, 5, 6, 7]
    assert version.diff["steps"] == {"rows_added": 2, "values_filled": 2}


def test_a_season_is_filled_with_the_mean_of_its_nearest_cycles(owner):
    # Four weeks of days; the Wednesday of week two is gone. Weeks are 0, 10, 20, 30 higher.
    rows = [(7 * week + day, 10 * week + day) for week in range(4) for day in range(7)]
    text = "day,sales\n" + "".join(
        f"2026-01-{place + 5:02d},{'' if place == 9 else value}\n" if place < 27 else
        f"2026-02-01,{value}\n" for place, value in rows)  # fmt: skip
    frame, _ = repaired(owner, text, ("fill", {"method": "seasonal", "cycles": 2}))
    # One week before: 2, one week after: 22.
    assert numbers(frame, "sales")[9] == 12
    frame, _ = repaired(owner, text, ("fill", {"method": "seasonal", "cycles": 3}))
    assert numbers(frame, "sales")[9] == (2 + 22 + 32) / 3


def test_series_of_a_long_table_are_filled_apart(owner):
    text = "day,store,sales\n" + "".join(
        f"2026-01-0{day},{store},{'' if day == 2 else day * factor}\n"
        for store, factor in (("a", 1), ("b", 10)) for day in (1, 2, 3))  # fmt: skip
    frame, _ = repaired(owner, text, ("fill", {"method": "linear"}))
    assert numbers(frame, "sales") == [1, 2, 3, 10, 20, 30]


def hours(values):
    return "at,load\n" + "".join(
        f"2026-01-{1 + place // 24:02d} {place % 24:02d}:00,{value}\n"
        for place, value in enumerate(values)
    )


def test_outliers_are_clipped_to_the_edge_or_taken_out(owner):
    values = [10 + (place % 2) for place in range(48)]
    values[30] = 100
    frame, _ = repaired(
        owner, hours(values), ("outliers", {"method": "iqr", "threshold": 1.5, "action": "clip"})
    )
    # Quartiles 10 and 11, so the fence is 11 + 1.5.
    assert numbers(frame, "load")[30] == 12.5
    frame, version = repaired(owner, hours(values), ("outliers", {"action": "mask"}))
    assert numbers(frame, "load")[30] is None
    assert version.diff["steps"] == {"values_emptied": 1}
    frame, _ = repaired(owner, hours(values), ("outliers", {"method": "zscore", "threshold": 3}))
    assert numbers(frame, "load")[30] < 100
    frame, _ = repaired(owner, hours(values), ("outliers", {"method": "hampel"}))
    assert 10 <= numbers(frame, "load")[30] <= 13


def test_series_are_smoothed(owner):
    frame, _ = repaired(owner, DAILY, ("smooth", {"method": "mean", "window": 3}))
    assert numbers(frame, "sales") == [1.5, 7 / 3, 14 / 3, 28 / 3, 12]
    frame, _ = repaired(owner, DAILY, ("smooth", {"method": "median", "window": 3}))
    assert numbers(frame, "sales") == [1.5, 2, 4, 8, 12]


def test_times_change_their_zone_across_the_clock_changes(owner):
    clock = ["01:00", "02:00", "02:00", "03:00"]
    text = "at,load\n" + "".join(f"2026-10-25 {at},{row}\n" for row, at in enumerate(clock))
    frame, version = repaired(owner, text, ("zone", {"source": "Europe/Berlin", "target": "UTC"}))
    assert [str(t)[5:16] for t in frame["at"]] == [
        "10-24 23:00", "10-25 00:00", "10-25 01:00", "10-25 02:00"
    ]  # fmt: skip
    assert version.profile["time_zone"] == "UTC"
    assert version.diff["rows_added"] == version.diff["rows_removed"] == 0


def test_lags_differences_and_percentages_look_back(owner):
    frame, version = repaired(
        owner,
        DAILY,
        ("lag", {"steps": [1, 2], "columns": ["sales"]}),
        ("difference", {"columns": ["sales"]}),
        ("percentage", {"columns": ["sales"]}),
    )
    assert numbers(frame, "sales lag 1") == [None, 1, 2, 4, 8]
    assert numbers(frame, "sales lag 2") == [None, None, 1, 2, 4]
    assert numbers(frame, "sales diff 1") == [None, 1, 2, 4, 8]
    assert numbers(frame, "sales pct 1") == [None, 100, 100, 100, 100]
    assert version.column("c4").role == "past"


def test_a_lag_counts_steps_of_the_clock_not_rows(owner):
    text = "day,sales\n2026-01-01,1\n2026-01-02,2\n2026-01-03,3\n2026-01-05,5\n2026-01-06,6\n"
    frame, _ = repaired(owner, text, ("lag", {"steps": [1]}))
    assert numbers(frame, "sales lag 1") == [None, 1, 2, None, 5]


def test_logarithms_leave_out_what_has_none(owner):
    text = "day,sales\n2026-01-01,1\n2026-01-02,0\n2026-01-03,-1\n2026-01-04,\n"
    frame, version = repaired(owner, text, ("log", {}))
    assert numbers(frame, "log sales") == [0, None, None, None]
    assert version.diff["steps"]["values_without"] == 2


def test_calendar_columns_are_known_ahead(owner):
    text = "at,load\n2026-03-27 22:30,1\n2026-03-28 22:30,2\n2026-03-29 22:30,3\n"
    frame, version = repaired(
        owner,
        text,
        ("calendar", {"feature": "is_weekend"}),
        ("calendar", {"feature": "hour", "zone": "Europe/Berlin"}),
        ("calendar", {"feature": "weekday", "form": "scaled"}),
    )
    assert numbers(frame, "is_weekend") == [0, 1, 1]
    # Summer time begins on the 29th: 22:30 UTC is 23:30 before and 00:30 after.
    assert numbers(frame, "hour") == [23, 23, 0]
    assert numbers(frame, "weekday") == pytest.approx([4 / 6 - 0.5, 5 / 6 - 0.5, 0.5])
    assert version.column("c3").role == "known"


def test_rolling_windows_may_leave_the_row_itself_out(owner):
    frame, _ = repaired(
        owner,
        DAILY,
        ("rolling", {"window": 2, "columns": ["sales"]}),
        ("rolling", {"window": 2, "back": 1, "statistic": "sum", "columns": ["sales"]}),
    )
    assert numbers(frame, "sales mean 2") == [1, 1.5, 3, 6, 12]
    assert numbers(frame, "sales sum 2") == [None, 1, 3, 6, 12]


def test_columns_are_scaled_on_what_the_share_lets_them_learn(owner):
    frame, _ = repaired(owner, DAILY, ("scale", {"method": "minmax"}))
    assert numbers(frame, "sales") == pytest.approx([0, 1 / 15, 3 / 15, 7 / 15, 1])
    frame, _ = repaired(owner, DAILY, ("scale", {"method": "minmax", "share": 40}))
    assert numbers(frame, "sales") == pytest.approx([0, 1, 3, 7, 15])
    frame, _ = repaired(owner, DAILY, ("scale", {"method": "robust"}))
    assert numbers(frame, "sales") == pytest.approx([-0.5, -1 / 3, 0, 4 / 6, 2])
    frame, _ = repaired(owner, DAILY, ("scale", {}))
    assert sum(numbers(frame, "sales")) == pytest.approx(0)


def test_words_become_columns_or_numbers(owner):
    frame, _ = repaired(owner, DAILY, ("encode", {"column": "city"}))
    assert numbers(frame, "city A") == [1, 0, 1, 0, 1]
    assert numbers(frame, "city B") == [0, 1, 0, 1, 0]
    frame, _ = repaired(owner, DAILY, ("encode", {"column": "city", "method": "ordinal"}))
    assert numbers(frame, "city code") == [0, 1, 0, 1, 0]


def test_rows_are_marked_for_training_in_order_of_time(owner):
    frame, _ = repaired(owner, DAILY, ("split", {"shares": [60, 20, 20]}))
    assert frame["split"].tolist() == ["train"] * 3 + ["validation", "test"]


def test_cells_are_edited_by_row_and_column(owner):
    cells = [
        {"row": 2, "column": "sales", "value": "20"},
        {"row": 3, "column": "city", "value": ""},
    ]
    frame, version = repaired(owner, DAILY, ("edit", {"cells": cells}))
    assert numbers(frame, "sales") == [1, 20, 4, 8, 16]
    assert frame["city"].tolist() == ["A", "B", None, "B", "A"]
    assert (version.diff["cells_changed"], version.diff["cells_emptied"]) == (1, 1)


def test_columns_are_renamed_dropped_and_given_roles(owner):
    frame, version = repaired(
        owner,
        DAILY,
        ("rename", {"names": {"sales": "units"}}),
        ("role", {"columns": ["city"], "role": "personal"}),
        ("calendar", {"feature": "month"}),
        ("drop", {"columns": ["month"]}),
    )
    assert list(frame.columns) == ["day", "units", "city"]
    assert version.column("c3").is_masked
    assert version.diff["columns"] == {"renamed": [["sales", "units"]]}


def test_types_change_and_what_does_not_fit_is_counted(owner):
    text = 'day,price,code\n2026-01-01,"1.234,50 €",20260105\n2026-01-02,n/k,20260106\n' \
           '2026-01-03,"7,25 €",20260107\n'  # fmt: skip
    frame, version = repaired(
        owner,
        text,
        ("retype", {"columns": ["price"], "type": "number"}),
        ("retype", {"columns": ["code"], "type": "text"}),
    )
    assert numbers(frame, "price") == [1234.5, None, 7.25]
    assert version.diff["steps"]["values_emptied"] == 1


def test_time_and_lag_features_suit_the_frequency(owner):
    frame, version = repaired(
        owner, hours(range(72)), ("time_features", {}), ("lag_features", {"columns": ["load"]})
    )
    names = [column.name for column in version.columns.all()]
    assert names[2:6] == ["hour", "weekday", "day", "day_of_year"]
    assert names[6:] == ["load lag 1", "load lag 24", "load lag 48", "load mean 24"]
    assert numbers(frame, "hour")[:2] == pytest.approx([-0.5, 1 / 23 - 0.5])
    assert numbers(frame, "load lag 24")[23:25] == [None, 0]
    assert numbers(frame, "load mean 24")[:3] == [None, 0, 0.5]


def test_rows_without_anything_are_left_out(owner):
    text = "day,a,b\n2026-01-01,1,\n2026-01-02,,\n2026-01-03,1,2\n"
    assert len(repaired(owner, text, ("drop_rows", {"which": "empty"}))[0]) == 2


def test_every_step_says_what_it_may_be_asked(owner):
    for step in STEPS.values():
        assert str(step.label)
        assert all(setting.schema()["kind"] for setting in step.settings)
        assert isinstance(step.summary({}), str)


def test_a_wrong_setting_is_named_with_its_step(owner):
    with pytest.raises(DatasetProblem, match=r"Step 1, Smooth: Window: enter a number from 2"):
        repaired(owner, DAILY, ("smooth", {"window": 1}))
    with pytest.raises(DatasetProblem, match="there is no step polish"):
        repaired(owner, DAILY, ("polish", {}))
    with pytest.raises(DatasetProblem, match="This step has no setting speed"):
        repaired(owner, DAILY, ("smooth", {"speed": 1}))
    with pytest.raises(DatasetProblem, match="No step is switched on"):
        repaired(owner, DAILY)
