"""Anomalies as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

from datasets.clock import AS_STORED, Clock
from forecasting.models import Anomaly

COLUMNS: Final = (
    "series", "kind", "start", "end", "peak", "rows", "value", "expected", "lower_99", "upper_99",
    "deviation", "usual_deviations", "p_value", "counts", "label", "note", "labelled_by",
)  # fmt: skip
# What a spreadsheet would run.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(rows: Iterable[Anomaly]) -> str:
    """One line an anomaly, times on the clock of the dataset's zone with their offset."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_safe(cell) for cell in _line(row)])
    return text.getvalue()


def _line(row: Anomaly) -> list[Any]:
    version = row.watch.version
    clock = version.clock if version is not None else AS_STORED
    return [
        row.series, row.kind, *(_time(one, clock) for one in (row.start, row.end, row.peak_at)),
        row.rows, row.value, row.expected, row.lower, row.upper, row.size, row.times_usual, row.p,
        "yes" if row.counts else "no", row.label, row.note,
        row.labelled_by.username if row.labelled_by else "",
    ]  # fmt: skip


def _time(moment: Any, clock: Clock) -> str:
    return clock.iso(moment.replace(tzinfo=None))


def _safe(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return "" if cell is None else cell
