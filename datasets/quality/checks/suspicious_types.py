"""Columns that look like another type than they have."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import Facts, Subject

CODES = ("numbers_as_text", "leading_zeros", "dates_as_numbers", "dates_as_text")
_MOST, _DISTINCT = 0.9, 20_000
_NUMBER = r"^\s*[-+]?(\d{1,3}([, ]\d{3})+|\d+)?([.,]\d+)?\s*(%|[A-Za-z€$£¥]{1,3})?\s*$"
_LEADING = r"^0\d+$"
_DATE = r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2})?)?$"
_TIME_WORDS = ("date", "time", "day", "timestamp", "ts", "日期", "时间")


def check(subject: Subject) -> Iterator[Found]:
    """Texts that are numbers or dates, numbers that are dates."""
    for column in subject.columns:
        if column.key in {subject.time, subject.series} or column.role == "personal":
            continue
        if column.type in {"text", "category"}:
            yield from _text(subject, column)
        elif column.type == "integer":
            yield from _number(subject, column)


def _text(subject: Subject, column: Facts) -> Iterator[Found]:
    key = column.key
    filled, numbers, zeros, dates = subject.row(
        f"SELECT count(*), count(*) FILTER (regexp_matches(v, '{_NUMBER}') "  # noqa: S608
        f"AND regexp_matches(v, '\\d')), count(*) FILTER (regexp_matches(v, '{_LEADING}')), "
        f"count(*) FILTER (regexp_matches(v, '{_DATE}')) FROM (SELECT DISTINCT {key} AS v "
        f"FROM {subject.source} WHERE {key} IS NOT NULL LIMIT {_DISTINCT})"
    )
    if not filled:
        return
    count = subject.rows - column.missing
    if zeros and numbers >= _MOST * filled:
        yield finding("leading_zeros", column=key, severity="info", count=count, note="kept")
    elif numbers >= _MOST * filled and filled > 1:
        repair = step("retype", columns=[key], type="number")
        yield finding("numbers_as_text", column=key, count=count, repair=repair)
    elif dates >= _MOST * filled and filled > 1:
        repair = step("retype", columns=[key], type="datetime")
        yield finding("dates_as_text", column=key, count=count, repair=repair)


def _number(subject: Subject, column: Facts) -> Iterator[Found]:
    low, high = column.stats.get("min"), column.stats.get("max")
    named = any(word in column.name.lower() for word in _TIME_WORDS)
    if low is None or high is None or column.role == "ignore":
        return
    compact = low >= 19_000_101 and high <= 21_001_231
    seconds = named and low >= 3e8 and high <= 4.2e9
    if compact:
        (valid, filled) = subject.row(
            f"SELECT count(try_strptime(CAST(CAST({column.key} AS BIGINT) AS VARCHAR), '%Y%m%d')), "  # noqa: S608
            f"count({column.key}) FROM {subject.source}"
        )
        compact = valid >= 0.99 * filled and filled > 0
    if compact or seconds:
        yield finding(
            "dates_as_numbers",
            column=column.key,
            count=subject.rows - column.missing,
            kind="compact" if compact else "unix_s",
            repair=step("retype", columns=[column.key], type="datetime"),
        )
