"""Steps about whole columns: their name, their role, their type, whether they stay."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.models import Column
from datasets.problems import DatasetProblem
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step
from datasets.repairs.work import NUMBER, TEXT, TIME, Outcome, Work

ROLES = tuple((role.value, role.label) for role in Column.Role)
TYPES = ((NUMBER, _("number")), (TIME, _("date and time")), (TEXT, _("text")))


def rename(work: Work, settings: dict[str, Any]) -> Outcome:
    """Keys stay, so results that used the column still find it."""
    names = settings["names"] or {}
    kept = {column.name for column in work.columns if column.key not in names}
    for key, name in names.items():
        if name in kept:
            raise DatasetProblem(
                gettext("There is a column %s already. Choose another name.") % name,
                code="bad_setting",
                field="names",
            )
        kept.add(name)
        work.change(key, name=name)
    return Outcome().add(columns_renamed=len(names))


def give_role(work: Work, settings: dict[str, Any]) -> Outcome:
    """Time and series are one column each; whoever had that role before is ignored then."""
    keys, role = _some(settings), settings["role"]
    if role in {"time", "series"} and len(keys) > 1:
        raise DatasetProblem(
            gettext("Only one column can be the %s.") % dict(ROLES)[role],
            code="bad_setting",
            field="columns",
        )
    for key in keys:
        _require_fit(work, key, role)
        for other in work.columns:
            if other.role == role and role in {"time", "series"}:
                work.change(other.key, role="ignore")
        work.change(key, role=role)
    _settle(work)
    return Outcome().add(columns_changed=len(keys))


def _require_fit(work: Work, key: str, role: str) -> None:
    column = work.column(key)
    wanted = {"time": {TIME}, "target": {NUMBER}, "series": {TEXT, NUMBER}}.get(role)
    if wanted and column.kind not in wanted:
        raise DatasetProblem(
            gettext("%(name)s cannot be the %(role)s: it holds another kind of cells.")
            % {"name": column.name, "role": dict(ROLES)[role]},
            code="bad_setting",
            field="role",
        )


def _settle(work: Work) -> None:
    """Find time and series again, and order the rows by them."""
    roles = {column.role: column.key for column in work.columns}
    was = (work.time, work.series)
    work.time, work.series = roles.get("time", ""), roles.get("series", "")
    if (work.time, work.series) != was:
        work.frequency = None
        if work.series and work.column(work.series).kind == NUMBER:
            key = work.series
            work.become(f"SELECT * REPLACE ({_as_text(key, NUMBER)} AS {key}) FROM {{table}}")  # noqa: S608
            work.change(key, kind=TEXT)
        work.become(f"SELECT * FROM {{table}} ORDER BY {work.order}")  # noqa: S608


def drop(work: Work, settings: dict[str, Any]) -> Outcome:
    """At least one column must stay."""
    keys = _some(settings)
    if len(keys) >= len(work.columns):
        raise DatasetProblem(
            gettext("One column must stay. Drop fewer."), code="bad_setting", field="columns"
        )
    work.drop(keys)
    _settle(work)
    return Outcome().add(columns_removed=len(keys))


def retype(work: Work, settings: dict[str, Any]) -> Outcome:
    """Cells that do not fit the new type become missing, and are counted."""
    outcome, kind = Outcome(), settings["type"]
    for key in _some(settings):
        if work.column(key).kind == kind:
            continue
        made = _READ[kind](key, work.column(key).kind)
        (lost,) = work.row(f"SELECT count({key}) - count({made}) FROM {work.table}")  # noqa: S608
        work.become(f"SELECT * REPLACE ({made} AS {key}) FROM {{table}}")  # noqa: S608
        role = work.column(key).role
        role = (
            role if role == "personal" else {NUMBER: "target", TIME: "ignore"}.get(kind, "ignore")
        )
        work.change(key, kind=kind, role=role)
        outcome.add(columns_changed=1, values_emptied=int(lost))
    _settle(work)
    return outcome


def _as_number(key: str, kind: str) -> str:
    if kind == TIME:
        return f"epoch_us({key}) / 1e6"
    text = f"regexp_replace(CAST({key} AS VARCHAR), '[\\s%€$£¥]', '', 'g')"
    comma = f"regexp_replace(replace({text}, '.', ''), ',', '.')"
    point = f"replace({text}, ',', '')"
    decimal = f"regexp_matches({text}, ',\\d{{1,2}}$') AND NOT regexp_matches({text}, '\\.\\d+$')"
    made = f"try_cast(CASE WHEN {decimal} THEN {comma} ELSE {point} END AS DOUBLE)"
    return f"CASE WHEN isfinite({made}) THEN {made} END"


def _as_time(key: str, kind: str) -> str:
    if kind != NUMBER:
        return f"try_cast({key} AS TIMESTAMP)"
    whole = f"CAST(CAST({key} AS BIGINT) AS VARCHAR)"
    compact = f"try_strptime({whole}, '%Y%m%d')"
    return (
        f"CASE WHEN {key} BETWEEN 19000101 AND 21001231 THEN {compact} "
        f"WHEN {key} BETWEEN 1e8 AND 1e10 THEN make_timestamp(CAST({key} * 1e6 AS BIGINT)) "
        f"WHEN {key} BETWEEN 1e11 AND 1e13 THEN make_timestamp(CAST({key} * 1e3 AS BIGINT)) END"
    )


def _as_text(key: str, kind: str) -> str:
    if kind != NUMBER:
        return f"CAST({key} AS VARCHAR)"
    whole = f"{key} = round({key}) AND abs({key}) < 1e15"
    text = f"CAST(CAST({key} AS BIGINT) AS VARCHAR)"
    return f"CASE WHEN {whole} THEN {text} ELSE CAST({key} AS VARCHAR) END"


_READ = {NUMBER: _as_number, TIME: _as_time, TEXT: _as_text}


def _some(settings: dict[str, Any]) -> list[str]:
    keys: list[str] = settings["columns"] or []
    if not keys:
        raise DatasetProblem(
            gettext("Choose at least one column."), code="bad_setting", field="columns"
        )
    return keys


_COLUMNS = Setting("columns", "columns", _("Columns"), of="any")
RENAME = Step(
    "rename", _("Rename columns"), rename,
    (Setting("names", "names", _("New names"), of="any"),), "columns",
    lambda settings: ", ".join(list((settings.get("names") or {}).values())[:4]),
)  # fmt: skip
ROLE = Step(
    "role", _("Change the role"), give_role,
    (_COLUMNS, Setting("role", "choice", _("Role"), "ignore", ROLES)), "columns",
    lambda settings: str(dict(ROLES).get(settings.get("role") or "ignore", "")),
)  # fmt: skip
DROP = Step("drop", _("Drop columns"), drop, (_COLUMNS,), "columns")
RETYPE = Step(
    "retype", _("Change the type"), retype,
    (_COLUMNS, Setting("type", "choice", _("To"), NUMBER, TYPES)), "columns",
    lambda settings: str(dict(TYPES).get(settings.get("type") or NUMBER, "")),
)  # fmt: skip
