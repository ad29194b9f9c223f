"""Every check on a file small enough to count by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.quality import seasonal
from datasets.quality.checks.hampel import by_hampel
from datasets.quality.checks.level_shifts import find_shift
from datasets.quality.checks.outliers import by_iqr, by_zscore
from datasets.quality.reports import report_of
from datasets.quality.seasonal import fit
from datasets.quality.words import shown_findings
from tests.datasets.given import read


def found(version, code):
    """The only finding with this code; None when there is none."""
    hits = [one for one in report_of(version)["findings"] if one["code"] == code]
    assert len(hits) <= 1, hits
    return hits[0] if hits else None


def words(version, code):
    (one,) = [one for one in shown_findings(version, report_of(version)) if one.code == code]
    return one.sentence


def csv(*rows, head="time,load"):
    return head + "\n" + "\n".join(rows) + "\n"


def hourly(values, start="2026-01-01", head="time,load"):
    times = pd.date_range(start, periods=len(values), freq="h")
    return csv(*(f"{at:%Y-%m-%d %H:%M},{value}" for at, value in zip(times, values, strict=True)),
               head=head)  # fmt: skip


def test_a_clean_file_has_no_finding_and_every_value_is_right(owner):
    version = read(owner, hourly([place % 7 + place / 10 for place in range(96)]))
    report = report_of(version)
    assert report["findings"] == []
    assert (report["right"], report["cells"]) == (1.0, 192)
    assert len(report["clean"]) == report["checks"] == 19


def test_gaps_are_counted_in_rows_that_are_absent(owner):
    hours = [h for h in range(24) if h not in {3, 4, 5, 10}]
    version = read(owner, csv(*(f"2026-01-01 {h:02d}:00,{h}" for h in hours)))
    gap = found(version, "gaps")
    assert (gap["count"], gap["params"]["gaps"]) == (4, 2)
    assert gap["params"]["longest"][0][1:] == ["2026-01-01 02:00:00", "2026-01-01 06:00:00", 3]
    assert words(version, "gaps") == "2 gaps: the longest Thu 1 Jan 2026 02:00 to 06:00"
    # 20 rows of two cells and four absent values: 40 of 44 are right.
    assert report_of(version)["right"] == pytest.approx(40 / 44)


def test_missing_cells_are_told_by_column_and_stretch(owner):
    values = ["" if place in {3, 4, 9} else place for place in range(24)]
    version = read(owner, hourly(values))
    missing = found(version, "missing")
    assert (missing["count"], missing["params"]["stretches"]) == (3, 2)
    assert words(version, "missing") == (
        "Missing values: load, 2 stretches, the longest Thu 1 Jan 2026 03:00 to 04:00"
    )


def test_equal_and_different_rows_of_one_time_are_told_apart(owner):
    version = read(owner, csv("2026-01-01,1", "2026-01-01,1", "2026-01-02,2", "2026-01-03,3",
                              "2026-01-03,4", "2026-01-03,5", "2026-01-04,6"))  # fmt: skip
    equal, different = found(version, "duplicates_equal"), found(version, "duplicates_different")
    assert (equal["count"], equal["severity"]) == (1, "warn")
    assert (different["count"], different["severity"]) == (2, "bad")
    assert different["repair"]["settings"] == {"how": "mean"}


def test_irregular_times_and_rows_between_the_steps_are_found(owner):
    text = csv(
        "2026-01-01 00:00,1",
        "2026-01-01 00:11,2",
        "2026-01-01 01:35,3",
        "2026-01-01 01:48,4",
        "2026-01-01 05:18,5",
    )
    irregular = read(owner, text)
    assert found(irregular, "irregular")["params"]["steps"] == 4
    sparse = read(owner, csv("2026-01-01 00:00,1", "2026-01-01 00:01,2", "2026-01-02 09:13,3"))
    assert found(sparse, "gaps") is None
    assert found(sparse, "irregular") is not None
    hours = [f"2026-01-01 {h:02d}:00,{h}" for h in range(20)]
    between = read(owner, csv(*hours[:5], "2026-01-01 04:20,9", *hours[5:]))
    assert found(between, "off_grid")["count"] == 2
    assert "first Thu 1 Jan 2026 04:20" in words(between, "off_grid")


def test_rows_that_arrived_late_are_named(owner):
    rows = [f"2026-01-01 {h:02d}:00,{h}" for h in range(10)]
    late = [*rows[:3], *rows[5:8], *rows[3:5], *rows[8:]]
    order = found(read(owner, csv(*late)), "order")
    # Rows 7 and 8 of the file (the header is row 1) hold 03:00 and 04:00.
    assert (order["count"], order["params"]) == (2, {"first": 8, "last": 9})


def test_mixed_zones_are_found(owner):
    rows = [f"2026-01-01T{h:02d}:00:00{'Z' if h < 3 else ''},{h}" for h in range(8)]
    assert found(read(owner, csv(*rows)), "mixed_zones")["count"] == 5


def test_the_hour_that_the_clock_skips_is_no_gap(owner):
    local = pd.date_range("2026-03-28", "2026-03-30", freq="h", tz="Europe/Berlin")
    rows = [f"{at:%Y-%m-%d %H:%M},{place % 5}" for place, at in enumerate(local.tz_localize(None))]
    version = read(owner, csv(*rows))
    assert found(version, "gaps") is None
    skipped = found(version, "clock_gaps")
    assert (skipped["count"], skipped["params"]["zone"]) == (1, "Europe/Berlin")
    assert skipped["repair"]["settings"] == {"source": "Europe/Berlin", "target": "UTC"}


def test_the_hour_that_the_clock_shows_twice_is_found(owner):
    local = pd.date_range("2026-10-24", "2026-10-26", freq="h", tz="Europe/Berlin")
    rows = [f"{at:%Y-%m-%d %H:%M},{place}" for place, at in enumerate(local.tz_localize(None))]
    overlap = found(read(owner, csv(*rows)), "clock_overlaps")
    assert (overlap["count"], overlap["params"]["first"]) == (1, "2026-10-25 02:00:00")


def test_an_outlier_is_what_its_hour_does_not_expect(owner):
    rng = np.random.default_rng(1)
    hours = np.arange(24 * 40)
    values = 100 + 50 * np.sin(2 * np.pi * hours / 24) + rng.normal(0, 1, len(hours))
    # 150 is usual at noon and impossible at midnight: only the season can tell.
    values[24 * 20] = 150
    version = read(owner, hourly([f"{value:.3f}" for value in values]))
    outliers = found(version, "outliers")
    assert outliers["count"] == outliers["params"]["methods"]["residual"] == 1
    assert outliers["params"]["methods"]["iqr"] == outliers["params"]["methods"]["zscore"] == 0
    assert "Wed 21 Jan 2026 00:00" in words(version, "outliers")
    assert "over the usual range" in words(version, "outliers")


def test_the_four_ways_of_looking_on_numbers_to_check_by_hand():
    values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 30])
    # Quartiles 3.25 and 7.75: the upper fence is 7.75 + 1.5 · 4.5 = 14.5.
    assert by_iqr(values).tolist() == [False] * 9 + [True]
    # Mean 7.5, deviation 8.32: 30 is 2.70 away, so 2.7 finds it and 3 does not.
    assert by_zscore(values, 2.7).sum() == 1
    assert by_zscore(values, 3.0).sum() == 0
    flat = np.array([5.0, 5.1, 4.9, 5.0, 20.0, 5.1, 4.9, 5.0, 5.1])
    assert np.flatnonzero(by_hampel(flat)).tolist() == [4]


@given(
    st.lists(
        st.one_of(st.floats(-1e6, 1e6, allow_subnormal=False), st.integers(0, 3), st.just(np.nan)),
        max_size=60,
    ),
    st.sampled_from([1.0, 3.0]),
)
@settings(max_examples=40, deadline=None)
def test_the_median_of_seven_is_that_of_a_sorted_window(values, limit):
    values = np.array(values, dtype=float)
    padded = np.pad(values, 3, constant_values=np.nan)
    expected = []
    for place, value in enumerate(values):
        window = padded[place : place + 7]
        present = window[~np.isnan(window)]
        middle = np.median(present) if len(present) else np.nan
        spread = np.median(np.abs(present - middle)) if len(present) else np.nan
        expected.append(bool(abs(value - middle) > limit * (1.4826 * spread)))
    assert by_hampel(values, limit).tolist() == expected


def test_a_block_ends_without_a_seam():
    values = np.random.default_rng(4).normal(size=20_000)
    values[[8_191, 8_192, 16_384]] = 50.0
    whole = np.flatnonzero(by_hampel(values))
    shifted = np.flatnonzero(by_hampel(values[100:])) + 100
    assert {8_191, 8_192, 16_384} <= set(whole.tolist())
    assert whole[whole > 103].tolist() == shifted[shifted > 103].tolist()


@given(st.integers(2, 60), st.integers(1, 30), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_level_between_the_cycles_is_a_straight_line(cycles, width, seed):
    level = np.random.default_rng(seed).normal(size=cycles)
    middles = np.arange(cycles) * width + (width - 1) / 2
    lines = np.interp(np.arange(cycles * width), middles, level)
    assert np.array_equal(seasonal._between(level, width), lines)


def test_the_season_is_the_median_of_its_hours():
    values = np.tile([1.0, 5.0, 3.0, 3.0], 10)
    fitted = fit(values, np.arange(40), (4,))
    assert fitted.expected == pytest.approx(values)


def test_a_jump_is_a_level_shift_and_a_slope_is_none():
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 1, 120)
    step = np.where(np.arange(120) < 70, 100.0, 130.0) + noise
    shift = find_shift(step)
    assert shift is not None
    assert (shift.cycle, round(shift.before), round(shift.after)) == (70, 100, 130)
    assert find_shift(100 + np.arange(120) / 2 + noise) is None
    assert find_shift(100 + 30 * np.sin(2 * np.pi * np.arange(120) / 120) + noise) is None
    assert find_shift(100 + noise) is None


def test_constant_and_empty_columns_are_found(owner):
    version = read(owner, csv(*(f"2026-01-0{d},{d},7," for d in range(1, 6)),
                              head="day,load,tax,note"))  # fmt: skip
    assert found(version, "constant")["column"] == "c3"
    assert found(version, "empty_column")["repair"]["settings"] == {"columns": ["c4"]}


def test_suspicious_types_are_found(owner):
    rows = [f"2026-01-{d:02d},{d},{d * 3} kg,{20260100 + d},{d:04d}" for d in range(1, 21)]
    version = read(owner, csv(*rows, head="day,load,weight,booked,code"))
    assert found(version, "numbers_as_text")["column"] == "c3"
    assert found(version, "leading_zeros")["note"] == "kept"
    kinds = {column.key: column.type for column in version.columns.all()}
    if kinds["c4"] == "integer":
        assert found(version, "dates_as_numbers")["params"]["kind"] == "compact"


def test_a_report_looks_at_every_series_by_itself(owner):
    rows = [f"2026-01-{d:02d},{store},{value + d % 3}" for store, value in (("a", 10), ("b", 9000))
            for d in range(1, 31)]  # fmt: skip
    rows[15] = "2026-01-16,a,400"
    version = read(owner, csv(*rows, head="day,store,sales"))
    outliers = found(version, "outliers")
    # 400 lies between the two stores, but is far from store a.
    assert outliers["count"] == 1
    assert outliers["params"]["furthest"][0][:2] == ["a", "2026-01-16 00:00:00"]
