"""The rows of a portfolio as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.utils.translation import gettext

from accounts.problems import Problem
from forecasting import exports, stood_in
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.portfolio import asked
from forecasting.portfolio.listed import ListedSeries
from forecasting.shown import ShownForecast

KINDS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_OTHERWISE: Final = frozenset({"unique_id", "first", "place", "coverage", "stood_in"})


def as_file(shown: ShownForecast, given: Mapping[str, Any], kind: str) -> HttpResponse:
    """The rows that an address asks for as csv or json, those of all levels where it names none.

    Raises Problem for another kind of file.
    """
    if kind not in KINDS:
        raise Problem(
            gettext("There is no such file. Ask for csv or json."), code="bad_kind", field="as"
        )
    series = ListedSeries(shown, given)
    rows = asked.wanted(given, series.level_names, usual_sort="place", usual_level="")
    table = [plain(series, row) for row in series.portfolio.every(rows)]
    missing = stood_in.left_out(series.chosen)
    if kind == "csv":
        blank = plain(series, series.portfolio.blank)
        if rows.level in {"", BOTTOM} and not rows.is_filtered:
            table += [blank | _missing(name, why) for name, why in missing.items()]
        text = _csv(table, list(blank))
    else:
        content = exports.about(shown) | {"left_out": missing, "results": table}
        text = json.dumps(content, indent=1)
    return exports.download(text, KINDS[kind], exports.file_name(shown.task, "series", kind))


def plain(series: ListedSeries, row: dict[str, Any]) -> dict[str, Any]:
    """A row under the names that programs read, times on the clock of the dataset; `why` is a code
    and `reason` its sentence.
    """
    first: datetime | None = row["first"]
    clock = series.task.version.clock
    kept = {"series": row["unique_id"], "first": clock.iso_text(str(first)) if first else None}
    kept |= {name: value for name, value in row.items() if name not in _OTHERWISE}
    why = row["stood_in"]
    return kept | {
        "stood_in": stood_in.said(why) if why else None,
        "reason": series.words.of(row) or None,
    }


def _missing(name: str, why: str) -> dict[str, Any]:
    """A row of a series without a forecast."""
    return {"series": name, "level": BOTTOM, "why": "left_out", "reason": why}


def _csv(table: list[dict[str, Any]], names: list[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=names)
    writer.writeheader()
    writer.writerows({name: exports.safe(value) for name, value in row.items()} for row in table)
    return text.getvalue()
