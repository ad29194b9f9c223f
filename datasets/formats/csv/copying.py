"""The statement that writes the typed values of a file, and beside them what did not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from datasets.building.duck import literal, parquet, parquet_options, run_watched
from datasets.formats.csv import typed
from datasets.formats.csv.plan import Plan, source_table
from datasets.sniffing.reading import FoundColumn, Reading

# Before the key of a text column, in the list of cells that need a word.
GUARD = "g"
_TOGETHER = 250


def write(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    reading: Reading,
    on_share: Callable[[float], None],
) -> None:
    """Very wide files are converted some columns at a time: planning is worse than linear."""
    connection.execute("SET preserve_insertion_order = true")
    columns = reading.kept
    groups = [columns[start : start + _TOGETHER] for start in range(0, len(columns), _TOGETHER)]
    if len(groups) == 1:
        run_watched(connection, _copy(plan, reading, columns, plan.target), on_share)
        return
    parts = [plan.target.with_suffix(f".part{place}") for place in range(len(groups))]
    for place, (group, part) in enumerate(zip(groups, parts, strict=True)):
        connection.execute(_copy(plan, reading, group, part))
        on_share(place / len(groups))
    connection.execute(_joined(plan, reading, parts))
    for part in parts:
        part.unlink()


def _copy(plan: Plan, reading: Reading, group: Sequence[FoundColumn], target: Path) -> str:
    """SQL that writes the typed values of `group`, and what did not fit, to `target`."""
    raws = ", ".join(column.key for column in group)
    values = ", ".join(f"{_value(plan, column, reading)} AS v_{column.key}" for column in group)
    marked = [mark for column in group if (mark := _mark(plan, column, reading))]
    marks = ", ".join(marked) or "''"
    time = next((column for column in group if column.key == reading.time_column), None)
    zone = _zoned(plan, time) if time and time.type == "datetime" else "false"
    # Every name in it is ours: c1…cn and literals escaped by `literal`.
    return (
        f"COPY (SELECT {', '.join(f'v_{column.key} AS {column.key}' for column in group)}, "  # noqa: S608
        f"{zone} AS _zoned, nullif(concat_ws('{typed.RECORD}', {marks}), '') AS _unread "
        f"FROM (SELECT {raws}, {values} FROM {_typed_source(plan, reading)})) "
        f"TO {literal(str(target))} {parquet_options(len(reading.columns))}"
    )


def _joined(plan: Plan, reading: Reading, parts: Sequence[Path]) -> str:
    """SQL that puts the parts side by side again; each holds the same rows in the same order."""
    names = [f"p{place}" for place in range(len(parts))]
    tables = " POSITIONAL JOIN ".join(
        f"{parquet(part)} AS {name}" for part, name in zip(parts, names, strict=True)
    )
    columns = ", ".join(column.key for column in reading.kept)
    zoned = " OR ".join(f"{name}._zoned" for name in names)
    unread = ", ".join(f"{name}._unread" for name in names)
    return (
        f"COPY (SELECT {columns}, {zoned} AS _zoned, "  # noqa: S608
        f"nullif(concat_ws('{typed.RECORD}', {unread}), '') AS _unread FROM {tables}) "
        f"TO {literal(str(plan.target))} {parquet_options(len(reading.columns))}"
    )


def _typed_source(plan: Plan, reading: Reading) -> str:
    """The cells as they stand in the file (c1…) and, of typed columns, as values (n_c1…).

    A typed column has its value under both names: text is made only of cells that do not fit.
    """
    if not plan.natives:
        return source_table(plan, reading)
    parts = []
    for column in reading.columns:
        native, source = plan.native(column), plan.natives[int(column.key[1:]) - 1]
        parts.append(f"{native.value if native else source.text} AS {column.key}")
    return f"(SELECT {', '.join(parts)} FROM {plan.table})"  # noqa: S608


def _zoned(plan: Plan, time: FoundColumn) -> str:
    native = plan.native(time)
    if native is None:
        return typed.zoned(time.key)
    return f"{time.key} IS NOT NULL" if native.zoned else "false"


def _value(plan: Plan, column: FoundColumn, reading: Reading) -> str:
    """The typed value of a cell, or what a person said that it was meant to be."""
    native = plan.native(column)
    value = typed.native(column) if native else typed.value(column, reading)
    meant = reading.corrections.get(column.key, {})
    if not meant:
        return value
    kind = typed.SQL_TYPES[column.type]
    cases = " ".join(
        f"WHEN {literal(was)} THEN try_cast({literal(now)} AS {kind})" for was, now in meant.items()
    )
    cell = f"CAST({column.key} AS VARCHAR)" if native else column.key
    return f"CASE {cell} {cases} ELSE {value} END"


def _mark(plan: Plan, column: FoundColumn, reading: Reading) -> str:
    """Key and text of a cell that does not fit; NULL for all others.

    Text fits always; of it, cells from which a guard was taken are marked, under another key.
    """
    native = plan.native(column)
    if column.type == "text":
        if native or reading.format not in typed.GUARDED_FORMATS:
            return ""
        return f"CASE WHEN {typed.guarded(column.key)} THEN '{GUARD}{column.key}{typed.FIELD}' END"
    fits = typed.native_misfit if native else typed.misfit
    if native and plan.delimiter:
        fits = typed.direct_misfit
    misfit = fits(column, f"v_{column.key}")
    # The two separators themselves may stand in a cell; there they become spaces.
    cell = f"CAST({column.key} AS VARCHAR)" if native else column.key
    text = f"translate({cell}, '{typed.FIELD}{typed.RECORD}', '  ')"
    return f"CASE WHEN {misfit} THEN '{column.key}{typed.FIELD}' || {text} END"
