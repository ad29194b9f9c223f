"""The fields of the What if page as changes."""

from __future__ import annotations

import math
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from forecasting.scenarios import changes
from forecasting.scenarios.changes import Change

FIELDS = ("column", "how", "value", "first", "last")
TARGET = "target_scale"
SLIDE = "slide."


def asked(said: QueryDict, target: str, horizon: int) -> list[Change]:
    """Sliders that were moved and rows of the table that hold a value. Raises ForecastProblem."""
    found: list[dict[str, Any]] = []
    for name, text in said.items():
        if name.startswith(SLIDE) and (value := number(str(text))):
            found.append({"column": name.removeprefix(SLIDE), "how": "add", "value": value})
    if percent := number(said.get(TARGET, "")):
        found.append({"column": target, "how": "scale", "value": 1 + percent / 100})
    for cells in zip(*(said.getlist(name) for name in FIELDS), strict=False):
        row = dict(zip(FIELDS, cells, strict=True))
        if row["value"].strip():
            found.append(_row(row))
    return changes.read(found, horizon)


def number(text: str) -> float:
    """What was typed; 0 where nothing was. Raises ForecastProblem."""
    if not text.strip():
        return 0.0
    try:
        value = float(text)
    except ValueError as wrong:
        raise changes.problem(gettext("%(text)s is not a number.") % {"text": text[:40]}) from wrong
    if not math.isfinite(value):
        raise changes.problem(gettext("%(text)s is not a number.") % {"text": text[:40]})
    return value


def _row(row: dict[str, str]) -> dict[str, Any]:
    value = number(row["value"])
    return {
        "column": row["column"],
        "how": row["how"],
        "value": value,
        "first": int(number(row["first"] or "1")),
        "last": int(number(row["last"] or "1")),
    }
