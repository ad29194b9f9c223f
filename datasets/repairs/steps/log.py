"""The logarithm of a column."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from datasets.repairs.setting import Setting
from datasets.repairs.step import VALUE_COLUMNS, Step, chosen
from datasets.repairs.work import NUMBER, Outcome, Work

FORMS = (("log", _("log(x)")), ("log1p", _("log(1 + x)")))


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Numbers without a logarithm give a missing cell and are counted."""
    made, without = {}, 0
    for key in chosen(work, settings["columns"]):
        values = work.numbers(key)
        shown = values + (1 if settings["form"] == "log1p" else 0)
        found = np.full(len(values), np.nan)
        fits = shown > 0
        found[fits] = np.log(shown[fits])
        without += int((~np.isnan(values) & np.isnan(found)).sum())
        name = f"{settings['form']} {work.column(key).name}"
        made[work.add_column(name, NUMBER, "past")] = found
    if made:
        work.put(made)
    return Outcome().add(columns_added=len(made), values_without=without)


STEP = Step(
    "log",
    _("Logarithm"),
    run,
    (
        Setting("form", "choice", _("As"), "log", FORMS),
        VALUE_COLUMNS,
    ),
    "derive",
    lambda settings: str(dict(FORMS)[settings.get("form") or "log"]),
)
