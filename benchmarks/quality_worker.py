"""One measured thing of `data_quality`, in a process of its own, so that its memory is its own.

`python -m benchmarks.quality_worker make|report|recipe ROWS COLUMNS FOLDER` prints one JSON line.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import django

_STEPS: list[dict[str, Any]] = [
    {"step": "sort", "settings": {}, "on": True},
    {"step": "deduplicate", "settings": {"how": "mean"}, "on": True},
    {"step": "fill", "settings": {"method": "seasonal"}, "on": True},
    {"step": "outliers", "settings": {}, "on": True},
    {"step": "calendar", "settings": {"feature": "is_weekend"}, "on": True},
]


def main(what: str, rows: int, columns: int, folder: Path) -> None:
    """Do one thing and say how long it took and what memory it needed at most."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    began = time.perf_counter()
    seconds = {"make": _make, "report": _report, "recipe": _recipe}[what](rows, columns, folder)
    # Kilobytes on Linux.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds or time.perf_counter() - began, "peak": peak}))


def _make(rows: int, columns: int, folder: Path) -> float:
    """Write typed rows with gaps, a doubled row, missing values and outliers; describe them."""
    # Django must be set up before its apps are imported.
    from datasets.building.finish import Plan, finish  # noqa: PLC0415
    from datasets.profile import column_rows, profile_of  # noqa: PLC0415

    step = "1 HOUR" if rows < 1_000_000 else "1 MINUTE"
    values = ", ".join(
        f"CASE WHEN i BETWEEN {1000 * k} AND {1000 * k + 8} THEN NULL WHEN i = {rows - 50 * k} "
        f"THEN 9999.0 ELSE round(1000 + 300 * sin(i * 2 * pi() / 24) + 40 * random(), 2) "
        f"END AS c{k}"
        for k in range(2, columns + 1)
    )
    source = folder / "rows.parquet"
    _duck(  # nothing here comes from people
        f"SELECT setseed(0.5); COPY (SELECT TIMESTAMP '2015-01-01' + i * INTERVAL {step} AS c1, "  # noqa: S608
        f"{values} FROM range({rows}) t(i) WHERE i NOT BETWEEN 500 AND 508) "
        f"TO '{source}' (FORMAT parquet)"
    )
    names = {f"c{k}": f"value {k}" for k in range(1, columns + 1)}
    results = folder / "results"
    results.mkdir()
    found = finish(Plan(source, results, names, "c1", ""), lambda share: None)
    profile = profile_of(found, results / "data.parquet")
    kept = {"found": found, "profile": profile, "columns": list(column_rows(found))}
    (folder / "found.json").write_text(json.dumps(kept), encoding="utf-8")
    return 0.0


def _duck(sql: str) -> None:
    import duckdb  # noqa: PLC0415

    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(sql)


def _report(rows: int, columns: int, folder: Path) -> float:
    """The report of the rows that were made."""
    from datasets.quality.reports import report_on  # noqa: PLC0415

    kept = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    table = folder / "results" / "data.parquet"
    began = time.perf_counter()
    report = report_on(kept["found"], kept["profile"], kept["columns"], table)
    seconds = time.perf_counter() - began
    codes = {found["code"] for found in report["findings"]}
    if not {"gaps", "missing", "outliers"} <= codes:
        raise SystemExit(f"the report missed what was hidden: {codes}")
    return seconds


def _recipe(rows: int, columns: int, folder: Path) -> float:
    """Five steps, as a preview runs them; the place of the filling before and after."""
    from datasets.building.duck import connect  # noqa: PLC0415
    from datasets.repairs.recipe import MEMORY, run_recipe, write  # noqa: PLC0415
    from datasets.repairs.work import Work, WorkColumn, load  # noqa: PLC0415
    from forecasting.engine.frequency import Frequency  # noqa: PLC0415

    kept = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    listed = [WorkColumn("c1", "time", "datetime", "time")]
    listed += [WorkColumn(f"c{k}", f"value {k}", "number", "target") for k in range(2, columns + 1)]
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    began = time.perf_counter()
    with connect(scratch=scratch, memory=MEMORY) as connection:
        frequency = Frequency.parse(kept["profile"]["frequency"])
        work = Work(connection, listed, "c1", "", frequency, next_key=columns + 1)
        load(work, folder / "results" / "data.parquet", {"_zoned"})
        done = run_recipe(work, _STEPS)
        if rows >= 1_000_000:
            write(work, folder)
    if not any(one.outcome.counts.get("values_filled") for one in done):
        raise SystemExit("nothing was filled")
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
