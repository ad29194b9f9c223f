"""Dates, zones and frequencies: cases 44–56 of bad uploads."""

import numpy as np
import pandas as pd
import pytest

from datasets import frames
from datasets.problems import DatasetProblem
from datasets.sniffing.options import ReadingOptions
from tests.datasets.given import codes, read


def table(times, name="ds"):
    return f"{name},v\n" + "".join(f'"{time}",{n % 7}.5\n' for n, time in enumerate(times))


def times(version):
    time = version.time
    return [str(t) for t in frames.read_frame(version, [time.key])[time.name]]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (["2026-01-01", "2026-01-02", "2026-01-03"], "2026-01-02 00:00:00"),
        (["2026-01-01T00:00", "2026-01-01T01:00", "2026-01-01T02:00"], "2026-01-01 01:00:00"),
        (["2026/01/01", "2026/01/02", "2026/01/03"], "2026-01-02 00:00:00"),
        (["31.12.2025", "01.01.2026", "02.01.2026"], "2026-01-01 00:00:00"),
        (["31/12/2025 23:00", "01/01/2026 00:00", "01/01/2026 01:00"], "2026-01-01 00:00:00"),
        (["12/30/2025", "12/31/2025", "01/01/2026"], "2025-12-31 00:00:00"),
        (["1/30/2026 11:00 PM", "1/31/2026 12:00 AM"], "2026-01-31 00:00:00"),
        (["2026-01", "2026-02", "2026-03"], "2026-02-01 00:00:00"),
        (["2026Q1", "2026Q2", "2026Q3"], "2026-04-01 00:00:00"),
        (["2020-W52", "2020-W53", "2021-W01"], "2020-12-28 00:00:00"),
        (["Jan 2026", "Feb 2026", "Mar 2026"], "2026-02-01 00:00:00"),
        (["1 January 2026", "2 January 2026"], "2026-01-02 00:00:00"),
        (["2026年1月1日", "2026年1月2日"], "2026-01-02 00:00:00"),
        (["1767225600", "1767229200", "1767232800"], "2026-01-01 01:00:00"),
        (["1767225600000", "1767229200000"], "2026-01-01 01:00:00"),
        (["45000", "45001", "45002"], "2023-03-16 00:00:00"),
        (["20240101", "20240102", "20240103"], "2024-01-02 00:00:00"),
        (["2019", "2020", "2021"], "2020-01-01 00:00:00"),
        (["2024-02-28", "2024-02-29", "2024-03-01"], "2024-02-29 00:00:00"),
    ],
)
def test_times_are_recognised_however_they_are_written(owner, written, expected):
    assert times(read(owner, table(written)))[1] == expected


def test_numbers_read_as_times_are_stated(owner):
    version = read(owner, table(["45000", "45001", "45002"], name="date"))
    found = next(found for found in version.findings if found.code == "numbers_as_times")
    assert "Excel serial days" in found.sentence


def test_plain_numbers_without_a_telling_name_stay_numbers(owner):
    version = read(owner, "price,v\n45000,1\n43000,2\n47000,3\n")
    assert version.time is None
    assert "no_time" in codes(version)


def test_a_late_day_above_twelve_decides_the_order_of_the_whole_column(owner):
    days = pd.date_range("2020-01-01", "2040-01-13").strftime("%d/%m/%Y")
    clipped = [day for day in days if int(day[:2]) <= 12 or day.endswith("2040")]
    version = read(owner, table(clipped))
    assert times(version)[0] == "2020-01-01 00:00:00"
    assert times(version)[1] == "2020-01-02 00:00:00"
    assert times(version)[-1] == "2040-01-13 00:00:00"


def test_month_first_is_found_from_a_late_row(owner):
    cells = ["01/02/2020", "01/03/2020"] * 3000
    version = read(owner, table([*cells, "01/13/2020"]))
    assert times(version)[0] == "2020-01-02 00:00:00"
    assert "2020-01-13 00:00:00" in times(version)


def test_an_order_nothing_decides_is_said_and_can_be_changed(owner):
    cells = ["01/02/2020", "02/03/2020", "03/04/2020"]
    version = read(owner, table(cells))
    assert "day_order_ambiguous" in codes(version)
    other = read(owner, table(cells), options=ReadingOptions(day_first=False))
    assert times(version)[0] == "2020-02-01 00:00:00"
    assert times(other)[0] == "2020-01-02 00:00:00"


def test_both_orders_in_one_column_are_refused_with_the_row(owner):
    with pytest.raises(DatasetProblem, match=r'row 3, column ds: "01/13/2020" is not a date'):
        read(owner, table(["13/01/2020", "01/13/2020"] * 1))


