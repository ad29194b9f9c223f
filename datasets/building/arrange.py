"""From typed rows in file order to the rows of a version: in order, in UTC, without what goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from datasets.building.duck import first_row, parquet
from datasets.building.layout import Layout, find_layout, sort_rows
from datasets.building.merging import merge_repeated
from datasets.building.zones import to_utc
from datasets.formats.csv.convert import Converted, convert
from datasets.formats.csv.plan import Plan
from datasets.refusals import Refusal
from datasets.sniffing.reading import Note

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Arranged:
    """The finished rows at `path`, how they lie, and what the clocks of their zone did."""

    converted: Converted
    path: Path
    layout: Layout
    zone: dict[str, Any] = field(default_factory=dict)


def arrange(
    connection: Connection, plan: Plan, converted: Converted, target: Path, say: Callable[[], None]
) -> Arranged:
    """Put the rows in order at `target`; most files already are.

    Raises Refusal when no row is left.
    """
    converted, layout = _laid_out(connection, plan, converted, say)
    zoned = plan.target.with_name("zoned.parquet")
    zone = to_utc(connection, plan.target, zoned, converted.reading, layout) or {}
    if zone:
        zoned.replace(plan.target)
        layout = find_layout(connection, plan.target, converted.reading)
    if layout.is_sorted and not converted.reading.leaves_rows_out:
        plan.target.rename(target)
    else:
        say()
        sort_rows(connection, plan.target, target, converted.reading, layout)
        plan.target.unlink()
    other = any(
        column.failing and column.key != converted.reading.time_column
        for column in converted.reading.kept
    )
    converted = _without(connection, target, converted, "left_out_cells" if other else "left_out")
    return _merged(connection, target, Arranged(converted, target, layout, zone))


def _laid_out(
    connection: Connection, plan: Plan, converted: Converted, say: Callable[[], None]
) -> tuple[Converted, Layout]:
    """Numbered series are names: 7 must not become 7.0, nor sort as a number."""
    layout = find_layout(connection, plan.target, converted.reading)
    series = layout.series_column
    if not series or converted.reading.column(series).type != "number":
        return converted, layout
    reading = converted.reading.changed(series, type="text")
    again = convert(connection, plan, reading, lambda _rows: say())
    return replace(again, notes=converted.notes), find_layout(connection, plan.target, reading)


def _merged(connection: Connection, target: Path, arranged: Arranged) -> Arranged:
    reading = arranged.converted.reading
    if not (reading.repeated and reading.time_column):
        return arranged
    merged = target.with_name("merged.parquet")
    merge_repeated(connection, target, merged, reading, arranged.layout.series_column)
    merged.replace(target)
    converted = _without(connection, target, arranged.converted, "merged")
    return replace(arranged, converted=converted)


def _without(connection: Connection, target: Path, converted: Converted, code: str) -> Converted:
    """Count the rows that are gone and say so in a note."""
    (kept,) = first_row(connection, f"SELECT count(*) FROM {parquet(target)}")  # noqa: S608
    if not kept:
        raise Refusal("no_rows_left")
    if kept == converted.rows:
        return converted
    params = {"how": converted.reading.repeated} if code == "merged" else {}
    note = Note(code, converted.reading.time_column, converted.rows - kept, params)
    return replace(converted, rows=kept, notes=(*converted.notes, note))
