"""Kept scenarios of one series beside each other, for programs and as a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext

from accounts.problems import Problem
from forecasting.models import PredictionTask, Scenario

FACTS: Final = ("total", "base_total", "total_change", "peak", "peak_at", "base_peak")
LINES: Final = ("base", "mean", "difference")
COLUMNS: Final = ("scenario", "model", "series", "ds", *LINES)


def chosen(task: PredictionTask, series: str, ids: Sequence[str] = ()) -> list[Scenario]:
    """Those of this series that are named; all without names. Raises Problem for one that is not
    there.
    """
    rows = list(Scenario.objects.filter(task=task, series=series).for_list())
    if not ids:
        return rows
    there = {str(row.pk): row for row in rows}
    lacking = [key for key in ids if _plain(key) not in there]
    if lacking:
        raise Problem(
            gettext(
                "This forecast has no scenario %(id)s of the series %(series)s. Leave id out to "
                "compare all of it."
            )
            % {"id": lacking[0][:40], "series": series},
            code="unknown_scenario",
            field="id",
        )
    wanted = {_plain(key) for key in ids}
    return [row for key, row in there.items() if key in wanted]


def table(series: str, rows: Sequence[Scenario]) -> dict[str, Any]:
    """As JSON."""
    return {
        "series": series,
        "ds": rows[0].answer["ds"] if rows else [],
        "scenarios": [
            {"id": str(row.pk), "name": row.name, "model": row.model, "changes": row.changes}
            | {name: row.answer[name] for name in (*FACTS, "peak_change", *LINES)}
            for row in rows
        ],
    }


def file(task: PredictionTask, rows: Sequence[Scenario]) -> HttpResponse:
    """As CSV: one row per scenario and time."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="scenarios-{task.pk}.csv"'
    written = csv.writer(answer)
    written.writerow(COLUMNS)
    for row in rows:
        lines = (row.answer[name] for name in ("ds", *LINES))
        head = [_safe(row.name), row.model, _safe(row.series)]
        written.writerows([*head, *cells] for cells in zip(*lines, strict=True))
    return answer


def _safe(text: str) -> str:
    """A name that a spreadsheet would run as a formula is text."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def _plain(key: str) -> str:
    try:
        return str(UUID(key))
    except ValueError:
        return key
