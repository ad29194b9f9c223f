"""From a text file to everything a version consists of: typed rows, profile, pyramid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb

from datasets.building.arrange import arrange
from datasets.building.bad_time import evidence
from datasets.building.describe import Described, Table, describe
from datasets.building.duck import connect, parquet
from datasets.building.facts import file_hash, series_of, time_of
from datasets.building.layout import Layout
from datasets.building.review import review, samples
from datasets.formats.csv.convert import Converted, Plan, convert
from datasets.formats.csv.rewrite import Rewritten, rewrite
from datasets.formats.csv.survey import survey
from datasets.refusals import Refusal
from datasets.sniffing.reading import Note, Reading

DATA, LEVELS = "data.parquet", "levels"


@dataclass(frozen=True)
class Request:
    """What to read, how, and the empty folder for the results."""

    source: Path
    folder: Path
    reading: Reading
    # Will a person look at it before it is imported?
    review: bool = False

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Request:
        """The inverse of `to_dict`."""
        reading = Reading.from_dict(given["reading"])
        return cls(Path(given["source"]), Path(given["folder"]), reading, bool(given.get("review")))

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "source": str(self.source),
            "folder": str(self.folder),
            "reading": self.reading.to_dict(),
            "review": self.review,
        }


class Say(Protocol):
    """Called with `step` and what has been done of how much."""

    def __call__(self, **progress: Any) -> None: ...


def build(request: Request, say: Say) -> dict[str, Any]:
    """Write `data.parquet` and `levels/` into the folder and return what was found.

    Raises Refusal with row and column.
    """
    scratch = request.folder / "scratch"
    for folder in (scratch, request.folder / LEVELS):
        folder.mkdir()
    connection = connect(scratch=scratch)
    plan, rewritten = _prepare(request, say)
    converted, rewritten, plan = _convert(connection, request, plan, rewritten, say)
    arranged = arrange(
        connection, plan, converted, request.folder / DATA, lambda: say(step="sorting")
    )
    converted, target, layout = arranged.converted, arranged.path, arranged.layout
    table = Table(target, converted.rows, request.folder / LEVELS)
    types = {column.key: column.type for column in converted.reading.kept}
    described = describe(
        connection, table, types, lambda share: say(step="describing", share=share)
    )
    found = _found(converted, rewritten, layout, described)
    series = layout.series_column
    found["time"] = time_of(connection, target, converted.reading, series)
    found["series"] = series_of(connection, target, converted.reading, series)
    found["zone"] = arranged.zone
    found["samples"] = samples(connection, plan, converted.reading)
    if request.review:
        found["review"] = review(connection, plan, target, converted.reading, layout)
    found |= {"file": target.name, "size": target.stat().st_size, "hash": file_hash(target)}
    return found


def _prepare(request: Request, say: Say) -> tuple[Plan, Rewritten]:
    """Survey the file; rewrite it when it is irregular."""
    total = request.source.stat().st_size

    def on_bytes(done: int) -> None:
        say(step="reading", bytes=min(done, total), bytes_total=total)

    found = survey(request.source, request.reading, on_bytes)
    if not found.regular:
        return _rewrite(request, say)
    _require_rows(found.records, request.reading)
    target = request.folder / "typed.parquet"
    plan = Plan(request.source, target, request.reading.delimiter, found.records)
    return plan, Rewritten(records=found.records)


def _rewrite(request: Request, say: Say) -> tuple[Plan, Rewritten]:
    total = request.source.stat().st_size
    plain = request.folder / "plain.csv"
    done = rewrite(
        request.source,
        plain,
        request.reading,
        lambda count: say(step="reading", bytes=min(count, total), bytes_total=total),
    )
    _require_rows(done.records, request.reading)
    target = request.folder / "typed.parquet"
    return Plan(plain, target, ",", done.records, tuple(done.blank_rows)), done


def _require_rows(records: int, reading: Reading) -> None:
    if records <= int(reading.header):
        raise Refusal("no_rows")


def _convert(
    connection: duckdb.DuckDBPyConnection,
    request: Request,
    plan: Plan,
    rewritten: Rewritten,
    say: Say,
) -> tuple[Converted, Rewritten, Plan]:
    """Convert; when the strict reader objects, rewrite first, which names the row."""
    total = plan.records - int(request.reading.header)

    def on_rows(done: int) -> None:
        say(step="writing", rows=done, rows_total=total)

    try:
        converted = _typed(connection, plan, request.reading, on_rows)
        if _rows(connection, plan.target) == converted.rows:
            return converted, rewritten, plan
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        if plan.source != request.source:
            raise
    plan, rewritten = _rewrite(request, say)
    converted = _typed(connection, plan, request.reading, on_rows)
    rows = _rows(connection, plan.target)
    if rows != converted.rows:
        raise Refusal("rows_differ", read=rows, counted=converted.rows)
    return converted, rewritten, plan


def _typed(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    reading: Reading,
    on_rows: Callable[[int], None],
) -> Converted:
    """Convert; a time that does not exist is refused together with what it could be."""
    try:
        return convert(connection, plan, reading, on_rows)
    except Refusal as refusal:
        if refusal.code != "bad_time":
            raise
        more = evidence(connection, plan, reading, refusal)
        raise Refusal(refusal.code, **refusal.params, **more) from refusal


def _rows(connection: duckdb.DuckDBPyConnection, table: Path) -> int:
    row = connection.execute(f"SELECT count(*) FROM {parquet(table)}").fetchone()  # noqa: S608
    assert row is not None
    return int(row[0])


def _found(
    converted: Converted,
    rewritten: Rewritten,
    layout: Layout,
    described: dict[str, Described],
) -> dict[str, Any]:
    notes = [*converted.reading.notes, *converted.notes]
    if rewritten.short_rows:
        examples = {"rows": rewritten.short_examples}
        notes.append(Note("short_rows", "", rewritten.short_rows, examples))
    if rewritten.blank_lines:
        notes.append(Note("blank_lines", "", rewritten.blank_lines))
    if layout.steps_back:
        notes.append(Note("sorted", converted.reading.time_column, layout.steps_back))
    return {
        "rows": converted.rows,
        "reading": converted.reading.to_dict(),
        "notes": [asdict(note) for note in notes],
        "series_column": layout.series_column,
        "sorted": not layout.is_sorted,
        "columns": {key: asdict(column) for key, column in described.items()},
        "misfits": {
            key: {**asdict(misfits), "unreadable": misfits.unreadable}
            for key, misfits in converted.misfits.items()
        },
    }
