"""CSV of 5 million rows and 10 columns: memory of the worker, and time beside DuckDB's own.

One JSON object a line: {"name", "value", "unit", "bar", "holds"}. The file is made first; nothing
else should run on the machine meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
ROWS = 5_000_000
MOST_BYTES = 1024**3
MOST_TIMES = 3.0
Figure = dict[str, Any]

# DuckDB's own way from a file of the kind `argv[3]` to Parquet.
DUCKDB = """
import duckdb, sys, time
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
began = time.perf_counter()
connection.execute(
    f"COPY (SELECT * FROM read_{sys.argv[3]}('{sys.argv[1]}')) TO '{sys.argv[2]}' "
    "(FORMAT parquet, COMPRESSION zstd)"
)
print(time.perf_counter() - began)
"""
_MAKE = """
import duckdb, sys
columns = ", ".join(
    f"round(sin(i / {k * 7}.0) * {k * 100} + random() * {k}, 4) AS v{k}" for k in range(1, 10)
)
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
connection.execute(
    "COPY (SELECT strftime(TIMESTAMP '2000-01-01' + i * INTERVAL 1 MINUTE, '%Y-%m-%d %H:%M:%S') "
    f"AS ts, {columns} FROM range({sys.argv[2]}) t(i)) TO '{sys.argv[1]}' (HEADER)"
)
"""


def measure(folder: Path, rows: int = ROWS, runs: int = 3) -> Iterator[Figure]:
    """Make the file in `folder`, let both read it, and yield the figures."""
    source = folder / "large.csv"
    make_csv(source, rows)
    peer, peer_bytes = best(
        [sys.executable, "-c", DUCKDB, str(source), str(folder / "peer.parquet"), "csv"], runs
    )
    ours, our_bytes = best([sys.executable, "-m", "benchmarks.ingest_worker", str(source)], runs)
    name = "data_ingest_whole_5m"
    yield figure(f"{name}_seconds", ours, "s")
    yield figure(f"{name}_duckdb_seconds", peer, "s")
    yield figure(f"{name}_duckdb_memory", peer_bytes / 1024**2, "MiB")
    times = ours / peer
    yield figure(f"{name}_times_duckdb", times, "x", MOST_TIMES, holds=times <= MOST_TIMES)
    most = MOST_BYTES / 1024**2
    held = our_bytes <= MOST_BYTES
    yield figure(f"{name}_memory", our_bytes / 1024**2, "MiB", most, holds=held)


def make_csv(path: Path, rows: int) -> None:
    """Write a CSV of a time and nine numbers a row."""
    _run([sys.executable, "-c", _MAKE, str(path), str(rows)])


def figure(
    name: str, value: float, unit: str, bar: float | None = None, *, holds: bool | None = None
) -> Figure:
    """One line of the report; information has no bar."""
    return {"name": name, "value": round(value, 3), "unit": unit, "bar": bar, "holds": holds}


def best(command: list[str], runs: int = 3) -> tuple[float, int]:
    """(least seconds, most bytes resident in the process and its children) of some runs."""
    measured = [_run(command) for _ in range(runs)]
    return min(seconds for seconds, _ in measured), max(size for _, size in measured)


def _run(command: list[str]) -> tuple[float, int]:
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    peak = _Peak(process.pid)
    said, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{command[1:3]} failed")
    # Both say how long the work took, without the start of their interpreter.
    seconds = float(said) if said.strip() else time.perf_counter() - began
    return seconds, peak.stop()


class _Peak:
    """Watches what a process and its children hold in memory, every 20 ms."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._most = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self._most = max(self._most, self._now())

    def _now(self) -> int:
        try:
            family = [self._process, *self._process.children(recursive=True)]
            # PSS: pages that both share count once.
            return sum(member.memory_full_info().pss for member in family)
        except psutil.Error:
            return 0

    def stop(self) -> int:
        """The most bytes seen."""
        self._done.set()
        self._thread.join()
        return self._most


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for line in measure(Path(folder)):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
