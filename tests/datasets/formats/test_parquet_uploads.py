"""Upload cases 66 and 67: Parquet damaged, locked, swollen, and with types of every kind."""

import io
import struct
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.problems import DatasetProblem
from datasets.receiving import reading_process
from tests.datasets import given
from tests.datasets.formats.reading import read, refused


def parquet(columns, **more):
    out = io.BytesIO()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), out, **more)
    return out.getvalue()


GOOD = parquet({"day": [datetime(2026, 1, d) for d in (1, 2, 3)], "load": [1.5, None, 3.0]})  # noqa: DTZ001


def test_a_plain_file_keeps_its_types(rule_g):
    version = rule_g(GOOD, "load.parquet")
    assert version.dataset.format == "parquet"
    assert [(c.name, c.type) for c in version.columns.all()] == [
        ("day", "datetime"),
        ("load", "float"),
    ]
    assert version.time_column == "c1"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("truncated", GOOD[:-30]),
        ("cut in half", GOOD[: len(GOOD) // 2]),
        ("two marks", b"PAR1PAR1"),
        ("footer too long", GOOD[:-8] + struct.pack("<I", 2**31) + b"PAR1"),
        ("no footer", GOOD[:-8] + struct.pack("<I", 0) + b"PAR1"),
    ],
)
def test_case_66_damaged_parquet_is_refused(rule_g, name, content):
    assert "damaged or cut off" in rule_g(content, "x.parquet")


def test_case_66_encrypted_parquet_is_named(rule_g):
    assert "encrypted" in rule_g(GOOD[:-4] + b"PARE", "x.parquet")


@pytest.mark.parametrize("place", range(4, len(GOOD) - 8, 61))
def test_case_66_a_flipped_bit_is_refused_or_harmless(rule_g, place):
    content = bytearray(GOOD)
    content[place] ^= 0x40
    result = rule_g(bytes(content), "x.parquet")
    assert isinstance(result, str) or result.row_count == 3


def test_case_66_a_crash_of_the_reader_does_not_touch_the_worker(owner, monkeypatch):
    """A reader that dies by a signal, as native code does, ends as a sentence."""
    dataset = given.upload(owner, GOOD, name="x.parquet")
    monkeypatch.setattr(reading_process, "_MODULE", "tests.datasets.formats.crashing")
    with pytest.raises(DatasetProblem, match="made the reader fail"):
        given.read_kept(dataset, reader=reading_process.run_reading)
    monkeypatch.undo()
    assert given.read_kept(dataset, reader=reading_process.run_reading).row_count == 3


def test_case_67_a_bomb_is_refused_by_what_its_footer_promises(rule_g):
    zeros = pa.table({"n": pa.array([0.0] * 50_000_000)})
    content = parquet(zeros, compression="zstd")
    assert len(content) < 400_000
    assert "would unpack to 381 MB" in rule_g(content, "x.parquet")


def test_case_67_types_of_every_kind_are_read_or_named():
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    table = pa.table(
        {
            "when": pa.array([at, at.replace(day=2)], pa.timestamp("ms", "Europe/Berlin")),
            "day": pa.array([date(2026, 1, 1), None]),
            "clock": pa.array([time(12, 30), None]),
            "whole": pa.array([1, -2], pa.int8()),
            "long": pa.array([2**60, 1], pa.int64()),
            "exact": pa.array([Decimal("1.10"), Decimal("-2.25")], pa.decimal128(9, 2)),
            "half": pa.array([1.5, float("inf")], pa.float32()),
            "nan": pa.array([float("nan"), 2.0]),
            "kind": pa.array(["a", "b"]).dictionary_encode(),
            "list": pa.array([[1, 2], []]),
            "map": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
            "struct": pa.array([{"x": 1, "y": None}, None]),
            "bytes": pa.array([b"\xff\x00", None]),
            "nothing": pa.nulls(2),
            "truth": pa.array([True, None]),
        }
    )
    back = read(parquet(table, store_schema=False))
    noon, noon2 = datetime(2026, 1, 1, 12), datetime(2026, 1, 2, 12)  # noqa: DTZ001
    assert back.column("when") == [noon, noon2]
    assert back.column("day") == [datetime(2026, 1, 1), None]  # noqa: DTZ001
    assert back.column("clock") == ["12:30:00", None]
    assert back.column("whole") == [1.0, -2.0]
    assert back.column("long") == ["1152921504606846976", "1"]
    assert back.column("exact") == [1.1, -2.25]
    assert back.column("half") == [1.5, None]
    assert back.column("nan") == [None, 2.0]
    assert back.column("kind") == ["a", "b"]
    assert back.column("list") == ["[1,2]", "[]"]
    assert back.column("map") == ['{"k":1}', None]
    assert back.column("struct") == ['{"x":1,"y":null}', None]
    assert back.column("truth") == [True, None]
    assert back.column("nothing") == [None, None]
    assert back.found["time"]["zoned"] == 2
    assert {"nested_as_text", "decimal_as_number", "long_numbers_as_text"} <= set(back.notes)
    assert back.found["misfits"]["c7"]["infinite"] == 1


def test_names_that_differ_in_case_only_stay_apart():
    back = read(parquet(pa.table([pa.array([1.0, 2]), pa.array([3.0, 4])], names=["y", "Y"])))
    assert back.names == ["y", "Y"]
    assert back.rows == [(1.0, 3.0), (2.0, 4.0)]


def test_times_written_as_text_or_numbers_are_found_where_there_are_no_others():
    back = read(parquet({"ds": ["2026-01-01", "2026-01-02"], "y": [1, 2]}))
    assert back.types == ["datetime", "number"]


def test_no_rows_and_too_many_columns_are_refused():
    assert refused(parquet({"a": pa.array([], pa.float64())})).code == "no_rows"
    wide = pa.table({f"n{place}": [1.0] for place in range(2001)})
    assert refused(parquet(wide)).code == "too_many_columns"
