"""Any table that a format can express, written in it and read back, is equal."""

import unicodedata
from datetime import datetime, timedelta

import hypothesis
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from datasets.formats.table import BOOLEAN, DATETIME, EMPTY, FLOAT, INTEGER, TEXT
from tests.datasets.formats.reading import read, written

QUICK = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
THOROUGH = settings(QUICK, max_examples=150, derandomize=False)
TYPES = {INTEGER: "number", FLOAT: "number", EMPTY: "empty", BOOLEAN: "boolean", TEXT: "text"}
EXACT = 2**53 - 1
# No encoding has lone surrogates; a NUL is refused everywhere.
plain = st.characters(blacklist_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r\"',;|= ")
anything = st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")
# Some look like formulas, as do some with the apostrophe that guards against that.
starts = st.sampled_from(["w", "=w", "'=w", "''+w", "-w", "@w", "\tw", '"w', " w"])
moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001


def words(letters):
    """Texts, at least one in two of which is nothing but text in every format."""
    return st.tuples(starts, st.text(letters, max_size=9)).map("".join)


def names(letters):
    """Column names as a version has them: without blanks at the ends, each once."""
    name = st.tuples(st.sampled_from(["n", "=n", "'=n"]), st.text(letters, max_size=6))
    clean = name.map(lambda parts: unicodedata.normalize("NFC", "".join(parts)).strip())
    return clean.filter(lambda name: name == unicodedata.normalize("NFC", name.strip()))


@st.composite
def tables(draw, letters=plain, texts=None):
    """[(name, kind, values)] with a rising time first."""
    count = draw(st.integers(4, 14))
    first = draw(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
    step = draw(st.sampled_from([timedelta(days=1), timedelta(hours=1), timedelta(seconds=7)]))
    columns = [("time", DATETIME, [first + place * step for place in range(count)])]
    cells = {
        INTEGER: st.integers(-EXACT, EXACT),
        FLOAT: st.floats(allow_nan=False, allow_infinity=False),
        BOOLEAN: st.booleans(),
        TEXT: texts if texts is not None else words(letters),
    }
    kinds = draw(st.lists(st.sampled_from([*cells, EMPTY]), min_size=1, max_size=5))
    taken = draw(st.lists(names(letters), min_size=len(kinds), max_size=len(kinds), unique=True))
    for name, kind in zip(taken, kinds, strict=True):
        values = [None] * count
        if kind != EMPTY:
            values = draw(st.lists(st.none() | cells[kind], min_size=count, max_size=count))
            # A column of which nothing is there has no type to come back with.
            values[0] = draw(cells[kind])
        columns.append((name, kind, values))
    return columns


def assert_equal(back, columns):
    assert back.names == [name for name, _, _ in columns]
    expected = ["datetime", *(TYPES[kind] for _, kind, _ in columns[1:])]
    assert back.types == expected
    for name, _, values in columns:
        assert back.column(name) == values, name


def csv(columns, delimiter, decimal, encoding):
    if delimiter == decimal:
        delimiter = ";"
    content = written(columns, "csv", delimiter=delimiter, decimal=decimal, encoding=encoding)
    # What a file can be read as in two ways, a person settles: `1,234`, or one wide text.
    back = read(content, "t.csv", decimal=decimal, delimiter=delimiter, header=True, skip=0)
    assert_equal(back, columns)


def json(columns, orient):
    assert_equal(read(written(columns, "json", orient=orient), "t.json"), columns)


def excel(columns):
    assert_equal(read(written(columns, "xlsx"), "t.xlsx"), columns)


def parquet_whatever_the_texts_look_like(columns):
    assert_equal(read(written(columns, "parquet"), "t.parquet"), columns)


def tfb(columns):
    numbers = [columns[0], *(column for column in columns if column[1] in {INTEGER, FLOAT})]
    if len(numbers) == 1:
        numbers.append(("n", FLOAT, [float(place) for place in range(len(columns[0][2]))]))
    numbers[0] = ("date", *numbers[0][1:])
    assert_equal(read(written(numbers, "tfb"), "t.csv"), numbers)


def m4(found):
    start = datetime(2000, 1, 1)  # noqa: DTZ001
    rows = [
        (name, start + timedelta(hours=hour), value)
        for name, values in sorted(found.items(), key=lambda pair: pair[0].encode())
        for hour, value in enumerate(values)
    ]
    series, times, values = map(list, zip(*rows, strict=True))
    columns = [("series", TEXT, series), ("time", DATETIME, times), ("value", FLOAT, values)]
    back = read(written(columns, "m4", series="c1"), "Hourly-train.csv")
    assert back.names == ["series", "time", "value"]
    assert back.rows == rows


def a_single_column_with_holes(key, values):
    # A sheet has no rows without any cell.
    kept = values if key != "xlsx" else [value for value in values if value is not None]
    columns = [("n", FLOAT, [0.5, *kept])]
    back = read(written(columns, key), f"t.{key}", header=True)
    assert (back.names, back.types) == (["n"], ["number"])
    assert back.column("n") == [0.5, *kept]


def any_moment_from_year_1_to_9999(key, at):
    columns = [("time", DATETIME, sorted(at)), ("n", FLOAT, [1.5] * len(at))]
    assert_equal(read(written(columns, key), f"t.{key}"), columns)


floats = st.floats(allow_nan=False, allow_infinity=False)
some_formats = st.sampled_from(["csv", "json", "xlsx", "parquet"])
CASES = {
    csv: (
        tables(),
        st.sampled_from([",", ";", "\t", "|"]),
        st.sampled_from([".", ","]),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ),
    json: (tables(anything), st.sampled_from(["records", "lines", "columns"])),
    excel: (tables(anything),),
    parquet_whatever_the_texts_look_like: (tables(anything, texts=st.text(anything, min_size=1)),),
    tfb: (tables(),),
    m4: (
        st.dictionaries(
            words(plain).map(str.strip),
            st.lists(st.none() | floats, max_size=9).map(lambda values: [0.5, *values, 1.5]),
            min_size=2,
            max_size=5,
        ),
    ),
    a_single_column_with_holes: (some_formats, st.lists(st.none() | floats, min_size=3)),
    any_moment_from_year_1_to_9999: (
        some_formats,
        st.lists(moments, min_size=3, max_size=9, unique=True),
    ),
}
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)


@every_case
def test_what_was_written_is_read_back_equal(case):
    QUICK(hypothesis.given(*CASES[case])(case))()


@pytest.mark.slow
@every_case
def test_what_was_written_is_read_back_equal_many_times(case):
    THOROUGH(hypothesis.given(*CASES[case])(case))()


def test_text_that_looks_like_a_number_stays_text_in_json():
    assert read('[{"n": "123", "m": 123}]').rows == [("123", 123.0)]
