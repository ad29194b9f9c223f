"""TFB's long CSV: a block of `date,data,cols` for each series, all with the same dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from datasets.building.duck import first_row, literal
from datasets.clock import AS_STORED
from datasets.formats.csv.writing import cell, lines, quoted
from datasets.formats.guards import harmless
from datasets.formats.series import value_fields
from datasets.formats.table import TEXT, Field, Table
from datasets.refusals import Refusal

_LABEL = "TFB"


def write(
    table: Table, target: Path, chosen: Mapping[str, str], on_share: Callable[[float], None]
) -> None:
    """Write a block per series. Raises Refusal when the series do not share their times."""
    fields = value_fields(table, _LABEL)
    if not table.time:
        raise Refusal("no_time_to_write")
    if table.series:
        _require_same_times(table)
    with target.open("wb") as file:
        file.write(b"date,data,cols\n")
        for place, field in enumerate(fields):
            for block in lines(table, _line(table, field, len(fields))):
                file.write(block)
            on_share((place + 1) / len(fields))


def _line(table: Table, field: Field, count: int) -> str:
    # Programs that read TFB know no offsets: times stay as they are stored.
    date = cell(replace(table.field(table.time), clock=AS_STORED))
    return f"{date} || ',' || {cell(field)} || ',' || {_channel(table, field, count)}"


def _channel(table: Table, field: Field, count: int) -> str:
    if not table.series:
        return literal(quoted(harmless(field.name)))
    names = table.field(table.series)
    shown = f"CAST({names.expression} AS VARCHAR)"
    if count > 1:
        shown = f"{shown} || {literal(f' / {field.name}')}"
    return cell(Field(names.name, names.key, TEXT, f"({shown})"))


def _require_same_times(table: Table) -> None:
    """Every series at every time, once: only then do blocks of one length say it all."""
    with table.connect() as connection:
        rows, series, times, pairs = first_row(
            connection,
            f"SELECT count(*), count(DISTINCT {table.series}), count(DISTINCT {table.time}), "  # noqa: S608
            f"count(DISTINCT ({table.series}, {table.time})) FROM {table.source}",
        )
    if rows != series * times or pairs != rows:
        raise Refusal("tfb_grid", series=int(series), times=int(times), rows=int(rows))
