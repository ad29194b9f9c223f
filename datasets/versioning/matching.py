"""Columns of new rows and of the version they join, matched by name and compared by type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets.models import Column, Version
from datasets.problems import DatasetProblem, problem_from
from datasets.refusals import Refusal

_KINDS: dict[str, str] = {
    Column.Type.INTEGER: "number",
    Column.Type.FLOAT: "number",
    Column.Type.BOOLEAN: "boolean",
    Column.Type.DATETIME: "datetime",
    Column.Type.CATEGORY: "text",
    Column.Type.TEXT: "text",
}
_NAMED, _KNOWN = 3, 10
Found = dict[str, Any]


@dataclass(frozen=True)
class Matched:
    """Typed new rows: `keys` maps each column of the version to the one of the new file."""

    table: Path
    file: str
    keys: dict[str, str]
    # Column of the new file → the type that it should be read as.
    retyped: dict[str, str]
    found: Found
    columns: Sequence[Column]

    def require_fit(self) -> None:
        """Raise DatasetProblem naming the first cell that is not of its column's type."""
        by_key = {column.key: column for column in self.columns}
        for key, theirs in self.keys.items():
            misfits = self.found["misfits"].get(theirs, {})
            if misfits.get("unreadable"):
                raise _misfit(self.file, by_key[key], misfits)
            if theirs in self.retyped:
                raise _other_type(self.file, by_key[key])


def match(version: Version, found: Found, table: Path, file: str) -> Matched:
    """Match by name. Raises DatasetProblem naming columns that only one side has."""
    columns = list(version.columns.all())
    theirs = {column["name"]: column for column in found["reading"]["columns"]}
    pairs = {column.key: _named(column.name, theirs) for column in columns}
    _require_all(columns, pairs, file)
    taken = {pair["key"] for pair in pairs.values() if pair}
    _require_known([name for name, c in theirs.items() if c["key"] not in taken], file, columns)
    keys = {key: str(pair["key"]) for key, pair in pairs.items() if pair}
    retyped = {}
    for column in columns:
        wanted = _KINDS.get(column.type, "")
        is_type = _KINDS.get(found["columns"][keys[column.key]]["type"], "")
        # Cells that are all empty fit any column.
        if wanted and is_type and wanted != is_type:
            retyped[keys[column.key]] = wanted
    _require_same_clock(version, found, file)
    return Matched(table, file, keys, retyped, found, columns)


def _named(name: str, theirs: dict[str, Found]) -> Found | None:
    """The column of this name, or the only one that differs in nothing but case and spaces."""
    if name in theirs:
        return theirs[name]
    alike = [other for other in theirs if _plain(other) == _plain(name)]
    return theirs[alike[0]] if len(alike) == 1 else None


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _require_all(columns: Sequence[Column], pairs: dict[str, Found | None], file: str) -> None:
    lacking = [column.name for column in columns if pairs[column.key] is None]
    if lacking:
        named = ", ".join(lacking[:_NAMED])
        raise problem_from(Refusal("column_missing", column=named), file)


def _require_known(names: Sequence[str], file: str, columns: Sequence[Column]) -> None:
    if names:
        known = ", ".join(column.name for column in columns[:_KNOWN])
        named = ", ".join(names[:_NAMED])
        raise problem_from(Refusal("column_unknown", column=named, known=known), file)


def _require_same_clock(version: Version, found: Found, file: str) -> None:
    """Times that name a zone and times that do not cannot stand in one column."""
    if not version.time_column or not found["time"]:
        return
    theirs, ours = bool(found["time"].get("zoned")), version.profile.get("time_zone") == "UTC"
    if found.get("zone") or version.profile.get("zone"):
        return
    if theirs != ours:
        raise problem_from(Refusal("clock_lacking" if ours else "clock_unwanted"), file)


def _misfit(file: str, column: Column, misfits: Found) -> DatasetProblem:
    row, text = misfits["examples"][0]
    count, kind = misfits["unreadable"], str(column.type)
    refusal = Refusal("other_type", row=row, column=column.name, text=text, type=kind, count=count)
    return problem_from(refusal, file)


def _other_type(file: str, column: Column) -> DatasetProblem:
    refusal = Refusal("other_column_type", column=column.name, type=str(column.type))
    return problem_from(refusal, file)