@pytest.mark.parametrize("bad", ["2026-02-30", "yesterday", "2026-13-01", "99999-01-01"])
def test_a_date_that_does_not_exist_is_refused_with_row_column_and_remedy(owner, bad):
    days = [str(np.datetime64("2026-01-01") + n) for n in range(40)]
    days[20] = bad
    with pytest.raises(DatasetProblem) as refused:
        read(owner, table(days))
    assert f'row 22, column ds: "{bad}" is not a date or time' in refused.value.message
    assert "import without these rows" in refused.value.message


def test_rows_without_a_readable_time_can_be_left_out(owner):
    options = ReadingOptions(leave_out_bad_times=True)
    days = [str(np.datetime64("2026-01-01") + n) for n in range(40)]
    days[20] = "2026-02-30"
    version = read(owner, table(days), options=options)
    assert version.row_count == 39
    assert "2026-02-30" not in times(version)
    assert {"left_out", "unreadable"} <= codes(version)
    left_out = next(f for f in version.findings if f.code == "left_out")
    assert left_out.count == 1
    # The day that was left out is a gap, which a forecast bridges.
    assert len(frames.read_panel(version).values) == 40


def test_a_word_beside_rows_without_time_does_not_become_a_series(owner):
    rows = [f"2026-01-{day:02d},{day},{'anna' if day % 3 else 'ben'}" for day in range(1, 29)]
    rows[10] = "never,11,ben"
    options = ReadingOptions(leave_out_bad_times=True)
    version = read(owner, "day,load,operator\n" + "\n".join(rows) + "\n", options=options)
    assert version.layout == "wide"
    assert "gaps" in codes(version)
    assert next(f for f in version.findings if f.code == "gaps").count == 1


def test_summer_time_gap_and_overlap_are_reported(owner):
    zone = "Europe/Berlin"
    spring = pd.date_range("2026-03-28", periods=48, freq="h", tz=zone)
    autumn = pd.date_range("2026-10-24", periods=72, freq="h", tz=zone)
    version = read(owner, table([t.strftime("%Y-%m-%d %H:%M") for t in [*spring, *autumn]]))
    assert {"repeated_times", "gaps"} <= codes(version)
    assert (
        "Sun 25 Oct 2026 02:00."
        in next(f for f in version.findings if f.code == "repeated_times").sentence
    )


def test_a_wall_clock_time_inside_the_gap_does_no_harm(owner):
    cells = ["2026-03-29 01:30", "2026-03-29 02:30", "2026-03-29 03:30"]
    assert times(read(owner, table(cells)))[1] == "2026-03-29 02:30:00"


def test_zones_become_utc_visibly(owner):
    version = read(owner, table(["2026-01-01T00:00:00+02:00", "2026-01-01T01:00:00Z"]))
    assert times(version) == ["2025-12-31 22:00:00", "2026-01-01 01:00:00"]
    assert version.profile["time_zone"] == "UTC"
    assert "zones" in codes(version)


def test_times_with_and_without_zone_are_counted_apart(owner):
    version = read(
        owner,
        table(
            ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00"]
            + [f"2026-01-01T{hour:02d}:00:00Z" for hour in range(2, 12)]
        ),
    )
    found = next(found for found in version.findings if found.code == "zones")
    assert found.severity == "warn"
    assert "1 name none" in found.sentence


@pytest.mark.parametrize("year", ["0001", "1677", "2262", "9999"])
def test_far_years_do_no_harm(owner, year):
    cells = [f"{year}-01-0{day}" for day in range(1, 6)]
    version = read(owner, table(cells))
    assert times(version)[0].startswith(f"{year}-01-01")
    assert version.profile["start"].startswith(f"{year}-01-01")


def test_repeated_times_are_reported_and_kept(owner):
    version = read(owner, table(["2026-01-01", "2026-01-02", "2026-01-02", "2026-01-03"]))
    assert version.row_count == 4
    assert "repeated_times" in codes(version)


@pytest.mark.parametrize("order", [[2, 0, 1, 4, 3], [4, 3, 2, 1, 0]], ids=["mixed", "descending"])
def test_unsorted_rows_are_sorted_with_a_notice(owner, order):
    days = [f"2026-01-0{day + 1}" for day in range(5)]
    text = "ds,v\n" + "".join(f"{days[place]},{place}\n" for place in order)
    version = read(owner, text)
    frame = frames.read_frame(version)
    assert frame["v"].tolist() == [0, 1, 2, 3, 4]
    assert "sorted" in codes(version)
    plain = read(owner, "ds,v\n" + "".join(f"{days[n]},{n}\n" for n in range(5)))
    assert "sorted" not in codes(plain)
    first, second = frames.read_panel(version), frames.read_panel(plain)
    assert first.fingerprint() == second.fingerprint()


