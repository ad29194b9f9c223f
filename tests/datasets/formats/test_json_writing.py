"""What a program reads from a JSON export: every kind of value, as it was."""

import json
import math
from datetime import datetime

import duckdb
import pytest

from datasets.clock import Clock
from datasets.formats.json.writing import write
from datasets.formats.table import BOOLEAN, DATETIME, EMPTY, FLOAT, INTEGER, TEXT, Field, Table

WORDS = ['a "quote" \\ and / slash', "line\nend\ttab\x01bell\x7f", "中文 é 😀 \u2028", "", None]
NUMBERS = [0.1, -1e-320, 1.7976931348623157e308, 2.0, None]
WHOLE = [9007199254740991, -7, 0, 4, None]
# In 1850 the clocks of Berlin were 53 minutes and 28 seconds before Greenwich.
TIMES = ["1850-03-01 00:00:00", "2026-10-25 00:30:00", "2026-10-25 01:30:00",
         "2026-01-01 00:00:10.01001", None]  # fmt: skip
FIELDS = (
    Field("it's, a time", "c1", DATETIME, "c1", Clock("Europe/Berlin", is_utc=True)),
    Field("whole", "c2", INTEGER, "c2"),
    Field('num"ber', "c3", FLOAT, "c3"),
    Field("flag", "c4", BOOLEAN, "c4"),
    Field("中", "c5", TEXT, "c5"),
    Field("empty", "c6", EMPTY, "c6"),
)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "data.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE t (c1 TIMESTAMP, c2 DOUBLE, c3 DOUBLE, c4 BOOLEAN, c5 TEXT, c6 TEXT)"
        )
        for place, row in enumerate(zip(TIMES, WHOLE, NUMBERS, WORDS, strict=True)):
            time, whole, number, word = row
            flag = None if place == 4 else place % 2 == 0
            connection.execute(
                "INSERT INTO t VALUES (?, ?, ?, ?, ?, NULL)", [time, whole, number, flag, word]
            )
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    return Table(path, FIELDS, len(TIMES), time="c1")


def told(table, tmp_path, orient):
    target = tmp_path / f"{orient}.json"
    shares = []
    write(table, target, {"orient": orient}, shares.append)
    assert shares[-1] == 1.0
    text = target.read_text(encoding="utf-8")
    if orient == "lines":
        return [json.loads(line) for line in text.removesuffix("\n").split("\n")]
    return json.loads(text)


def test_records_lines_and_columns_say_the_same(table, tmp_path):
    records = told(table, tmp_path, "records")
    assert told(table, tmp_path, "lines") == records
    columns = told(table, tmp_path, "columns")
    assert columns == {name: [row[name] for row in records] for name in records[0]}


def test_every_value_comes_back_as_it_was(table, tmp_path):
    columns = told(table, tmp_path, "columns")
    assert list(columns) == [field.name for field in FIELDS]
    assert columns["whole"] == WHOLE
    assert all(isinstance(number, int) for number in columns["whole"][:4])
    assert columns['num"ber'] == NUMBERS
    assert columns["flag"] == [True, False, True, False, None]
    assert columns["中"] == WORDS
    assert columns["empty"] == [None] * 5


def test_times_say_their_offset_to_the_second(table, tmp_path):
    times = told(table, tmp_path, "columns")["it's, a time"]
    assert times[:3] == [
        "1850-03-01T00:53:28+00:53:28",
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    ]
    instants = [datetime.fromisoformat(text).timestamp() for text in times[:4]]
    meant = [datetime.fromisoformat(f"{text}+00:00").timestamp() for text in TIMES[:4]]
    assert instants == pytest.approx(meant, abs=1e-6)
    assert times[4] is None


def test_infinity_has_no_word_in_json(tmp_path):
    path = tmp_path / "data.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT unnest([1.5, 'inf'::DOUBLE, 'nan'::DOUBLE]) AS c1) TO '{path}' "
            "(FORMAT parquet)"
        )
    values = told(Table(path, (Field("v", "c1", FLOAT, "c1"),), 3), tmp_path, "columns")["v"]
    assert values == [1.5, None, None]
    assert not any(isinstance(value, float) and math.isinf(value) for value in values)


def test_a_table_of_two_thousand_columns_is_one_object_a_row(tmp_path):
    path = tmp_path / "data.parquet"
    wanted = ", ".join(f"{n}.5 AS c{n}" for n in range(2_000))
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {wanted}) TO '{path}' (FORMAT parquet)")
    fields = tuple(Field(f"v{n}", f"c{n}", FLOAT, f"c{n}") for n in range(2_000))
    assert told(Table(path, fields, 1), tmp_path, "records") == [
        {f"v{n}": n + 0.5 for n in range(2_000)}
    ]
