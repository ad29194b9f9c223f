"""Upload case 68 and M4: the benchmarks' own forms, read with position or refused with it."""

import gzip
from pathlib import Path

import pytest

from tests.datasets.formats.reading import read, refused

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
TFB = "date,data,cols\n" + "".join(
    f"2026-01-0{day} 00:00:00,{day * scale},{channel}\n"
    for channel, scale in (("OT", 1), ("0", 10))
    for day in range(1, 5)
)


def test_tfb_blocks_become_columns():
    back = read(TFB)
    assert back.names == ["date", "OT", "0"]
    assert [row[1:] for row in back.rows] == [(1, 10), (2, 20), (3, 30), (4, 40)]
    assert back.found["reading"]["format"] == "tfb"


def test_tfb_columns_may_stand_in_any_order():
    lines = [line.split(",") for line in TFB.splitlines()]
    back = read("\n".join(",".join((c, a, b)) for a, b, c in lines) + "\n")
    assert back.names == ["date", "OT", "0"]


def test_a_person_may_read_tfb_as_any_csv():
    assert read(TFB, format="csv").names == ["date", "data", "cols"]


def test_tfb_dates_may_be_numbers():
    back = read("date,data,cols\n1,5,a\n2,6,a\n1,7,b\n2,8,b\n")
    assert back.rows == [(1.0, 5.0, 7.0), (2.0, 6.0, 8.0)]


@pytest.mark.parametrize(
    ("name", "text", "code", "row"),
    [
        ("a short block", TFB[: TFB.rindex("2026-01-04")], "tfb_length", 6),
        (
            "other dates",
            TFB.replace("2026-01-03 00:00:00,30", "2026-01-09 00:00:00,30"),
            "tfb_dates",
            8,
        ),
        ("a channel twice", TFB + "2026-01-01,1,OT\n", "tfb_channel_twice", 10),
        ("no channel", TFB.replace(",3,OT", ",3,"), "tfb_no_channel", 4),
        ("no number", TFB.replace(",3,OT", ",x,OT"), "not_a_number", 4),
        ("a series of length 0", "date,data,cols\n", "no_rows", None),
    ],
)
def test_case_68_a_tfb_file_that_is_none_is_refused_with_its_row(name, text, code, row):
    refusal = refused(text)
    assert refusal.code == code
    assert refusal.params.get("row") == row


def test_case_68_a_header_of_the_wrong_length_is_no_tfb_and_short_rows_are_counted(rule_g):
    version = rule_g(TFB.replace("date,data,cols", "date,data,cols,more"), "x.csv")
    assert version.dataset.format == "csv"
    assert "short_rows" in {finding.code for finding in version.findings}


def test_case_68_a_missing_frequency_is_a_finding_not_a_crash(rule_g):
    rows = [f"2026-01-01 {hour:02d}:{hour * hour % 59:02d}:07" for hour in range(0, 24, 2)]
    version = rule_g("date,data,cols\n" + "".join(f"{day},1.5,a\n" for day in rows), "x.csv")
    assert "irregular" in {finding.code for finding in version.findings}


def test_case_68_more_channels_than_columns_stay_long():
    text = "date,data,cols\n" + "".join(
        f"2026-01-0{day},{channel},s{channel:04d}\n" for channel in range(2100) for day in (1, 2)
    )
    back = read(text)
    assert back.names == ["date", "data", "cols"]
    assert back.found["series"]["count"] == 2100


@pytest.mark.slow
def test_case_68_a_million_series_are_the_limit():
    text = "date,data,cols\n" + "".join(
        f"2026-01-0{day},1,s{channel}\n" for channel in range(1_000_001) for day in (1, 2)
    )
    assert refused(text).code == "too_many_series"


def test_m4_rows_become_series_with_made_up_times_that_are_named():
    back = read('"V1","V2","V3"\n"H1","1","2"\n"H2","5",""\n', "Hourly-train.csv")
    assert [(row[0], row[1].hour, row[2]) for row in back.rows] == [
        ("H1", 0, 1.0), ("H1", 1, 2.0), ("H2", 0, 5.0),
    ]  # fmt: skip
    assert back.notes["dated"]["params"] == {"frequency": "h", "start": "2000-01-01"}


def test_m4_without_a_known_step_is_numbered_until_a_person_says_it():
    text = "V1,V2,V3\nM1,1,2\n"
    assert read(text, "train.csv").rows == [("M1", 1.0, 1.0), ("M1", 2.0, 2.0)]
    dated = read(text, "train.csv", frequency="MS").column("time")
    assert [str(day.date()) for day in dated] == ["2000-01-01", "2000-02-01"]


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        ("V1,V2,V3\nM1,1,x\n", "not_a_number", 2),
        ("V1,V2,V3\nM1,1,2\nM1,3,4\n", "series_twice", 3),
        ("V1,V2,V3\nM1,1,2\nM2,,\n", "empty_series", 3),
        ("V1,V2,V3\nM1,1,2,3\n", "long_record", 2),
    ],
)
def test_case_68_m4_rows_that_are_no_series_are_refused(text, code, row):
    refusal = refused(text)
    assert (refusal.code, refusal.params["row"]) == (code, row)


@pytest.mark.skipif(not SHARED.exists(), reason="the benchmark data are not here")
def test_the_m4_hourly_file_itself():
    content = gzip.decompress((SHARED / "m4" / "Hourly-train.csv.gz").read_bytes())
    back = read(content, "Hourly-train.csv")
    assert back.found["series"]["count"] == 414
    assert back.found["series"]["shortest"] == 700
    assert back.found["series"]["longest"] == 960
