"""The grid over 5 million rows: a page as stored, sorted, filtered, found; and rows appended.

Answers about a version are kept; every page here is the first of its kind, so nothing is. Memory
is that of a process which does nothing else. A page that was asked for before is given as well.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import report
from tests.browser.stack import Stack

ROWS = 5_000_000
ADDED = 1_000
_MAKE = """
    COPY (SELECT TIMESTAMP '2000-01-01' + i * INTERVAL 1 MINUTE AS c1,
        ((i * 7919) % 1000003)::DOUBLE AS c2, sin(i / 1440.0) * 100 AS c3,
        'group ' || (i % 50) AS c4, 'station ' || ((i * 31) % 99991) AS c5,
        (i % 17)::DOUBLE AS c6, cos(i / 77.0) AS c7, (i % 24)::DOUBLE AS c8,
        i % 3 = 0 AS c9, sqrt(i) AS c10 FROM range({}) t(i))
    TO '{}' (FORMAT parquet, COMPRESSION zstd)
"""


def main() -> int:
    """Measure and print; 0 as no figure here has a bar."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "rows.parquet")
        with duckdb.connect() as connection:
            connection.execute(_MAKE.format(ROWS, source))
        stack = Stack().start()
        os.environ.update({**stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"})
        try:
            version = seed(source)
            pages(version)
            append(version)
        finally:
            stack.stop()
    return 0


def seed(source: Path) -> Any:
    """A dataset of these rows; its version."""
    from benchmarks import people  # noqa: PLC0415

    people.setup()
    # Django must be set up before its apps are imported.
    from datasets.versioning.versions import NewColumn, create_dataset_from  # noqa: PLC0415

    person, _session = people.make_person()
    columns = [NewColumn(f"c{number}", f"c{number}") for number in range(1, 11)]
    return create_dataset_from(person, "rows", source, columns).current_version


def pages(version: Any) -> None:
    """The middle of everything is as deep as a page can lie: both ends are near."""
    from datasets.grid import rows  # noqa: PLC0415
    from datasets.grid.filters import Filter  # noqa: PLC0415

    middle = ROWS // 200
    under = (Filter.parse("c3:lt:-50"),)
    asked: dict[str, dict[str, Any]] = {
        "unsorted_deep": {"number": middle},
        "sorted_first": {"sort": "c2"},
        "sorted_deep": {"sort": "c2", "number": middle},
        "sorted_deep_text": {"sort": "-c5", "number": middle},
        "filtered": {"filters": under},
        "filtered_sorted_deep": {"filters": under, "sort": "c2", "number": middle // 6},
        "found_text": {"text": "station 4711"},
        "found_number": {"text": "4711"},
    }
    for name, question in asked.items():
        report.row(f"data_grid_5m_{name}", clock(partial(rows.page, version, **question)), "ms")
    again = asked["sorted_deep"]
    report.row("data_grid_5m_sorted_deep_again", clock(lambda: rows.page(version, **again)), "ms")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.row("data_grid_5m_memory", memory, "MiB")


def append(version: Any) -> None:
    """Rows after the last, as a file, until the version stands."""
    from datasets.versioning import appending  # noqa: PLC0415

    lines = [",".join(f"c{number}" for number in range(1, 11))]
    for minute in range(ADDED):
        day, rest = divmod(minute, 1440)
        moment = f"2020-01-{day + 1:02d} {rest // 60:02d}:{rest % 60:02d}:00"
        lines.append(f"{moment},1,2,group 1,station 1,3,4,5,true,6")
    text = "\n".join(lines).encode()
    arrived = appending.keep(version.dataset, name="more.csv", content=[text])
    run = Alone(dataset=str(version.dataset_id), same="ask", **arrived.to_dict())
    took = clock(lambda: appending.append(run))
    report.row(f"data_append_{ADDED}_to_5m", took / 1000, "s")


class Alone:
    """A job that nobody watches."""

    def __init__(self, **arguments: Any) -> None:
        self.arguments = arguments

    def report(
        self, fraction: float, message: str = "", eta: float | None = None, **detail: Any
    ) -> None:
        """Nobody hears it."""

    def should_stop(self) -> bool:
        """Nobody asks for the end."""
        return False

    def raise_if_cancelled(self) -> None:
        """Nobody cancels."""

    def fence(self) -> None:
        """No other attempt."""


def clock(work: Callable[[], object]) -> float:
    """Milliseconds that `work` takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
