"""Numbers and words: cases 21 and 35–43 of bad uploads."""

import json
import math

import numpy as np
import pytest

from datasets import frames, pyramid
from datasets.building.numbers import Distribution
from datasets.models import Column
from tests.datasets.given import codes, read


def table(cells):
    """One column `v` under daily dates."""
    days = np.datetime64("2026-01-01") + np.arange(len(cells))
    return "day,v\n" + "".join(f'{day},"{cell}"\n' for day, cell in zip(days, cells, strict=True))


def values(version):
    return frames.read_frame(version, ["v"])["v"].tolist()


def column(version):
    return version.column("c2")


def test_thousands_marks_are_understood(owner):
    version = read(owner, table(["1,234", "12,345.5", "999"]))
    assert values(version) == [1234.0, 12345.5, 999.0]


def test_thousands_marks_that_appear_late_are_understood(owner):
    version = read(owner, table(["500"] * 5000 + ["1,234"]))
    assert values(version)[-1] == 1234.0
    assert column(version).unreadable == 0


def test_points_as_thousands_marks_go_with_decimal_commas(owner):
    version = read(owner, "ds;v\n2026-01-01;1.234,5\n2026-01-02;12,25\n2026-01-03;7\n")
    assert values(version) == [1234.5, 12.25, 7.0]


def test_the_largest_numbers_stay_finite_through_charts_and_statistics(owner):
    version = read(owner, table(["1e308", "-1e308", "5", "1e307"]))
    assert values(version) == [1e308, -1e308, 5.0, 1e307]
    json.dumps(column(version).stats, allow_nan=False)
    json.dumps(pyramid.range_data(version, "c2").json(), allow_nan=False)


def test_numbers_beyond_the_range_are_counted_and_missing(owner):
    version = read(owner, table(["1"] * 20 + ["1e309"]))
    assert math.isnan(values(version)[-1])
    found = next(found for found in version.findings if found.code == "unreadable")
    assert found.count == 1
    assert "beyond 1e308" in found.sentence
    assert "row 22" in found.sentence


def test_infinities_and_nan_are_counted_and_never_stored(owner):
    version = read(owner, table(["1"] * 30 + ["inf", "-Infinity", "NaN"]))
    assert column(version).missing == 3
    assert column(version).unreadable == 2
    assert np.isfinite(values(version)[:30]).all()
    json.dumps(version.profile, allow_nan=False)


def test_words_for_missing_are_listed_in_number_columns(owner):
    version = read(owner, table(["1", "NA", "2", "None", "null", "N/A", "-", "3"]))
    assert column(version).missing == 5
    found = next(found for found in version.findings if found.code == "missing_words")
    assert {"NA", "None", "null", "N/A", "-"} <= set(version_words(version))
    assert found.count == 5


def version_words(version):
    return [
        word
        for finding in version.profile["findings"]
        if finding["code"] == "missing_words"
        for word in finding["params"]["words"]
    ]


def test_words_for_missing_stay_words_in_text_columns(owner):
    version = read(owner, table(["DE", "NA", "FR", "None", "null"]))
    assert values(version) == ["DE", "NA", "FR", "None", "null"]


@pytest.mark.parametrize(
    "cells",
    [
        ["123456789012345678901", "223456789012345678902"],
        ["9007199254740993", "9007199254740995"],
        ["00123", "00456"],
        ["-007", "-008"],
    ],
    ids=["21 digits", "beyond 2^53", "leading zeros", "signed leading zeros"],
)
def test_numbers_that_would_lose_digits_stay_text(owner, cells):
    version = read(owner, table(cells))
    assert values(version) == cells


@pytest.mark.parametrize("late", ["00123", "9007199254740993", "123456789012345678901"])
def test_a_late_cell_that_would_lose_digits_keeps_the_column_as_text(owner, late):
    version = read(owner, table([str(number) for number in range(4000)] + [late]))
    assert values(version)[-1] == late
    assert values(version)[10] == "10"
    assert "kept_as_text" in codes(version)


def test_one_bad_cell_after_300_000_numbers_is_named_and_counted(owner):
    times = np.datetime64("2020-01-01T00:00") + np.arange(300_001) * np.timedelta64(1, "m")
    cells = [str(number % 97) for number in range(300_000)] + ["x"]
    text = "t,v\n" + "".join(f"{t},{c}\n" for t, c in zip(times, cells, strict=True))
    version = read(owner, text)
    assert column(version).type == Column.Type.INTEGER
    assert column(version).unreadable == 1
    assert column(version).stats["examples"] == [{"row": 300_002, "text": "x"}]


def test_a_column_of_mostly_words_stays_text_exactly(owner):
    cells = [str(number) for number in range(3000)] + ["word"] * 1500
    version = read(owner, table(cells))
    assert values(version) == cells
    assert "mixed_as_text" in codes(version)


@pytest.mark.parametrize(
    ("cells", "kind", "first"),
    [
        (["yes", "no", "yes"], Column.Type.BOOLEAN, True),
        (["True", "False", "True"], Column.Type.BOOLEAN, True),
        (["0", "1", "0"], Column.Type.INTEGER, 0),
        (["1.0", "2.5", "3"], Column.Type.FLOAT, 1.0),
        (["red", "blue", "red"], Column.Type.CATEGORY, "red"),
    ],
)
def test_the_type_is_stated(owner, cells, kind, first):
    version = read(owner, table(cells))
    assert column(version).type == kind
    assert values(version)[0] == first


@pytest.mark.parametrize("cell", ["1_000", "0x10", "5.5.5", "1e", "--3", "٣", "1 2"])
def test_what_only_a_programming_language_calls_a_number_is_not_one(owner, cell):
    version = read(owner, table(["1"] * 20 + [cell]))
    assert column(version).stats["examples"][0]["text"] == cell


def test_empty_columns_are_named(owner):
    version = read(owner, "day,v,w\n2026-01-01,1,\n2026-01-02,2,\n")
    assert version.column("c3").type == Column.Type.EMPTY
    assert "empty_column" in codes(version)


def test_a_constant_column_is_named(owner):
    version = read(owner, table(["5"] * 30))
    assert "constant" in codes(version)


def test_statistics_of_five_numbers_are_right(owner):
    stats = column(read(owner, table(["1", "2", "4", "8", "10"]))).stats
    assert (stats["min"], stats["max"], stats["mean"]) == (1, 10, 5)
    assert stats["std"] == pytest.approx(math.sqrt((16 + 9 + 1 + 9 + 25) / 4))
    assert (stats["q25"], stats["q50"], stats["q75"]) == (2, 4, 8)
    assert stats["distinct"] == 5
    assert sum(stats["histogram"]["counts"]) == 5


@pytest.mark.parametrize("high", [1.1125369292536007e-308, 1e-291, 1e-289, 1.0, 1e308])
def test_numbers_of_any_size_are_counted_between_their_bounds(high):
    spread = Distribution(0.0, high)
    spread.add(np.array([0.0, math.nan, high]))
    assert (spread.counts[0], spread.counts[-1], spread.counts.sum()) == (1, 1, 2)
