"""The quality report of a version: every check, once, as plain JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from datasets.building.duck import connect
from datasets.quality.finding import Found
from datasets.quality.registry import CHECKS, codes
from datasets.quality.subject import Facts, Subject
from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import Frequency

_ORDER = {"bad": 0, "warn": 1, "info": 2}
# Stretches of outliers whose rows a report keeps.
_MOST_MARKED = 20_000
Report = dict[str, Any]


def report(
    table: Path,
    *,
    profile: dict[str, Any],
    columns: Iterable[dict[str, Any]],
    keys: tuple[str, str],
    scratch: Path | None = None,
    on_share: Callable[[float], None] = lambda share: None,
) -> Report:
    """Check the rows of the Parquet file `table`.

    `columns` are fields of Column rows, `keys` the time and the series column. `right` is the
    share of cells that are as they should be: of all that should be there, those that are
    present, stand once and are no outliers.
    """
    started = time.monotonic()
    with connect(scratch=scratch) as connection:
        subject = Subject(
            connection=connection,
            table=table,
            rows=int(profile["rows"]),
            columns=[_facts(column) for column in columns],
            time=keys[0],
            series=keys[1],
            frequency=_frequency(profile),
            profile=dict(profile),
        )
        found = sorted(_checked(subject, on_share), key=lambda one: _ORDER[one["severity"]])
    _shorten(found)
    hit = {one["code"] for one in found}
    return {
        "findings": found,
        "clean": [code for code in codes() if code not in hit],
        "checks": len(codes()),
        "cells": subject.rows * len(subject.columns),
        "right": _right(subject, found),
        "seconds": round(time.monotonic() - started, 3),
        "sampled": subject.sampled,
    }


def _facts(column: dict[str, Any]) -> Facts:
    wanted = ("key", "name", "type", "role", "missing", "stats")
    return Facts(**{name: column[name] for name in wanted})


def _frequency(profile: dict[str, Any]) -> Frequency | None:
    try:
        return Frequency.parse(profile["frequency"]) if profile.get("frequency") else None
    except EngineError:
        return None


def _checked(subject: Subject, on_share: Callable[[float], None]) -> Iterator[Found]:
    for check in CHECKS:
        if check.table is not None:
            yield from check.table(subject)
    yield from _checked_values(subject, on_share)


def _checked_values(subject: Subject, on_share: Callable[[float], None]) -> Iterator[Found]:
    """All columns of a stretch of rows, then the next stretch; what was found column by column."""
    columns = [column for column in subject.values if column.stats.get("min") is not None]
    looks = [
        [check.values(subject, column) for check in CHECKS if check.values is not None]
        for column in columns
    ]
    stretches = subject.stretches if columns else []
    for number, stretch in enumerate(stretches):
        for place, pieces in enumerate(subject.pieces(stretch, columns)):
            done = number + place / len(columns)
            on_share(0.2 + 0.8 * done / len(stretches))
            for piece in pieces:
                for look in looks[place]:
                    look.look(piece)
    for column_looks in looks:
        for look in column_looks:
            yield from look.tell()


def _shorten(found: list[Found]) -> None:
    """Keep fewer rows of each column in a table of many, or the report would outgrow the page."""
    marked = [one["params"] for one in found if "rows" in one["params"]]
    each = max(_MOST_MARKED // max(len(marked), 1), 1)
    for params in marked:
        del params["rows"][each:]


def _right(subject: Subject, found: list[Found]) -> float:
    """Absent rows count once a value column; rows too many count all their cells."""
    values = max(len(subject.values), 1)
    weights = {
        "gaps": values,
        "duplicates_equal": len(subject.columns),
        "duplicates_different": len(subject.columns),
        "missing": 1,
        "outliers": 1,
    }
    wrong = sum(one["count"] * weights.get(one["code"], 0) for one in found)
    absent = sum(one["count"] * values for one in found if one["code"] == "gaps")
    should = subject.rows * len(subject.columns) + absent
    return max(0.0, 1 - wrong / should) if should else 1.0
