"""Cells that a person typed anew."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from datasets.building.finish import FROM
from datasets.cells.values import read_edit
from datasets.models import Column
from datasets.problems import DatasetProblem
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step
from datasets.repairs.work import BOOLEAN, NUMBER, SQL_TYPES, TIME, Outcome, Place, Work


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Rows are those of the version that the recipe started from, counted from 1."""
    outcome = Outcome()
    by_column: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for cell in settings["cells"] or []:
        by_column[cell["column"]].append((cell["row"] - 1, _value(work, cell)))
    for key, cells in by_column.items():
        outcome.add(cells_edited=_edit(work, key, dict(cells)))
        first = min(row for row, _ in cells)
        outcome.places.append(Place(key, "", first, first))
    if work.time in by_column or work.series in by_column:
        work.become(f"SELECT * FROM {{table}} ORDER BY {work.order}")  # noqa: S608
    return outcome


def _edit(work: Work, key: str, cells: dict[int, Any]) -> int:
    kind = SQL_TYPES[work.column(key).kind]
    listed = ", ".join(str(row) for row in cells)
    (known,) = work.row(f"SELECT count(*) FROM {work.table} WHERE {FROM} IN ({listed})")  # noqa: S608
    if known < len(cells):
        raise DatasetProblem(
            gettext("Row %(row)s is not there at this step.") % {"row": f"{max(cells) + 1:,}"},
            code="no_row",
            field="cells",
        )
    cases = " ".join(f"WHEN {row} THEN CAST(? AS {kind})" for row in cells)
    work.become(
        f"SELECT * REPLACE (CASE {FROM} {cases} ELSE {key} END AS {key}) FROM {{table}}",  # noqa: S608
        list(cells.values()),
    )
    return int(known)


def _value(work: Work, cell: dict[str, Any]) -> Any:
    """The cell as its column holds it; None or nothing empties it."""
    column, given = work.column(cell["column"]), cell["value"]
    if given is None or given == "":
        return None
    types = {NUMBER: "float", BOOLEAN: "boolean", TIME: "datetime"}
    return read_edit(Column(name=column.name, type=types.get(column.kind, "text")), str(given))


def _summary(settings: dict[str, Any]) -> str:
    count = len(settings.get("cells") or [])
    return ngettext("%(count)s cell", "%(count)s cells", count) % {"count": f"{count:,}"}


STEP = Step(
    "edit",
    _("Edit cells"),
    run,
    (Setting("cells", "cells", _("Cells"), of="any"),),
    "columns",
    _summary,
    is_repeatable=False,
)