def test_gaps_are_reported_with_their_place(owner):
    days = [str(np.datetime64("2026-01-01") + n) for n in range(40) if n not in {10, 11, 30}]
    version = read(owner, table(days))
    found = next(found for found in version.findings if found.code == "gaps")
    assert found.count == 2
    assert "3 rows" in found.sentence
    assert "from 10 Jan 2026 to 13 Jan 2026." in found.sentence


def test_irregular_times_are_reported(owner):
    rng = np.random.default_rng(1)
    seconds = np.cumsum(rng.integers(1, 100_000, 60))
    stamps = [str(np.datetime64("2026-01-01") + np.timedelta64(int(s), "s")) for s in seconds]
    version = read(owner, table(stamps))
    assert version.frequency == ""
    assert "irregular" in codes(version)


def test_a_leap_second_is_named_with_its_row(owner):
    cells = [f"2016-12-31 23:59:5{second}" for second in range(10)]
    with pytest.raises(DatasetProblem, match='row 12, column ds: "2016-12-31 23:59:60"'):
        read(owner, table([*cells, "2016-12-31 23:59:60"]))


@pytest.mark.parametrize(
    ("start", "frequency"),
    [
        ("2026-01-01", "D"), ("2026-01-01", "15min"), ("2026-01-01", "h"), ("2026-01-05", "W-MON"),
        ("2026-01-01", "W-THU"), ("2026-01-01", "MS"), ("2026-01-31", "ME"), ("2026-01-01", "QS"),
        ("2026-01-01", "YS"), ("2026-01-01", "B"), ("2026-01-01", "s"),
    ],
)  # fmt: skip
def test_the_frequency_is_found(owner, start, frequency):
    stamps = pd.date_range(start, periods=60, freq=frequency)
    version = read(owner, table(stamps.strftime("%Y-%m-%d %H:%M:%S")))
    assert version.frequency.split("-Q")[0].startswith(frequency.split("-")[0])
    if frequency.startswith("W"):
        assert version.frequency == frequency
    assert "gaps" not in codes(version)


def test_long_files_name_their_series(owner):
    text = "day,store,sales\n" + "".join(
        f"2026-01-{day:02d},{store},{day * n}.5\n"
        for day in range(1, 31)
        for n, store in enumerate(["Bergen", "Cork", "Delft"], 1)
    )
    version = read(owner, text)
    assert (version.layout, version.series_column, version.frequency) == ("long", "c2", "D")
    assert version.profile["series_count"] == 3
    assert "sorted" not in codes(version)
    panel = frames.read_panel(version)
    assert panel.ids == ("Bergen", "Cork", "Delft")
    assert panel.series("Cork")[2, 0] == 6.5


def test_numbered_series_are_recognised_by_name(owner):
    text = "id,ds,y\n" + "".join(
        f"{n},2026-01-{d:02d},{n * d}\n" for n in (7, 8) for d in range(1, 20)
    )
    version = read(owner, text)
    assert (version.layout, version.series_column) == ("long", "c1")
    assert frames.read_panel(version).ids == ("7", "8")


def test_numbers_that_look_like_years_and_months_stay_numbers(owner):
    cells = ["2020.1", "2021.2", "1999.12", "2020.3"]
    version = read(
        owner, "ds,v\n" + "".join(f"2026-01-0{n + 1},{c}\n" for n, c in enumerate(cells))
    )
    assert frames.read_frame(version)["v"].tolist() == [2020.1, 2021.2, 1999.12, 2020.3]


def test_one_is_said_in_the_singular_and_many_in_the_plural(owner):
    one = [str(np.datetime64("2026-01-01") + n) for n in range(40) if n != 7]
    two = [day for day in one if day != "2026-01-21"]
    sentences = [
        next(f.sentence for f in read(owner, table(days)).findings if f.code == "gaps")
        for days in (one, two)
    ]
    assert sentences[0].startswith("1 gap, missing rows: 1, from 7 Jan 2026")
    assert sentences[1].startswith("2 gaps, 2 rows in all; the longest from 7 Jan 2026")


def test_a_repeated_hour_is_named_without_its_seconds(owner):
    hours = [f"2026-01-01T{hour:02d}:00:00" for hour in range(20)]
    version = read(owner, table([*hours, hours[7]]))
    found = next(found for found in version.findings if found.code == "repeated_times")
    assert "there, Thu 1 Jan 2026 07:00. " in found.sentence


def test_a_repeated_day_is_named_without_a_clock(owner):
    days = [str(np.datetime64("2026-01-01") + n) for n in range(40)]
    version = read(owner, table([*days, days[7]]))
    found = next(found for found in version.findings if found.code == "repeated_times")
    assert "there, 8 Jan 2026. " in found.sentence
