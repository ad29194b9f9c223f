"""What a person types, read as a value of a column; and a value as a person would type it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from datasets.clock import AS_STORED, Clock
from datasets.models import Column
from datasets.problems import DatasetProblem
from datasets.sniffing.cells import FALSE_WORDS, TRUE_WORDS

LONGEST_TEXT = 10_000
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")


def read_cell(
    kind: str, name: str, text: str, clock: Clock = AS_STORED, *, late: bool = False
) -> Any:
    """A float, bool, datetime or str for a column of type `kind` called `name`.

    Times are typed on `clock`; of an hour that comes twice `late` is the second. Raises
    DatasetProblem saying what would fit.
    """
    read = _READERS.get(kind, str)
    try:
        return clock.stored(text, late=late) if kind == Column.Type.DATETIME else read(text)
    except (ValueError, OverflowError) as error:
        raise _misfit(kind, name, text) from error


def read_edit(column: Column, text: str) -> Any:
    """The new value of one cell; nothing typed means missing."""
    if not text.strip():
        return None
    if len(text) > LONGEST_TEXT:
        raise DatasetProblem(
            gettext("A cell takes at most %(limit)s characters; this has %(count)s.")
            % {"limit": f"{LONGEST_TEXT:,}", "count": f"{len(text):,}"},
            code="too_long",
            field="value",
        )
    value = read_cell(column.type, column.name, text, column.clock)
    if isinstance(value, float) and not math.isfinite(value):
        raise _misfit(column.type, column.name, text)
    return value


def typed(value: Any, clock: Clock = AS_STORED) -> str:
    """A value with every digit, as somebody would type it; "" for missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return clock.text(value) if isinstance(value, datetime) else str(value)


def stored(value: Any) -> Any:
    """A value as JSON keeps it."""
    return value.isoformat() if isinstance(value, datetime) else value


def restored(column: Column, value: Any) -> Any:
    """The inverse of `stored`."""
    if value is not None and column.type == Column.Type.DATETIME:
        return datetime.fromisoformat(value)
    return value


def read_number(text: str) -> float:
    """`1,234.5` or `−3`; ValueError for commas that do not stand between thousands, as in 1,5."""
    plain = text.strip().replace("−", "-")
    if "," in plain and not _THOUSANDS.match(plain):
        raise ValueError(text)
    return float(plain.replace(",", ""))


def is_number_text(text: str) -> bool:
    """Can it be read as a number?"""
    try:
        read_number(text)
    except ValueError:
        return False
    return True


def _misfit(kind: str, name: str, text: str) -> DatasetProblem:
    return DatasetProblem(
        gettext('"%(value)s" does not fit the column %(column)s. Enter %(wanted)s.')
        % {"value": text[:80], "column": name, "wanted": _wanted(kind)},
        code="bad_value",
        field="value",
    )


def _wanted(kind: str) -> str:
    if kind in {Column.Type.INTEGER, Column.Type.FLOAT}:
        return gettext("a number, such as 12.5")
    if kind == Column.Type.DATETIME:
        return gettext("a date or time, such as 2026-01-31 12:00")
    return gettext("yes or no")


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in TRUE_WORDS | {"1"}:
        return True
    if word in FALSE_WORDS | {"0"}:
        return False
    raise ValueError(text)


_READERS: dict[str, Callable[[str], Any]] = {
    Column.Type.INTEGER: read_number,
    Column.Type.FLOAT: read_number,
    Column.Type.BOOLEAN: _boolean,
}
