"""Any table, written in any of the usual ways, is read back equal."""

import contextlib
import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import datasets_ingest
from datasets.building.build import Request, build
from datasets.building.duck import connect, parquet
from datasets.refusals import Refusal
from datasets.sniffing.sniff import HEAD_BYTES, sniff

QUICK = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
numbers = st.one_of(
    st.none(),
    st.integers(-(2**53) + 1, 2**53 - 1).map(float),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
)
# Without lone surrogates, which no encoding has, and controls, by which binaries are told.
letters = st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r\"',;|")
texts = st.text(letters, min_size=1, max_size=12)
ways = st.tuples(
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)


def written(rows, delimiter, encoding, line_end, *, decimal="."):
    out = io.StringIO(newline="")
    # Python leaves a lone return unquoted, which nobody could tell from a line end.
    quoting = csv.QUOTE_ALL if any("\r" in word for _, word in rows) else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(["day", "number", "word"])
    for place, (number, word) in enumerate(rows):
        day = np.datetime64("2026-01-01") + place
        cell = "" if number is None else repr(number).replace(".", decimal)
        writer.writerow([str(day), cell, word])
    return out.getvalue().encode(encoding)


def read_back(content):
    """(what was found, rows as they are stored)."""
    reading = sniff(content[:HEAD_BYTES], complete=True)
    with tempfile.TemporaryDirectory() as folder:
        source, results = Path(folder, "source"), Path(folder, "results")
        source.write_bytes(content)
        results.mkdir()
        found = build(Request(source, results, reading), lambda **_progress: None)
        with connect() as connection:
            table = parquet(results / found["file"])
            return found, connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608


@QUICK
@given(st.lists(st.tuples(numbers, texts), min_size=5, max_size=40), ways)
def test_numbers_and_words_come_back_as_they_were_written(rows, way):
    # A blank word says nothing about its column, and one word per row keeps it one of text.
    rows = [(number, f"w{word}") for number, word in rows]
    _found, cells = read_back(written(rows, *way))
    assert [row[2] for row in cells] == [word for _, word in rows]
    expected = [number for number, _ in rows]
    if any(number is not None for number in expected):
        assert [row[1] for row in cells] == expected


@QUICK
@given(st.lists(st.floats(-1e9, 1e9).map(lambda y: round(y, 3)), min_size=5, max_size=30))
def test_decimal_commas_come_back_as_numbers(values):
    values = [*values, 0.125]
    rows = [(value, "w") for value in values if "e" not in repr(value)]
    _found, cells = read_back(written(rows, ";", "utf-8", "\n", decimal=","))
    assert [row[1] for row in cells] == [value for value, _ in rows]


@QUICK
@given(st.binary(max_size=400), st.integers(0, 3))
def test_damaged_files_are_read_or_refused_never_a_crash(damage, place):
    good = written([(float(n), f"w{n}") for n in range(30)], ",", "utf-8", "\n")
    cut = len(good) * place // 3
    content = good[:cut] + damage + good[cut:]
    with contextlib.suppress(Refusal):
        found, cells = read_back(content)
        assert found["rows"] == len(cells)


@QUICK
@given(st.lists(st.sampled_from(['"', ",", "\n", "\r", "a", "1", " ", ";"]), max_size=60))
def test_any_mix_of_quotes_and_line_ends_is_read_or_refused(marks):
    content = ("day,number,word\n2026-01-01,1,x\n" + "".join(marks)).encode()
    with contextlib.suppress(Refusal):
        found, cells = read_back(content)
        assert found["rows"] == len(cells)


@pytest.mark.slow
def test_five_million_rows_stay_below_a_gigabyte(owner, tmp_path):
    """The bar of the benchmark, as a test: worker and reading process together."""
    measured = datasets_ingest.measure(tmp_path, runs=1)
    figures = {figure["name"]: figure for figure in measured}
    assert figures["data_ingest_whole_5m_memory"]["holds"]
