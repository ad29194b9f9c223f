"""The data grid: pages, order, filters."""

import time
from datetime import datetime

import pytest

from datasets.grid import rows
from datasets.grid.rows import Filter
from datasets.problems import DatasetProblem
from tests.datasets.given import read

TEXT = "day,name,n,ok\n" + "".join(
    f"2026-01-{d:02d},{'ab'[d % 2]}{d},{(d * 7) % 10 if d % 9 else ''},{'yes' if d % 3 else 'no'}\n"
    for d in range(1, 31)
)


@pytest.fixture
def version(owner):
    return read(owner, TEXT)


def days(page):
    return [row[0].day for row in page.rows]


def test_pages_follow_the_file(version):
    page = rows.page(version, number=2, size=10)
    assert days(page) == list(range(11, 21))
    assert page.row_numbers == list(range(11, 21))
    assert (page.total, page.of, page.pages) == (30, 30, 3)
    assert page.rows[0] == [datetime.fromisoformat("2026-01-11"), "b11", 7, True]


def test_a_page_beyond_the_end_is_the_last_one(version):
    assert rows.page(version, number=99, size=10).number == 3


@pytest.mark.parametrize("sort", ["c3", "-c3"])
def test_sorted_pages_together_are_the_sorted_table_with_missing_last(version, sort):
    seen = [
        row for n in (1, 2, 3, 4) for row in rows.page(version, number=n, size=9, sort=sort).rows
    ]
    values = [row[2] for row in seen if row[2] is not None]
    assert values == sorted(values, reverse=sort.startswith("-"))
    assert [row[2] for row in seen[-3:]] == [None] * 3
    assert len({row[0] for row in seen}) == 30


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("c3:eq:7", 3), ("c3:lt:3", 9), ("c3:ge:9", 2), ("c3:between:2..4", 8), ("c3:missing:", 3),
        ("c3:present:", 27), ("c2:contains:A1", 5), ("c2:starts:b", 15), ("c2:eq:a2", 1),
        ("c4:eq:no", 10), ("c1:le:2026-01-05", 5), ("c1:gt:2026-01-30", 0),
    ],
)  # fmt: skip
def test_filters_count_what_matches(version, text, count):
    wanted = Filter.parse(text)
    assert str(wanted) == text
    page = rows.page(version, filters=[wanted])
    assert (page.total, len(page.rows)) == (count, count)


def test_filters_and_text_work_together(version):
    page = rows.page(version, filters=[Filter.parse("c3:ge:5")], text="b1")
    assert all(row[1].startswith("b1") and row[2] >= 5 for row in page.rows)
    assert rows.page(version, text="2026-01-07").total == 1


@pytest.mark.parametrize("text", ["c9:eq:1", "c3:eq:x", "c1:lt:soon", "c4:eq:maybe"])
def test_what_does_not_fit_a_column_is_said(version, text):
    with pytest.raises(DatasetProblem):
        rows.page(version, filters=[Filter.parse(text)])


@pytest.mark.parametrize("text", ["", "c3", "c3:like:1", "1=1; DROP TABLE x"])
def test_what_is_no_filter_is_said(text):
    with pytest.raises(DatasetProblem):
        Filter.parse(text)


def test_values_are_parameters_not_sql(version):
    assert rows.page(version, filters=[Filter("c2", "eq", "' OR 1=1 --")]).total == 0
    with pytest.raises(DatasetProblem):
        rows.page(version, sort="c3; DROP TABLE x")


def test_the_preview_shows_first_and_last_rows(version):
    assert days(rows.preview(version, 3)) == [1, 2, 3]
    assert days(rows.preview(version, 5, last=True)) == [26, 27, 28, 29, 30]


def test_a_page_of_a_large_table_takes_little_time(owner):
    version = read(
        owner, "n,v\n" + "".join(f"{n},{(n * 7919) % 100_003}\n" for n in range(400_000))
    )
    began = time.monotonic()
    page = rows.page(version, number=2000, sort="c2")
    assert time.monotonic() - began < 2
    assert page.rows[0][1] <= page.rows[-1][1]
