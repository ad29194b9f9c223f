"""Old rows and new rows in one file, and what becomes of rows at the same time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from datasets import storage
from datasets.building.duck import connect, first_row, literal, parquet, parquet_options
from datasets.building.finish import ROW, ZONED
from datasets.building.readers import reader
from datasets.models import Column, Version
from datasets.versioning.matching import Matched

# What to do with a new row whose time is there already: keep the old one, take the new, keep both.
OLD, NEW, BOTH = "old", "new", "both"


@dataclass(frozen=True)
class Counted:
    """New rows, and how many of them have a time that is there already."""

    new: int
    same: int


def count_same(version: Version, matched: Matched) -> Counted:
    """Count before anything is written."""
    new = _new(version, matched)
    with storage.work_folder() as folder, connect(scratch=folder) as connection:
        (rows,) = first_row(connection, f"SELECT count(*) FROM {new}")  # noqa: S608
        if not _keys(version):
            return Counted(int(rows), 0)
        (same,) = first_row(
            connection,
            f"SELECT count(*) FROM {new} n SEMI JOIN {_old(version)} o ON {_same(version)}",  # noqa: S608
        )
    return Counted(int(rows), int(same))


def join(version: Version, matched: Matched, same: str, target: Path, *, scratch: Path) -> None:
    """Write the old rows and then the new ones, in the columns of `version`."""
    old, new = f"{_old(version)} o", f"{_new(version, matched)} n"
    with connect(scratch=scratch) as connection:
        if same in {OLD, NEW} and _keys(version):
            # The few times that both have; the join itself then never holds the long side.
            connection.execute(
                f"CREATE TEMP TABLE again AS SELECT {', '.join(_keys(version))} FROM {old} "  # noqa: S608
                f"SEMI JOIN {new} ON {_same(version)}"
            )
            again = f"ANTI JOIN again a ON {_same(version, 'a', '{}')}"
            if same == OLD:
                new += " " + again.replace("{}", "n")
            else:
                old += " " + again.replace("{}", "o")
        connection.execute(
            f"COPY (SELECT o.* FROM {old} UNION ALL SELECT n.* FROM {new}) "  # noqa: S608
            f"TO {literal(str(target))} {parquet_options(len(matched.columns))}"
        )


def _keys(version: Version) -> list[str]:
    return [key for key in (version.series_column, version.time_column) if key]


def _same(version: Version, one: str = "o", other: str = "n") -> str:
    """Rows without a time are never the same."""
    return " AND ".join(f"{one}.{key} = {other}.{key}" for key in _keys(version))


def _old(version: Version) -> str:
    cells = [_old_cell(column) for column in version.columns.all()]
    path = storage.local_copy(version.file_key)
    return f"(SELECT {', '.join(cells + _helpers(version))} FROM {parquet(path)})"  # noqa: S608


def _old_cell(column: Column) -> str:
    """A column that is all empty takes the type of what comes."""
    return f"NULL AS {column.key}" if column.type == Column.Type.EMPTY else column.key


def _helpers(version: Version) -> list[str]:
    """Which of our own columns the old file has: not all keep the place each row had at first."""
    with reader() as connection:
        path = parquet(storage.local_copy(version.file_key))
        rows = connection.execute(f"DESCRIBE SELECT * FROM {path}").fetchall()  # noqa: S608
    return [name for name in (ROW, ZONED) if name in {row[0] for row in rows}]


def _new(version: Version, matched: Matched) -> str:
    """The new rows under the keys of the version; they stand in no row of its uploaded file."""
    cells = []
    for column in matched.columns:
        theirs = matched.keys[column.key]
        is_empty = matched.found["columns"][theirs]["type"] == Column.Type.EMPTY
        cells.append(f"NULL AS {column.key}" if is_empty else f"{theirs} AS {column.key}")
    known = {ROW: f"CAST(NULL AS BIGINT) AS {ROW}", ZONED: ZONED}
    cells += [known[name] for name in _helpers(version)]
    return f"(SELECT {', '.join(cells)} FROM {parquet(matched.table)})"  # noqa: S608
