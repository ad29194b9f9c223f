"""Results as files: CSV, JSON, Parquet, Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow
import pyarrow.parquet
import xlsxwriter
from django.utils.translation import gettext

from datasets.building.duck import literal
from datasets.building.readers import reader
from datasets.problems import DatasetProblem
from datasets.query.kept import Kept

# A spreadsheet takes a cell that begins like this for a formula.
_DANGEROUS: Final = "^[=+@\\t\\r-]"
_SHEET_ROWS: Final = 1_048_575
_BATCH: Final = 20_000


@dataclass(frozen=True)
class Kind:
    """A kind of file."""

    key: str
    label: str
    content_type: str


KINDS: Final = {
    kind.key: kind
    for kind in (
        Kind("csv", "CSV", "text/csv; charset=utf-8"),
        Kind("json", "JSON", "application/json"),
        Kind("parquet", "Parquet", "application/vnd.apache.parquet"),
        Kind("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )
}


def require_kind(key: str) -> Kind:
    """The kind of file called `key`; DatasetProblem for one we do not write."""
    if key not in KINDS:
        raise DatasetProblem(
            gettext("%(format)s is not a file we write. Use one of: %(formats)s.")
            % {"format": key[:40], "formats": ", ".join(KINDS)},
            code="unknown_format",
            field="as",
        )
    return KINDS[key]


def write_file(source: Path, columns: Sequence[Sequence[str]], kind: Kind, target: Path) -> None:
    """Turn a Parquet file with columns c1… into a file with the names people see."""
    if kind.key == "xlsx":
        _write_sheet(source, columns, target)
        return
    with reader() as connection:
        escape = kind.key == "csv"
        chosen = ", ".join(
            f"{_cell(number, column, escape=escape)} AS {_quoted(column[0])}"
            for number, column in enumerate(columns, 1)
        )
        options = {"csv": "FORMAT csv, HEADER", "json": "FORMAT json, ARRAY true"}.get(
            kind.key, "FORMAT parquet, COMPRESSION zstd"
        )
        connection.execute(
            f"COPY (SELECT {chosen} FROM read_parquet({literal(str(source))})) "  # noqa: S608
            f"TO {literal(str(target))} ({options})"
        )


def write_kept(kept: Kept, target: Path) -> None:
    """The kept rows as Parquet with columns c1…, in the types they had."""
    arrays = []
    for position, column in enumerate(kept.columns):
        values = [row[position] for row in kept.rows]
        arrays.append(_array(values, column[1].upper(), column[2]))
    names = [f"c{number}" for number in range(1, len(arrays) + 1)]
    table = pyarrow.Table.from_arrays(arrays, names=names)
    pyarrow.parquet.write_table(table, target, compression="zstd")


def _array(values: list[Any], type_name: str, kind: str) -> Any:
    if kind == "number":
        is_whole = "INT" in type_name and all(isinstance(value, int | None) for value in values)
        if is_whole:
            return pyarrow.array(values, pyarrow.int64())
        numbers = [None if value is None else float(value) for value in values]
        return pyarrow.array(numbers, pyarrow.float64())
    if kind == "time":
        return _times(values, type_name)
    return pyarrow.array(values, pyarrow.bool_() if kind == "yes_no" else pyarrow.string())


def _times(values: list[Any], type_name: str) -> Any:
    if type_name == "DATE":
        days = [None if value is None else date.fromisoformat(value) for value in values]
        return pyarrow.array(days, pyarrow.date32())
    moments = [
        None if value is None else datetime.fromisoformat(value).replace(tzinfo=None)
        for value in values
    ]
    return pyarrow.array(moments, pyarrow.timestamp("us"))


def _cell(number: int, column: Sequence[str], *, escape: bool) -> str:
    key = f"c{number}"
    if not escape or column[2] != "text":
        return key
    return (
        f"CASE WHEN regexp_matches({key}, {literal(_DANGEROUS)}) THEN '''' || {key} ELSE {key} END"
    )


def _write_sheet(source: Path, columns: Sequence[Sequence[str]], target: Path) -> None:
    file = pyarrow.parquet.ParquetFile(source)
    if file.metadata.num_rows > _SHEET_ROWS:
        raise DatasetProblem(
            gettext("An Excel sheet holds %(most)s rows. Choose fewer, or export CSV.")
            % {"most": f"{_SHEET_ROWS:,}"},
            code="too_many_rows",
            field="as",
        )
    settings = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(target, settings) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [column[0] for column in columns])
        at = 1
        for batch in file.iter_batches(_BATCH):
            for row in zip(*(array.to_pylist() for array in batch.columns), strict=True):
                sheet.write_row(at, 0, row)
                at += 1


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
