"""One row for every time."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.building.finish import FROM, ZONED
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step, require_time
from datasets.repairs.work import NUMBER, Outcome, Place, Work, WorkColumn

HOW = (
    ("mean", _("mean")),
    ("sum", _("sum")),
    ("first", _("first")),
    ("last", _("last")),
    ("min", _("smallest")),
    ("max", _("largest")),
)
_PICKED = {"first": "arg_min({key}, rowid)", "last": "arg_max({key}, rowid)"}
_COMPUTED = {"mean": "avg({key})", "sum": "sum({key})", "min": "min({key})", "max": "max({key})"}


def merged(column: WorkColumn, how: str) -> str:
    """SQL that makes one cell of several; words cannot be added, so the first stays."""
    if how in _COMPUTED and column.kind == NUMBER:
        return _COMPUTED[how].format(key=column.key)
    return _PICKED["last" if how == "last" else "first"].format(key=column.key)


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Merge the rows of one series that share their time."""
    require_time(work)
    keys = [key for key in (work.series, work.time) if key]
    by = ", ".join(keys)
    before = work.rows
    doubles = (
        f"SELECT {by} FROM {work.table} WHERE {work.time} IS NOT NULL "  # noqa: S608
        f"GROUP BY {by} HAVING count(*) > 1"
    )
    (count,) = work.row(f"SELECT count(*) FROM ({doubles})")  # noqa: S608
    if not count:
        return Outcome()
    same = " AND ".join(f"t.{key} IS NOT DISTINCT FROM d.{key}" for key in keys)
    chosen = [
        column.key if column.key in keys else f"{merged(column, settings['how'])} AS {column.key}"
        for column in work.columns
    ]
    names = ", ".join(column.key for column in work.columns)
    lineage = "max" if settings["how"] == "last" else "min"
    work.do(f"CREATE TABLE doubles AS {doubles}")
    work.become(
        f"SELECT * FROM (SELECT {names}, {ZONED}, {FROM} FROM {{table}} t WHERE NOT EXISTS "  # noqa: S608
        f"(FROM doubles d WHERE {same}) UNION ALL SELECT {', '.join(chosen)}, bool_or({ZONED}), "
        f"{lineage}({FROM}) FROM (SELECT t.rowid, t.* FROM {{table}} t SEMI JOIN doubles d "
        f"ON {same}) GROUP BY {by}) ORDER BY {work.order}"
    )
    places = _places(work, keys)
    work.do("DROP TABLE doubles")
    return Outcome(places=places).add(rows_merged=before - work.rows)


def _places(work: Work, keys: list[str]) -> list[Place]:
    same = " AND ".join(f"t.{key} IS NOT DISTINCT FROM d.{key}" for key in keys)
    name = f"CAST(t.{work.series} AS VARCHAR)" if work.series else "''"
    rows = work.connection.execute(
        f"SELECT {name}, t.rowid FROM {work.table} t SEMI JOIN doubles d ON {same} "  # noqa: S608
        f"ORDER BY t.rowid LIMIT 20"
    ).fetchall()
    return [Place("", series, int(row), int(row)) for series, row in rows]


def _summary(settings: dict[str, Any]) -> str:
    how = dict(HOW)[settings.get("how") or "mean"]
    return gettext("same time: %(how)s") % {"how": how}


STEP = Step(
    "deduplicate",
    _("Merge duplicates"),
    run,
    (Setting("how", "choice", _("Keep the"), "mean", HOW),),
    summary=_summary,
)
