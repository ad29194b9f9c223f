"""How the times of a column are written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from datasets.sniffing.reading import TimeFormat

_CLOCK = r"(,?[T ]\s?\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?( ?[AaPp][Mm])?)?"
_ISO = re.compile(
    r"^\d{4,6}([-/])\d{1,2}\1\d{1,2}"
    r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?( ?(Z|z|UTC|GMT|[+-]\d{2}(:?\d{2})?))?$"
)
_NUMERIC = re.compile(r"^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})" + _CLOCK + "$")
ZONED = r"(Z|z|UTC|GMT|[0-9][+-][0-9]{2}(:?[0-9]{2})?)$"

_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p")
_CLOCKS_T = (*_CLOCKS, "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f", ", %H:%M", ", %H:%M:%S")

# Pattern, then the date part of the strptime patterns it may have.
_WORDED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"^\d{4}-\d{1,2}-\d{1,2} \d{1,2}$"), ("%Y-%m-%d %H",)),
    (re.compile(r"^\d{4}\.\d{1,2}\.\d{1,2}" + _CLOCK + "$"), ("%Y.%m.%d",)),
    # Not with a point: 2020.1 is a number.
    (re.compile(r"^(1[5-9]|2[0-2])\d{2}[-/](0?[1-9]|1[0-2])$"), ("%Y-%m", "%Y/%m")),
    (re.compile(r"^\d{4}[- ]?M\d{1,2}$"), ("%YM%m", "%Y-M%m", "%Y M%m")),
    (re.compile(r"^\d{4}年\d{1,2}月\d{1,2}日" + _CLOCK + "$"), ("%Y年%m月%d日",)),
    (re.compile(r"^\d{4}年\d{1,2}月$"), ("%Y年%m月",)),
    (
        re.compile(r"^\d{1,2}[- ][A-Za-z]{3,9}\.?[- ,]+\d{4}" + _CLOCK + "$"),
        ("%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%d-%B-%Y"),
    ),
    (re.compile(r"^\d{1,2}[- ][A-Za-z]{3}[- ]\d{2}$"), ("%d-%b-%y", "%d %b %y")),
    (
        re.compile(r"^[A-Za-z]{3,9} \d{1,2},? \d{4}" + _CLOCK + "$"),
        ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y"),
    ),
    (
        re.compile(r"^[A-Za-z]{3,9}[- ]\d{4}$"),
        ("%b %Y", "%B %Y", "%b-%Y", "%B-%Y"),
    ),
    (re.compile(r"^[A-Za-z]{3}[- ]\d{2}$"), ("%b-%y", "%b %y")),
    (re.compile(r"^\d{8}[T ]\d{4}(\d{2})?$"), ("%Y%m%dT%H%M%S", "%Y%m%d %H%M%S", "%Y%m%dT%H%M")),
)
_QUARTER = re.compile(r"^\d{4}[- ]?Q[1-4]$|^Q[1-4][- ]\d{4}$", re.IGNORECASE)
_WEEK = re.compile(r"^\d{4}-?W\d{2}(-?[1-7])?$")
_MONTHS = re.compile(r"[A-Za-z]{3,9}")
_MONTH_NAMES = frozenset(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
)

_SHAPES = (("iso", _ISO), ("numeric", _NUMERIC), ("quarter", _QUARTER), ("week", _WEEK))

_UNIX = (
    ("unix_s", 1),
    ("unix_ms", 1_000),
    ("unix_us", 1_000_000),
    ("unix_ns", 1_000_000_000),
)
_FIRST_UNIX, _LAST_UNIX = 157_766_400, 4_102_444_800  # 1975 to 2100
_FIRST_SERIAL, _LAST_SERIAL = 14_611, 73_051  # 1940 to 2100
_NAMES = re.compile(
    r"(^|[^a-z])(time|timestamp|date|datetime|ds|day|month|year|week|period|epoch|unix|ts|when|"
    r"hour|minute|t)($|[^a-z])|time$|date$|日期|时间|年月|月份|年份",
    re.IGNORECASE,
)


def is_time_name(name: str) -> bool:
    """Does a header say that its column holds times?"""
    return bool(_NAMES.search(name.strip()))


def looks_like_time(text: str) -> bool:
    """Is the cell written as a date or time (not as a bare number)?"""
    return _shape_of(text.strip()) != ""


def find_text_format(cells: Sequence[str], *, share: float = 0.9) -> TimeFormat | None:
    """Return how `cells` (stripped, not missing) are written when nine in ten agree."""
    shapes = [_shape_of(cell) for cell in cells]
    known = [shape for shape in shapes if shape]
    if not known or len(known) < share * len(cells):
        return None
    kind = max(set(known), key=known.count)
    if kind == "numeric":
        return _numeric_format([cell for cell in cells if _shape_of(cell) == kind])
    if kind.startswith("worded"):
        return TimeFormat("text", _worded_patterns(int(kind[6:]), cells))
    return TimeFormat(kind)


def find_number_format(cells: Sequence[str], *, named: bool, first: bool) -> TimeFormat | None:
    """Return how plain numbers stand for times: unix, compact, Excel serial or year.

    Only a name that speaks of time, or a first column that never steps back, makes numbers times.
    """
    if not cells or any(not _is_plain(cell) for cell in cells):
        return None
    values = [float(cell) for cell in cells]
    rising = all(a <= b for a, b in itertools.pairwise(values))
    if not (named or (first and rising and len(set(values)) > 2)):
        return None
    if all(_is_compact_date(cell) for cell in cells):
        return TimeFormat("compact")
    for kind, scale in _UNIX:
        if all(_FIRST_UNIX * scale <= value <= _LAST_UNIX * scale for value in values):
            return TimeFormat(kind)
    return _named_format(values) if named else None


def _named_format(values: Sequence[float]) -> TimeFormat | None:
    """Small numbers are times only when the header says so."""
    if all(_FIRST_SERIAL <= value <= _LAST_SERIAL for value in values):
        return TimeFormat("excel")
    if all(value.is_integer() and 1500 <= value <= 2200 for value in values):
        return TimeFormat("year")
    return None


def _is_plain(cell: str) -> bool:
    return bool(re.match(r"^\d+(\.\d+)?$", cell)) and len(cell) < 24


def _is_compact_date(cell: str) -> bool:
    if len(cell) != 8 or not "1800" <= cell[:4] <= "2200":
        return False
    try:
        date(int(cell[:4]), int(cell[4:6]), int(cell[6:]))
    except ValueError:
        return False
    return True


def _shape_of(text: str) -> str:
    if not text or len(text) > 40:
        return ""
    for kind, pattern in _SHAPES:
        if pattern.match(text):
            return kind
    for index, (pattern, _) in enumerate(_WORDED):
        if pattern.match(text) and _has_real_month(text):
            return f"worded{index}"
    return ""


def _has_real_month(text: str) -> bool:
    words = [word.lower() for word in _MONTHS.findall(text)]
    return not words or any(word[:3] in _MONTH_NAMES for word in words)


def _worded_patterns(index: int, cells: Sequence[str]) -> tuple[str, ...]:
    dates = _WORDED[index][1]
    clocks = _CLOCKS if any(":" in cell for cell in cells) else ("",)
    return tuple(day + clock for day in dates for clock in clocks)


def _numeric_format(cells: Sequence[str]) -> TimeFormat:
    parts = [match for cell in cells if (match := _NUMERIC.match(cell))]
    mark = parts[0].group(2)
    over_first = sum(int(part.group(1)) > 12 for part in parts)
    over_second = sum(int(part.group(3)) > 12 for part in parts)
    year = "%Y" if len(parts[0].group(4)) == 4 else "%y"
    ambiguous = not over_first and not over_second
    day_first = _likelier_day_first(parts) if ambiguous else over_first >= over_second
    if mark == "." and not over_second:
        day_first, ambiguous = True, False
    return TimeFormat(
        "text", numeric_patterns(mark, year, day_first=day_first), day_first, ambiguous
    )


def numeric_patterns(mark: str, year: str, *, day_first: bool) -> tuple[str, ...]:
    """The strptime patterns of dates such as 1/2/2020, with or without a clock time."""
    order = ("%d", "%m", year) if day_first else ("%m", "%d", year)
    return tuple(mark.join(order) + clock for clock in _CLOCKS_T)


def other_order(found: TimeFormat) -> TimeFormat:
    """The same format with day and month exchanged."""
    swap = {"d": "m", "m": "d"}
    patterns = tuple(
        re.sub(r"%([dm])", lambda match: "%" + swap[match.group(1)], pattern)
        for pattern in found.patterns
    )
    return TimeFormat(found.kind, patterns, not found.day_first, found.ambiguous)


def order_of(found: TimeFormat) -> str:
    """dmy, mdy, ymd or ydm; "" when dates are written in words or as numbers."""
    if found.kind == "iso":
        return "ymd"
    parts = re.findall("%[dmYy]", found.patterns[0]) if found.patterns else []
    order = "".join(part[1].lower() for part in parts)
    return order if order in {"dmy", "mdy", "ymd", "ydm"} else ""


def orders_of(found: TimeFormat) -> tuple[str, ...]:
    """The orders in which such dates could be written."""
    order = order_of(found)
    if order in {"ymd", "ydm"} and "%y" not in "".join(found.patterns):
        return ("ymd", "ydm")
    if not order:
        return ()
    two_digits = "%y" in found.patterns[0]
    return ("dmy", "mdy", "ymd") if two_digits else ("dmy", "mdy")


def in_order(found: TimeFormat, order: str) -> TimeFormat:
    """The format with its dates in another order; unchanged where that cannot be."""
    if order == order_of(found) or order not in orders_of(found):
        return replace(found, ambiguous=False)
    if order == "ymd" and "%y" not in "".join(found.patterns):
        return TimeFormat("iso")
    mark = "-" if found.kind == "iso" else found.patterns[0][2]
    year = "%y" if "%y" in "".join(found.patterns) else "%Y"
    names = {"d": "%d", "m": "%m", "y": year}
    day = mark.join(names[letter] for letter in order)
    clocks = _CLOCKS_T
    day_first = order in {"dmy", "ydm"}
    return TimeFormat("text", tuple(day + clock for clock in clocks), day_first)


def _likelier_day_first(parts: Sequence[re.Match[str]]) -> bool:
    """Choose the order under which the dates step more evenly; day first when both do."""
    return _unevenness(parts, _day_first) <= _unevenness(parts, _month_first)


def _day_first(part: re.Match[str]) -> tuple[int, int]:
    return int(part.group(1)), int(part.group(3))


def _month_first(part: re.Match[str]) -> tuple[int, int]:
    return int(part.group(3)), int(part.group(1))


def _unevenness(
    parts: Sequence[re.Match[str]], order: Callable[[re.Match[str]], tuple[int, int]]
) -> float:
    """How many different steps, and steps back, the dates take in this order."""
    dates: list[datetime] = []
    for part in parts[:2000]:
        day, month = order(part)
        year = int(part.group(4))
        try:
            dates.append(datetime(year if year > 99 else 2000 + year, month, day))  # noqa: DTZ001
        except ValueError:
            return float("inf")
    steps = [later - earlier for earlier, later in itertools.pairwise(dates)]
    moved = [step for step in steps if step]
    back = sum(step < timedelta() for step in moved)
    return len(set(moved)) + 10 * back
