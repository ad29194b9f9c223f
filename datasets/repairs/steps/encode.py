"""Words as numbers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.building.duck import literal
from datasets.problems import DatasetProblem
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step
from datasets.repairs.work import NUMBER, Outcome, Work

METHODS = (("one_hot", _("A column for each word")), ("ordinal", _("One number for each word")))
_MOST = 50


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Words in order of the alphabet; a missing cell stays missing."""
    key = settings["column"]
    if not key:
        raise DatasetProblem(
            gettext("Choose the column to encode."), code="bad_setting", field="column"
        )
    column = work.column(key)
    if column.role == "personal":
        raise DatasetProblem(
            gettext("%s holds personal data, which stay hidden. Choose another column.")
            % column.name,
            code="bad_setting",
            field="column",
        )
    if settings["method"] == "ordinal":
        return _ordinal(work, key)
    return _one_hot(work, key)


def _ordinal(work: Work, key: str) -> Outcome:
    new = work.add_column(f"{work.column(key).name} code", NUMBER, "past")
    work.become(
        f"SELECT * EXCLUDE (_row, _rank), CASE WHEN {key} IS NOT NULL THEN "  # noqa: S608
        f"CAST(_rank AS DOUBLE) END AS {new} FROM (SELECT *, rowid AS _row, "
        f"dense_rank() OVER (ORDER BY {key}) - 1 AS _rank FROM {{table}}) ORDER BY _row"
    )
    return Outcome().add(columns_added=1)


def _one_hot(work: Work, key: str) -> Outcome:
    name = work.column(key).name
    rows = work.connection.execute(
        f"SELECT DISTINCT {key} FROM {work.table} WHERE {key} IS NOT NULL "  # noqa: S608
        f"ORDER BY 1 LIMIT {_MOST + 1}"
    ).fetchall()
    words = [row[0] for row in rows]
    if len(words) > _MOST:
        raise DatasetProblem(
            gettext("%(name)s has more than %(most)s different words. Use one number for each.")
            % {"name": name, "most": _MOST},
            code="too_many_words",
            field="method",
        )
    keys = [work.add_column(f"{name} {word}"[:200], NUMBER, "past") for word in words]
    flags = ", ".join(
        f"CASE WHEN {key} IS NOT NULL THEN CAST({key} = {literal(word)} AS DOUBLE) END AS {new}"
        for new, word in zip(keys, words, strict=True)
    )
    if keys:
        work.become(f"SELECT *, {flags} FROM {{table}}")  # noqa: S608
    return Outcome().add(columns_added=len(keys))


STEP = Step(
    "encode",
    _("Encode words"),
    run,
    (
        Setting("column", "column", _("Column"), of="text"),
        Setting("method", "choice", _("As"), "one_hot", METHODS),
    ),
    "derive",
    lambda settings: str(dict(METHODS)[settings.get("method") or "one_hot"]).lower(),
)
