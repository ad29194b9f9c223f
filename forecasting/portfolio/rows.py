"""Rows of a portfolio by the page: sorted, searched and filtered without reading the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from datasets.building.duck import parquet
from datasets.building.readers import reader
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.portfolio import cursors, reasons

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
    "group": False,
    "best": False,
    "why": False,
    "place": False,
}
# Those that sort by letters, and the columns behind them.
TEXTS: Final = {"name": "unique_id", "group": '"group"', "best": "best", "why": "why"}
PAGE: Final = 25
MOST: Final = 1_000
# Coverage this far from what was promised, in points, is off.
OFF: Final = 10.0
ALIKE: Final = 3
LEAST_ALIKE: Final = 0.7


@dataclass(frozen=True)
class Wanted:
    """Which rows somebody asks for.

    `only` is "", "below", "off", "rare" or "stood_in"; `best` names the model that was closest,
    `group` the total they are in; `after` and `before` are cursors. An empty `level` is any.
    """

    sort: str = "skill"
    reverse: bool = False
    text: str = ""
    only: str = ""
    best: str = ""
    group: str = ""
    after: str = ""
    before: str = ""
    size: int = PAGE
    level: str = BOTTOM

    @property
    def largest_first(self) -> bool:
        """The direction in the end."""
        return SORTS[self.sort] is not self.reverse

    @property
    def is_filtered(self) -> bool:
        """Are any rows of the level left out?"""
        return bool(self.text or self.only or self.best or self.group)


@dataclass(frozen=True)
class Page:
    """Rows in order, how many there are in all, and the cursors of the pages on both sides, None
    where there is none.
    """

    rows: list[dict[str, Any]]
    next: str | None
    count: int
    previous: str | None = None


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
    stood_in: int
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
            "rare": reasons.rare_sql(),
            "stood_in": "stood_in IS NOT NULL",
        }

    def page(self, wanted: Wanted) -> Page:
        """The rows beyond the cursor; a cursor that makes no sense is page one."""
        where, given = self._where(wanted)
        backwards = cursors.decoded(wanted.before, number=wanted.sort not in TEXTS)
        cursor = backwards or cursors.decoded(wanted.after, number=wanted.sort not in TEXTS)
        with reader() as connection:
            count = connection.execute(
                f"SELECT count(*) FROM {self.table} WHERE {where}",  # noqa: S608
                given,
            ).fetchone()
            found = self._beyond(connection, wanted, cursor, is_back=backwards is not None)
        more = len(found) > wanted.size
        rows = found[: wanted.size]
        if backwards is not None:
            rows.reverse()
        has_next, has_previous = more, cursor is not None
        if backwards is not None:
            has_next, has_previous = True, more
        return Page(
            rows=[self._plain(row) for row in rows],
            next=cursors.encoded(rows[-1]) if rows and has_next else None,
            count=int(count[0]) if count else 0,
            previous=cursors.encoded(rows[0]) if rows and has_previous else None,
        )

    def _beyond(
        self,
        connection: duckdb.DuckDBPyConnection,
        wanted: Wanted,
        cursor: cursors.Cursor | None,
        *,
        is_back: bool,
    ) -> list[dict[str, Any]]:
        """A page and one row more, those nearest to the cursor first.

        Only what decides the order is read of all rows, and the others of those that are shown.
        """
        where, given = self._where(wanted)
        key, falls = self._key(wanted), wanted.largest_first is not is_back
        if cursor is not None:
            test, more = _past(key, cursor, falls=falls, is_back=is_back)
            where, given = f"{where} AND ({test})", [*given, *more]
        way, nulls = ("DESC" if falls else "ASC"), ("FIRST" if is_back else "LAST")
        later = "DESC" if is_back else "ASC"
        found = connection.execute(
            f"SELECT rows.*, chosen.sorted FROM (SELECT file_row_number AS at, {key} AS sorted, "  # noqa: S608
            f"place FROM {self._numbered} WHERE {where} "
            f"ORDER BY {key} {way} NULLS {nulls}, place {later} LIMIT ?) AS chosen "
            f"JOIN {self._numbered} AS rows ON rows.file_row_number = chosen.at "
            f"ORDER BY chosen.sorted {way} NULLS {nulls}, chosen.place {later}",
            [*given, wanted.size + 1],
        )
        return _dicts(found)

    def totals(self, wanted: Wanted | None = None) -> Totals:
        """What the series that are asked for come to; all single ones without asking."""
        counts = ", ".join(
            f"count(*) FILTER ({self._only[name]}) AS {name}" for name in self._only if name
        )
        where, given = self._where(wanted or Wanted())
        with reader() as connection:
            found = connection.execute(
                "SELECT count(*) AS series, sum(total) AS total, "  # noqa: S608
                "sum(last_total) AS last_total, "
                "sum(total) FILTER (last_total IS NOT NULL) AS compared_total, "
                f"count(mae) AS tested, count(skill) AS skilled, {counts}, "
                "median(skill) AS median_skill, median(mase) AS median_mase "
                f"FROM {self.table} WHERE {where}",
                given,
            )
            (row,) = _dicts(found)
        return Totals(**row)

    def bests(self) -> list[tuple[str, int]]:
        """On how many single series each model was closest, the most frequent first."""
        with reader() as connection:
            found = connection.execute(
                f"SELECT best, count(*) AS n FROM {self.table} WHERE best IS NOT NULL "  # noqa: S608
                "AND level = ? GROUP BY best ORDER BY n DESC, best",
                [BOTTOM],
            ).fetchall()
        return [(str(name), int(count)) for name, count in found]

    def alike(self, text: str, level: str) -> list[str]:
        """Names that come close to a text that none holds, the closest first."""
        score = "jaro_winkler_similarity(lower(unique_id), ?)"
        with reader() as connection:
            found = connection.execute(
                f"SELECT unique_id FROM {self.table} WHERE level = ? AND {score} >= ? "  # noqa: S608
                f"ORDER BY {score} DESC, place LIMIT ?",
                [level, text.lower(), LEAST_ALIKE, text.lower(), ALIKE],
            ).fetchall()
        return [str(name) for (name,) in found]

    def every(self, wanted: Wanted) -> list[dict[str, Any]]:
        """All rows that are asked for, in their order, for a file."""
        where, given = self._where(wanted)
        way = "DESC" if wanted.largest_first else "ASC"
        with reader() as connection:
            found = connection.execute(
                f"SELECT * FROM {self.table} WHERE {where} "  # noqa: S608
                f"ORDER BY {self._key(wanted)} {way} NULLS LAST, place",
                given,
            )
            return _dicts(found)

    @property
    def blank(self) -> dict[str, Any]:
        """A row in which nothing is known."""
        with reader() as connection:
            found = connection.execute(f"SELECT * FROM {self.table} LIMIT 0")  # noqa: S608
            return dict.fromkeys(column[0] for column in found.description or ())

    def labels(self, wanted: Wanted, most: int) -> list[str]:
        """Names of the rows that are asked for, in the order of the answer."""
        where, given = self._where(wanted)
        with reader() as connection:
            found = connection.execute(
                f"SELECT unique_id FROM {self.table} WHERE {where} ORDER BY place LIMIT ?",  # noqa: S608
                [*given, most],
            ).fetchall()
        return [str(name) for (name,) in found]

    def bins(self, column: str, edges: Sequence[float]) -> list[int]:
        """How many series lie between each two edges; those beyond count at the ends."""
        cuts = " ".join(f"WHEN {column} < {edge} THEN {at}" for at, edge in enumerate(edges[1:-1]))
        with reader() as connection:
            found = connection.execute(
                f"SELECT CASE {cuts} ELSE {len(edges) - 2} END, count(*) "  # noqa: S608
                f"FROM {self.table} WHERE {column} IS NOT NULL AND level = '{BOTTOM}' GROUP BY ALL"
            ).fetchall()
        counts = dict(found)
        return [int(counts.get(place, 0)) for place in range(len(edges) - 1)]

    @property
    def _numbered(self) -> str:
        return self.table.removesuffix(")") + ", file_row_number=true)"

    def _where(self, wanted: Wanted) -> tuple[str, list[Any]]:
        where, given = [self._only[wanted.only]], list[Any]()
        if wanted.text:
            where.append("contains(lower(unique_id), ?)")
            given.append(wanted.text.lower())
        for column, value in (("level", wanted.level), ("best", wanted.best)):
            if value:
                where.append(f"{column} = ?")
                given.append(value)
        if wanted.group:
            where.append('"group" = ?')
            given.append(wanted.group)
        return " AND ".join(f"({one})" for one in where), given

    def _key(self, wanted: Wanted) -> str:
        """What rows are sorted by."""
        if wanted.sort in TEXTS:
            return TEXTS[wanted.sort]
        column = self.coverage if wanted.sort == "coverage" else wanted.sort
        return f"abs({column})" if wanted.sort == "bias" else column

    def _plain(self, row: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name not in _OF_THE_QUERY}
        return kept | {"coverage": row.get(f"coverage-{self.level}")}


def _past(key: str, cursor: cursors.Cursor, *, falls: bool, is_back: bool) -> tuple[str, list[Any]]:
    """The rows on the far side of a cursor; what is unknown comes last, and first on the way back.

    No function stands around the key, so that parts of the file without such rows are not read.
    """
    value, place = cursor
    sign, past = ("<" if falls else ">"), ("<" if is_back else ">")
    if value is None:
        known = f"{key} IS NOT NULL OR " if is_back else ""
        return f"{known}({key} IS NULL AND place {past} ?)", [place]
    unknown = "" if is_back else f" OR {key} IS NULL"
    return f"{key} {sign} ? OR ({key} = ? AND place {past} ?){unknown}", [value, value, place]


_OF_THE_QUERY: Final = frozenset({"sorted", "file_row_number"})


def _dicts(found: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
