"""From an opened file to typed rows in file order: surveyed, rewritten if need be, converted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from datasets.building.bad_time import evidence
from datasets.building.duck import first_row, parquet
from datasets.building.opening import Opened
from datasets.formats.csv.convert import Converted, convert
from datasets.formats.csv.plan import Plan
from datasets.formats.csv.rewrite import Rewritten, rewrite
from datasets.formats.csv.survey import survey
from datasets.formats.format import Say
from datasets.refusals import Refusal
from datasets.sniffing.reading import Reading

_Typed = tuple[Converted, Rewritten, Plan]
Connection = duckdb.DuckDBPyConnection
TYPED = "typed.parquet"


def type_rows(connection: Connection, opened: Opened, folder: Path, say: Say) -> _Typed:
    """Write typed rows into `folder` and return how. Raises Refusal with row and column."""
    if opened.natives:
        return _native(connection, opened, folder, say)
    plan, rewritten = _prepare(opened, folder, say)
    return _convert(connection, opened, plan, rewritten, say)


def _native(connection: Connection, opened: Opened, folder: Path, say: Say) -> _Typed:
    """Columns that are typed already are copied; only damage can stop that."""
    plan = Plan(
        source=opened.source,
        target=folder / TYPED,
        delimiter="",
        records=opened.rows,
        table=opened.table,
        natives=opened.natives,
    )
    try:
        converted = _typed(connection, plan, opened.reading, _reporter(say, opened.rows))
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise Refusal("damaged", kind=opened.reading.format, detail=str(error)[:200]) from error
    if _rows(connection, plan.target) != converted.rows:
        raise Refusal("damaged", kind=opened.reading.format)
    return converted, Rewritten(records=opened.rows), plan


def _prepare(opened: Opened, folder: Path, say: Say) -> tuple[Plan, Rewritten]:
    """Survey the file; rewrite it when it is irregular."""
    reading = opened.reading
    found = survey(opened.source, reading, _bytes_reporter(opened, say))
    if not found.regular:
        return _rewrite(opened, folder, say)
    _require_rows(found.records, reading)
    plan = Plan(
        opened.source,
        folder / TYPED,
        reading.delimiter,
        found.records,
        opened.blank_rows,
        is_plain=found.is_plain,
    )
    return plan, Rewritten(records=found.records)


def _rewrite(opened: Opened, folder: Path, say: Say) -> tuple[Plan, Rewritten]:
    plain = folder / "plain.csv"
    done = rewrite(opened.source, plain, opened.reading, _bytes_reporter(opened, say))
    _require_rows(done.records, opened.reading, done.long_rows)
    gone = opened.blank_rows or tuple(done.gone_rows)
    return Plan(plain, folder / TYPED, ",", done.records, gone), done


def _require_rows(records: int, reading: Reading, left_out: int = 0) -> None:
    if records > int(reading.header):
        return
    if left_out:
        raise Refusal("all_rows_long", count=left_out, columns=len(reading.columns))
    raise Refusal("no_rows")


def _convert(
    connection: Connection, opened: Opened, plan: Plan, rewritten: Rewritten, say: Say
) -> _Typed:
    """Convert; when the strict reader objects, rewrite first, which names the row."""
    on_rows = _reporter(say, plan.records - int(opened.reading.header))
    try:
        converted = _typed(connection, plan, opened.reading, on_rows)
        if _rows(connection, plan.target) == converted.rows:
            return converted, rewritten, plan
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        if plan.source != opened.source:
            raise
    plan, rewritten = _rewrite(opened, plan.target.parent, say)
    converted = _typed(connection, plan, opened.reading, on_rows)
    rows = _rows(connection, plan.target)
    if rows != converted.rows:
        raise Refusal("rows_differ", read=rows, counted=converted.rows)
    return converted, rewritten, plan


def _typed(
    connection: Connection, plan: Plan, reading: Reading, on_rows: Callable[[int], None]
) -> Converted:
    """Convert; a time that does not exist is refused together with what it could be."""
    try:
        return convert(connection, plan, reading, on_rows)
    except Refusal as refusal:
        if refusal.code != "bad_time":
            raise
        more = evidence(connection, plan, reading, refusal)
        raise Refusal(refusal.code, **refusal.params, **more) from refusal


def _rows(connection: Connection, table: Path) -> int:
    (count,) = first_row(connection, f"SELECT count(*) FROM {parquet(table)}")  # noqa: S608
    return int(count)


def _reporter(say: Say, total: int) -> Callable[[int], None]:
    return lambda done: say(step="writing", rows=done, rows_total=total)


def _bytes_reporter(opened: Opened, say: Say) -> Callable[[int], None]:
    """What was extracted from another format has been counted while that was read."""
    total = opened.source.stat().st_size
    if opened.reading.format != "csv":
        return lambda _done: None
    return lambda done: say(step="reading", bytes=min(done, total), bytes_total=total)
