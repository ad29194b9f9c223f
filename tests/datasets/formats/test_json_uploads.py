"""Upload cases 57 to 59: JSON in every form, too deep, too long, ambiguous."""

import json
import resource
import subprocess
import sys
import time

import psutil
import pytest

from datasets import frames
from tests.datasets import given
from tests.datasets.formats.reading import read

RECORDS = [{"t": f"2026-01-0{day}", "v": day / 2} for day in range(1, 5)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("records", json.dumps(RECORDS)),
        ("lines", "\n".join(json.dumps(record) for record in RECORDS)),
        ("columns", json.dumps({key: [row[key] for row in RECORDS] for key in ("t", "v")})),
        (
            "numbered",
            json.dumps(
                {key: {str(n): r[key] for n, r in enumerate(RECORDS)} for key in ("t", "v")}
            ),
        ),
        ("index", json.dumps({f"row {n}": row for n, row in enumerate(RECORDS)})),
        ("split", json.dumps({"columns": ["t", "v"], "data": [[r["t"], r["v"]] for r in RECORDS]})),
        ("wrapped", json.dumps({"status": "ok", "data": RECORDS, "pages": 1})),
        (
            "inner columns",
            json.dumps(
                {
                    "lat": 1,
                    "hourly": {"t": [r["t"] for r in RECORDS], "v": [r["v"] for r in RECORDS]},
                }
            ),
        ),
    ],
)
def test_case_57_json_in_every_form_is_the_same_table(owner, name, text):
    version = given.read(owner, text, name=f"{name}.json")
    assert version.dataset.format == "json"
    frame = frames.read_frame(version)
    assert frame["v"].tolist() == [0.5, 1.0, 1.5, 2.0]
    assert str(frame["t"].iloc[0]) == "2026-01-01 00:00:00"


def test_case_57_a_json_scalar_is_refused_with_an_example(rule_g):
    assert "single JSON value" in rule_g("42", "x.json")


def test_case_57_an_empty_list_has_no_rows(rule_g):
    assert "no data rows" in rule_g("[]", "x.json")


def test_case_57_nested_objects_are_flattened_and_lists_kept_as_text():
    back = read('[{"a": {"b": 1, "c": {"d": "x"}}, "l": [1, 2.50]}]')
    assert back.names == ["a.b", "a.c.d", "l"]
    assert back.rows == [(1.0, "x", "[1, 2.50]")]
    assert "nested_as_text" in back.notes


def test_case_57_records_of_different_keys_make_one_table():
    back = read('{"a": 1}\n{"b": "x", "a": 2}\n{"c": true}')
    assert back.names == ["a", "b", "c"]
    assert back.rows == [(1.0, None, None), (2.0, "x", None), (None, None, True)]


def test_case_57_columns_of_unequal_length_are_refused(rule_g):
    assert "b has 1 values but a has 2" in rule_g('{"a": [1, 2], "b": [1]}', "x.json")


def test_case_58_json_nested_100_000_deep_is_refused_at_once(rule_g):
    began = time.monotonic()
    assert "64 levels" in rule_g("[" * 100_000 + "]" * 100_000, "x.json")
    assert time.monotonic() - began < 2


def test_case_58_depth_behind_the_first_megabytes_is_refused_too(rule_g):
    filler = '{"a": 1},' * 600_000
    assert "64 levels" in rule_g(f'[{filler}{{"a":{"[" * 200}', "x.json")


_WATCHED = """
import sys
from pathlib import Path
from datasets.formats.json.guarding import guard
from datasets.formats.json.reading import extract
from datasets.refusals import Refusal
from datasets.sniffing.options import AUTOMATIC
source, folder = Path(sys.argv[1]), Path(sys.argv[2])
try:
    guard(source)
    extract(source, folder, AUTOMATIC, lambda **_: None)
except Refusal as refusal:
    print(refusal.code)
"""


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ('[{"a": "', "json_long_value"),
        ("[" * 100, "json_too_deep"),
        ('{"a":1,', "too_many_columns"),
    ],
)
def test_case_58_a_line_of_500_mb_is_refused_in_two_seconds_and_200_mb(tmp_path, start, code):
    source = tmp_path / "long.json"
    block = (
        b"".join(b'"k%d":1,' % n for n in range(2000, 102_000)) if "1," in start else b"x" * 2**20
    )
    with source.open("wb") as file:
        file.write(start.encode())
        for _ in range(500 * 2**20 // len(block)):
            file.write(block)
    before = seconds_of_children()
    child = subprocess.Popen(
        [sys.executable, "-c", _WATCHED, source, tmp_path], stdout=subprocess.PIPE, text=True
    )
    watched, most = psutil.Process(child.pid), 0
    while child.poll() is None:
        most = max(most, watched.memory_info().rss)
        time.sleep(0.01)
    source.unlink()
    assert child.stdout.read().strip() == code
    child.stdout.close()
    assert most < 200 * 2**20
    # Of a processor, start of the interpreter included: other work on the machine does not count.
    assert seconds_of_children() - before < 2


def seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1, "a": 2}]', "holds a twice"),
        ('[{"a": 1}, {"a": NaN}]', "not valid JSON in record 2"),
        ('[{"a": 1},]', "not valid JSON in record 2"),
        ('[{"a": 1} // note\n]', "not valid JSON in record 2"),
        ('[{"a": 1}, {"a":', "ends in the middle of record 2"),
        ('[{"a": "\\ud800"}]', "half a character"),
        ('[{"a": "x\\u0000y"}]', "row 1 holds a NUL"),
        ('[{"a": 1}] [{"a": 2}]', "something follows the end"),
        ('[{"a": 1}, 5]', "record 2 is not like the others"),
    ],
)
def test_case_59_ambiguous_and_broken_json_is_refused_with_its_record(rule_g, text, words):
    assert words in rule_g(text, "x.json")


def test_numbers_keep_every_digit():
    back = read('[{"n": 12345678901234567890, "m": 0.1}, {"n": 1, "m": 1e400}]')
    assert back.column("n") == ["12345678901234567890", "1"]
    assert back.column("m")[0] in {0.1, "0.1"}
    assert "kept_as_text" in back.notes


def test_utf_16_and_a_byte_order_mark_are_understood():
    text = '[{"名": "é"}]'
    for encoding in ("utf-8-sig", "utf-16"):
        assert read(text.encode(encoding)).rows == [("é",)]
