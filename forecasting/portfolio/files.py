"""The rows of a portfolio as a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext

from accounts.problems import Problem
from forecasting import exports, stood_in
from forecasting.portfolio import rows, summary
from forecasting.shown import ShownForecast

KINDS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


def as_file(shown: ShownForecast, kind: str) -> HttpResponse:
    """The download of all rows as csv or json. Raises Problem for anything else."""
    if kind not in KINDS:
        raise Problem(
            gettext("There is no such file. Ask for csv or json."), code="bad_kind", field="as"
        )
    assert shown.chosen is not None
    path = summary.path_of(shown.task, shown.chosen, shown.yardstick)
    table = [plain(shown, row) for row in rows.all_rows(path)]
    text = json.dumps({**exports.about(shown), "results": table}, indent=1)
    name = exports.file_name(shown.task, "series", kind)
    return exports.download(_csv(table) if kind == "csv" else text, KINDS[kind], name)


def plain(shown: ShownForecast, row: dict[str, Any]) -> dict[str, Any]:
    """A row under the names that programs read, times on the clock of the dataset."""
    first: datetime = row["first"]
    kept = {"series": row["unique_id"], "first": shown.task.version.clock.iso_text(str(first))}
    left_out = {"unique_id", "first", "place", "coverage", "stood_in"}
    kept |= {name: value for name, value in row.items() if name not in left_out}
    return kept | {"stood_in": stood_in.said(why) if (why := row["stood_in"]) else None}


def _csv(table: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(table[0]))
    writer.writeheader()
    writer.writerows({name: exports.safe(value) for name, value in row.items()} for row in table)
    return text.getvalue()
