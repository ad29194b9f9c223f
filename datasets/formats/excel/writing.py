"""An Excel workbook of one sheet, written row by row with constant memory; no cell is a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from datasets.formats.excel.limits import LONGEST_TEXT, MOST_ROWS
from datasets.formats.guards import harmless
from datasets.formats.table import BOOLEAN, DATETIME, TEXT, Field, Table
from datasets.refusals import Refusal

_FIRST = datetime(1900, 3, 1)  # noqa: DTZ001 - before it, spreadsheets count a day that never was
_PLAIN = "yyyy-mm-dd hh:mm:ss"
_UTC = f'{_PLAIN} "UTC"'
Writer = Callable[[Worksheet, int, int, Any], None]


def write(
    table: Table, target: Path, chosen: Mapping[str, str], on_share: Callable[[float], None]
) -> None:
    """Write all rows under a header. Raises Refusal for what a sheet cannot hold."""
    if table.rows >= MOST_ROWS:
        raise Refusal("too_many_rows", rows=table.rows, limit=MOST_ROWS - 1)
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(target.parent),
        "in_memory": False,
    }
    with xlsxwriter.Workbook(str(target), options) as book:
        sheet = book.add_worksheet("Data")
        # A sheet knows no zones: where times are UTC, their form says so.
        days = {form: book.add_format({"num_format": form}) for form in (_PLAIN, _UTC)}
        for place, field in enumerate(table.fields):
            _write_text(sheet, 0, place, field.name)
        sheet.freeze_panes(1, 0)
        writers = [_writer(field, days[_UTC if field.zone else _PLAIN]) for field in table.fields]
        _write_rows(table, sheet, writers, on_share)


def _write_rows(
    table: Table, sheet: Worksheet, writers: list[Writer], on_share: Callable[[float], None]
) -> None:
    row = 1
    for block in table.blocks():
        for values in zip(*(column.to_pylist() for column in block.columns), strict=True):
            for place, value in enumerate(values):
                if value is not None:
                    writers[place](sheet, row, place, value)
            row += 1
        on_share((row - 1) / max(table.rows, 1))


def _writer(field: Field, day: Any) -> Writer:
    if field.kind == TEXT:
        return lambda sheet, row, place, value: _write_text(sheet, row, place, value, field.name)
    if field.kind == BOOLEAN:
        return lambda sheet, row, place, value: sheet.write_boolean(row, place, value)
    if field.kind == DATETIME:
        return lambda sheet, row, place, value: _write_time(sheet, row, place, value, day)
    return _write_number


def _write_number(sheet: Worksheet, row: int, place: int, value: float) -> None:
    sheet.write_number(row, place, _Exact(value))


def _write_time(sheet: Worksheet, row: int, place: int, value: datetime, day: Any) -> None:
    """Serials hold milliseconds from 1900 on; other times are written out."""
    if value < _FIRST or value.microsecond % 1000:
        sheet.write_string(row, place, value.isoformat(" "))
    else:
        sheet.write_datetime(row, place, value, day)


def _write_text(sheet: Worksheet, row: int, place: int, text: str, column: str = "") -> None:
    safe = harmless(text, may_be_number=bool(column))
    if len(safe) > LONGEST_TEXT:
        raise Refusal(
            "too_long_text", row=row + 1, column=column, count=len(safe), limit=LONGEST_TEXT
        )
    sheet.write_string(row, place, safe)


class _Exact(float):
    """A number that is written with 17 digits where 16 would not come back equal."""

    def __format__(self, form: str) -> str:
        short = float.__format__(self, form)
        return short if float(short) == self else repr(float(self))
