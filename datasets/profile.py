"""Describe a version: the facts at the top of its page and what a person should look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from datasets.building.duck import parquet
from datasets.building.readers import reader
from datasets.formats import words
from datasets.models import Column
from datasets.roles import role_of
from datasets.sniffing.columns import MAIN_NAMES
from datasets.sniffing.reading import DROP
from datasets.step_lengths import longest_step
from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import Frequency, infer

# Times looked at to find the frequency; more would not change it.
_TIMES = 100_000
_EXAMPLES = 5
Found = dict[str, Any]


def profile_of(found: Found, table: Path) -> dict[str, Any]:
    """The profile JSON of what the reading process `found` in the Parquet file `table`."""
    columns, rows = found["columns"], found["rows"]
    missing = sum(column["missing"] for column in columns.values())
    cells = rows * len(columns)
    frequency = _frequency(found, table)
    unreadable = sum(misfits["unreadable"] for misfits in found["misfits"].values())
    main = main_column(found)
    return {
        "rows": rows,
        "columns": len(columns),
        "cells": cells,
        "missing": missing,
        "missing_share": missing / cells if cells else 0.0,
        "unreadable": unreadable,
        "series_count": _series_count(found),
        "start": _iso(found["time"].get("start")),
        "end": _iso(found["time"].get("end")),
        "frequency": frequency.alias if frequency else "",
        "frequency_label": frequency.label if frequency else "",
        "step_seconds": frequency.step_seconds if frequency else None,
        "main_column": main,
        "spark": columns[main]["stats"].get("spark", []) if main else [],
        "time_zone": "UTC" if found["time"].get("zoned") or found.get("zone") else "",
        # In which the file was written; shown beside UTC.
        "zone": found.get("zone", {}).get("zone", ""),
        "series": found["series"]["listed"],
        "longest_series": found["series"].get("longest", rows),
        "shortest_series": found["series"].get("shortest", rows),
        "sorted_by_us": found["sorted"],
        "findings": list(_findings(found, frequency)),
        "reading": found["reading"],
    }


def kept_columns(found: Found) -> list[Found]:
    """The columns of the file that a person did not leave out, in file order."""
    return [column for column in found["reading"]["columns"] if column.get("role") != DROP]


def main_column(found: Found) -> str:
    """The number column a first forecast is about: by name, else the first; "" without any."""
    numbers = [
        column
        for column in kept_columns(found)
        if found["columns"][column["key"]]["type"] in {"integer", "float"}
        and role_of(found, column) == Column.Role.TARGET
    ]
    named = [column for column in numbers if column["name"].strip().lower() in MAIN_NAMES]
    return str((named or numbers)[0]["key"]) if numbers else ""


def column_rows(found: Found) -> Iterator[dict[str, Any]]:
    """Fields of the Column rows, in file order."""
    for position, column in enumerate(kept_columns(found), 1):
        key = column["key"]
        described, misfits = found["columns"][key], found["misfits"].get(key, {})
        stats = dict(described["stats"])
        if misfits.get("examples"):
            examples = misfits["examples"][:_EXAMPLES]
            stats["examples"] = [{"row": row, "text": text} for row, text in examples]
        yield {
            "position": position,
            "name": column["name"],
            "key": key,
            "type": described["type"],
            "role": role_of(found, column),
            "missing": described["missing"],
            "unreadable": misfits.get("unreadable", 0),
            "stats": stats,
        }


def _series_count(found: Found) -> int:
    if found["series_column"]:
        return int(found["series"]["count"])
    return sum(column["type"] in {"integer", "float"} for column in found["columns"].values())


def _iso(text: str | None) -> str:
    return text.replace(" ", "T") if text else ""


def _frequency(found: Found, table: Path) -> Frequency | None:
    """The frequency of the longest series; None when its times follow none."""
    if not found["time"]:
        return None
    try:
        return infer(_times(found, table))
    except (EngineError, pd.errors.OutOfBoundsDatetime):
        return None


def _times(found: Found, table: Path) -> pd.DatetimeIndex:
    time, series = found["reading"]["time_column"], found["series_column"]
    where, values = f"{time} IS NOT NULL", []
    if series:
        where += f" AND CAST({series} AS VARCHAR) = ?"
        values = [found["series"]["longest_id"]]
    with reader() as connection:
        arrays = connection.execute(
            f"SELECT {time} AS t FROM {parquet(table)} WHERE {where} LIMIT {_TIMES}",  # noqa: S608
            values,
        ).fetchnumpy()
    return pd.DatetimeIndex(np.asarray(arrays["t"]).astype("datetime64[us]")).as_unit("ns")


def _finding(
    code: str, *, column: str = "", count: int = 0, severity: str = "info", **params: Any
) -> dict[str, Any]:
    return {
        "code": code,
        "column": column,
        "count": count,
        "severity": severity,
        "params": params,
    }


_WARNINGS = frozenset(
    {
        "renamed",
        "day_order_ambiguous",
        "mixed_as_text",
        "short_rows",
        "header_assumed",
        "left_out",
        "left_out_cells",
        "merged",
        "sorted",
    }
)


def _findings(found: Found, frequency: Frequency | None) -> Iterator[dict[str, Any]]:
    yield from _time_findings(found, frequency)
    failing = {column["key"]: column.get("failing") for column in found["reading"]["columns"]}
    for key, misfits in found["misfits"].items():
        # Rows that were left out for it have a finding of their own.
        if failing.get(key) != "leave_out":
            yield from _misfit_findings(key, misfits)
    for key, column in found["columns"].items():
        yield from _column_findings(found, key, column)
    for note in found["notes"]:
        severity = "warn" if note["code"] in _WARNINGS | words.WARNINGS else "info"
        yield _finding(
            note["code"],
            column=note["column"],
            count=note["count"],
            severity=severity,
            **note["params"],
        )


def _misfit_findings(key: str, misfits: dict[str, Any]) -> Iterator[dict[str, Any]]:
    examples = [list(example) for example in misfits["examples"][:_EXAMPLES]]
    if misfits["unreadable"]:
        yield _finding(
            "unreadable",
            column=key,
            count=misfits["unreadable"],
            severity="warn",
            examples=examples,
            infinite=misfits["infinite"],
        )
    if misfits["words"]:
        words = list(misfits["words"])
        yield _finding("missing_words", column=key, count=misfits["missing_words"], words=words)


def _column_findings(found: Found, key: str, column: dict[str, Any]) -> Iterator[dict[str, Any]]:
    stats = column["stats"]
    if column["type"] == "empty":
        yield _finding("empty_column", column=key, severity="warn")
    elif column["type"] in {"integer", "float"}:
        if stats["min"] == stats["max"] and found["rows"] > 1:
            yield _finding("constant", column=key, severity="warn", value=stats["min"])
        filled = found["rows"] - column["missing"]
        if column["missing"] and filled:
            yield _finding("missing", column=key, count=column["missing"], rows=found["rows"])


def _time_findings(found: Found, frequency: Frequency | None) -> Iterator[dict[str, Any]]:
    time, key = found["time"], found["reading"]["time_column"]
    if not time:
        yield _finding("no_time", severity="bad")
        return
    if time["repeated"]:
        yield _finding(
            "repeated_times",
            column=key,
            count=time["repeated"],
            severity="bad",
            examples=[[series, at] for series, _, at, _ in time["repeated_at"]],
        )
    if time["missing"]:
        yield _finding("rows_without_time", column=key, count=time["missing"], severity="warn")
    if found.get("zone"):
        yield from _zone_findings(key, found["zone"])
    if time["zoned"] and not found.get("zone"):
        mixed = found["rows"] - time["missing"] - time["zoned"]
        severity = "warn" if mixed else "info"
        yield _finding("zones", column=key, count=time["zoned"], severity=severity, naive=mixed)
    if time["steps"] and frequency is None:
        yield _finding("irregular", column=key, severity="bad", steps=len(time["steps"]))
    if frequency is not None:
        yield from _gap_findings(found, frequency)


def _zone_findings(key: str, zone: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield _finding("zone_applied", column=key, zone=zone["zone"])
    if zone["changes"]:
        yield _finding("clock_changes", column=key, count=zone["changes"], **zone)
    if zone["skipped"]:
        yield _finding("clock_skipped", column=key, count=zone["skipped"], severity="warn")


def _gap_findings(found: Found, frequency: Frequency) -> Iterator[dict[str, Any]]:
    """Steps longer than the frequency are gaps, shorter ones stand between the ticks."""
    time, key = found["time"], found["reading"]["time_column"]
    usual = longest_step(frequency)
    gaps = sum(count for step, count in time["steps"] if step > usual)
    if gaps:
        # A little less than a step is tolerated: months and summer time differ in length.
        absent = sum(
            count * (round(step / 1e6 / frequency.step_seconds) - 1)
            for step, count in time["steps"]
            if step > usual
        )
        yield _finding(
            "gaps",
            column=key,
            count=gaps,
            severity="warn",
            absent=absent,
            examples=[
                [series, start, end] for series, start, end, step in time["longest"] if step > usual
            ],
        )
    between = sum(
        count for step, count in time["steps"] if step < 0.75 * frequency.step_seconds * 1e6
    )
    if between:
        yield _finding("off_grid", column=key, count=between, severity="warn")
