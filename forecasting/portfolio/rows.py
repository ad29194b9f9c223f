"""Rows of a portfolio by the page: sorted, searched and filtered without reading the others."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from datasets.building.duck import connect, literal, parquet
from forecasting.engine.hierarchy.structure import BOTTOM

# What rows may be sorted by, and whether people want the largest first.
SORTS: Final = {
    "skill": False,
    "mase": True,
    "mae": True,
    "bias": True,
    "coverage": False,
    "total": True,
    "change": True,
    "name": False,
    "place": False,
}
PAGE: Final = 25
MOST: Final = 1_000
# A series that stands still for so many of its values is one of rare events.
RARE: Final = 0.3
# Coverage this far from what was promised, in points, is off.
OFF: Final = 10.0


@dataclass(frozen=True)
class Wanted:
    """Which rows somebody asks for: `only` is "", "below", "off" or "rare"; `after` a cursor."""

    sort: str = "skill"
    reverse: bool = False
    text: str = ""
    only: str = ""
    after: str = ""
    size: int = PAGE
    level: str = BOTTOM

    @property
    def largest_first(self) -> bool:
        """The direction in the end."""
        return SORTS[self.sort] is not self.reverse


@dataclass(frozen=True)
class Page:
    """Rows in order, and the cursor of the next page where there is one."""

    rows: list[dict[str, Any]]
    next: str | None
    count: int


@dataclass(frozen=True)
class Totals:
    """What all series come to: sums of the forecast and of the span before it, and counts."""

    series: int
    total: float | None
    last_total: float | None
    compared_total: float | None
    tested: int
    skilled: int
    below: int
    off: int
    rare: int
    median_skill: float | None
    median_mase: float | None


class Portfolio:
    """The rows in one file; `level` is the interval level, in percent, whose coverage counts."""

    def __init__(self, path: Path, level: int) -> None:
        self.table, self.level = parquet(path), level
        self.coverage = f'"coverage-{level}"'
        self._only = {
            "": "true",
            "below": "skill < 0",
            "off": f"abs({self.coverage} - {level}) > {OFF}",
            "rare": f"known > 0 AND zeros >= {RARE} * known",
        }

    def page(self, wanted: Wanted) -> Page:
        """The rows after the cursor; a cursor that makes no sense is page one."""
        where, given = self._where(wanted)
        key, order = self._order(wanted)
        cursor = _decoded(wanted.after, number=wanted.sort != "name")
        beyond, more = "true", list[Any]()
        if cursor is not None:
            sign = "<" if wanted.largest_first else ">"
            beyond = f"({key} {sign} ? OR ({key} = ? AND place > ?))"
            more = [cursor[0], cursor[0], cursor[1]]
        with connect() as connection:
            count = connection.execute(
                f"SELECT count(*) FROM {self.table} WHERE {where}",  # noqa: S608
                given,
            ).fetchone()
            found = connection.execute(
                f"SELECT *, {key} AS sorted FROM {self.table} "  # noqa: S608
                f"WHERE {where} AND {beyond} ORDER BY {order} LIMIT ?",
                [*given, *more, wanted.size + 1],
            )
            rows = _dicts(found)
        after = _encoded(rows[wanted.size - 1]) if len(rows) > wanted.size else None
        rows = [self._plain(row) for row in rows[: wanted.size]]
        return Page(rows, after, int(count[0]) if count else 0)

    def totals(self, level: str = BOTTOM) -> Totals:
        """What all series of a level come to."""
        counts = ", ".join(
            f"count(*) FILTER ({self._only[name]}) AS {name}" for name in ("below", "off", "rare")
        )
        with connect() as connection:
            found = connection.execute(
                "SELECT count(*) AS series, sum(total) AS total, "  # noqa: S608
                "sum(last_total) AS last_total, "
                "sum(total) FILTER (last_total IS NOT NULL) AS compared_total, "
                f"count(mae) AS tested, count(skill) AS skilled, {counts}, "
                "median(skill) AS median_skill, median(mase) AS median_mase "
                f"FROM {self.table} WHERE level = ?",
                [level],
            )
            (row,) = _dicts(found)
        return Totals(**row)

    def bins(self, column: str, edges: Sequence[float]) -> list[int]:
        """How many series lie between each two edges; those beyond count at the ends."""
        cuts = " ".join(f"WHEN {column} < {edge} THEN {at}" for at, edge in enumerate(edges[1:-1]))
        with connect() as connection:
            found = connection.execute(
                f"SELECT CASE {cuts} ELSE {len(edges) - 2} END, count(*) "  # noqa: S608
                f"FROM {self.table} WHERE {column} IS NOT NULL AND level = '{BOTTOM}' GROUP BY ALL"
            ).fetchall()
        counts = dict(found)
        return [int(counts.get(place, 0)) for place in range(len(edges) - 1)]

    def _where(self, wanted: Wanted) -> tuple[str, list[Any]]:
        where, given = [self._only[wanted.only], "level = ?"], list[Any]([wanted.level])
        if wanted.text:
            where.append("contains(lower(unique_id), ?)")
            given.append(wanted.text.lower())
        return " AND ".join(f"({one})" for one in where), given

    def _order(self, wanted: Wanted) -> tuple[str, str]:
        """The key that rows are sorted by, and the ORDER BY; what is unknown comes last."""
        way = "DESC" if wanted.largest_first else "ASC"
        if wanted.sort == "name":
            return "unique_id", f"unique_id {way}, place"
        column = self.coverage if wanted.sort == "coverage" else wanted.sort
        least = literal("-inf" if wanted.largest_first else "inf")
        size = f"abs({column})" if wanted.sort == "bias" else column
        key = f"coalesce(CAST({size} AS DOUBLE), {least}::DOUBLE)"
        return key, f"sorted {way}, place"

    def _plain(self, row: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name != "sorted"}
        return kept | {"coverage": row.get(f"coverage-{self.level}")}


def all_rows(path: Path) -> list[dict[str, Any]]:
    """Every row, for a file."""
    with connect() as connection:
        return _dicts(connection.execute(f"SELECT * FROM {parquet(path)} ORDER BY place"))  # noqa: S608


def _dicts(found: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _encoded(row: dict[str, Any]) -> str:
    text = json.dumps([_text(row["sorted"]), row["place"]])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else repr(float(value))


def _decoded(text: str, *, number: bool) -> tuple[Any, int] | None:
    """Key and place of the last row seen."""
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        value, place = json.loads(raw)
        return float(value) if number else str(value), int(place)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        return None
