"""A new column by a formula over others."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from datasets.building.finish import FROM
from datasets.problems import DatasetProblem
from datasets.repairs.formula import compile_formula
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step
from datasets.repairs.work import NUMBER, Outcome, Work


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Rows where the formula has no value (a division by zero) get a missing cell."""
    names = {column.name: column.key for column in work.columns if column.kind == NUMBER}
    sql = compile_formula(settings["formula"] or "", names)
    name = settings["name"] or settings["formula"][:60]
    if name in {column.name for column in work.columns}:
        raise DatasetProblem(
            str(_("There is a column %s already. Give the new one another name.")) % name,
            code="bad_setting",
            field="name",
        )
    key = work.add_column(name, NUMBER, "past")
    work.become(
        f"SELECT * EXCLUDE (_made), CASE WHEN isfinite(_made) THEN _made END AS {key} "  # noqa: S608
        f"FROM (SELECT *, CAST({sql} AS DOUBLE) AS _made FROM {{table}})"
    )
    (empty,) = work.row(f"SELECT count(*) - count({key}) FROM {work.table} WHERE {FROM} >= 0")  # noqa: S608
    return Outcome().add(columns_added=1, values_without=int(empty))


STEP = Step(
    "expression",
    _("Formula"),
    run,
    (
        Setting("name", "text", _("New column")),
        Setting("formula", "text", _("Formula"),
                hint=_("such as load_mw / [wind mw] * 100; functions: abs, sqrt, log, exp, round, "
                       "min, max, if, coalesce")),
    ),
    "derive",
    lambda settings: f"{settings.get('name') or ''} = {settings.get('formula') or ''}"[:80],
)  # fmt: skip
