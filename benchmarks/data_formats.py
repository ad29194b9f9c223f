"""Files in and out: time beside DuckDB's own and pandas', and the memory of a worker.

One JSON object a line: {"name", "value", "unit", "bar", "holds"}; peers have no bar. Ingest is
everything from the file to sorted, typed, checked Parquet; the profile is timed apart. Nothing
else should run on the machine meanwhile.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.datasets_ingest import DUCKDB, Figure, best, figure, make_csv

ROWS = 5_000_000
MOST_TIMES, MOST_BYTES = 1.5, 1024**3

_OURS = """
import sys, tempfile, time
from pathlib import Path
from datasets.building.arrange import arrange
from datasets.building.build import DATA
from datasets.building.duck import connect
from datasets.building.opening import Asked, open_source
from datasets.building.type_rows import type_rows
quiet = lambda **progress: None
with tempfile.TemporaryDirectory() as folder:
    inner, scratch = Path(folder, "results"), Path(folder, "scratch")
    inner.mkdir(), scratch.mkdir()
    began = time.perf_counter()
    connection = connect(scratch=scratch)
    opened = open_source(Path(sys.argv[1]), inner, None, Asked(), quiet)
    converted, _, plan = type_rows(connection, opened, inner, quiet)
    arrange(connection, plan, converted, inner / DATA, lambda: None)
    print(time.perf_counter() - began)
"""
_PROFILE = """
import sys, tempfile, time
from pathlib import Path
from datasets.building.build import Request, build
steps = {}
def say(**progress):
    steps.setdefault(progress["step"], time.perf_counter())
with tempfile.TemporaryDirectory() as folder:
    build(Request(Path(sys.argv[1]), Path(folder), None), say)
    print(time.perf_counter() - steps["describing"])
"""
_PANDAS = """
import pandas, sys, time
began = time.perf_counter()
frame = getattr(pandas, f"read_{sys.argv[3]}")(sys.argv[1])
frame.to_parquet(sys.argv[2], compression="zstd")
print(time.perf_counter() - began)
"""
_WRITE = """
import sys, time
from pathlib import Path
from datasets.formats.registry import FORMATS
from datasets.formats.table import DATETIME, FLOAT, Field, Table
fields = (Field("ts", "ts", DATETIME, "ts"),) + tuple(
    Field(f"v{k}", f"v{k}", FLOAT, f"v{k}") for k in range(1, 10)
)
table = Table(Path(sys.argv[1]), fields, int(sys.argv[4]), time="ts")
began = time.perf_counter()
FORMATS[sys.argv[3]].write(table, Path(sys.argv[2]), {}, lambda share: None)
print(time.perf_counter() - began)
"""


def measure(folder: Path, rows: int = ROWS) -> Iterator[Figure]:
    """Make the files in `folder` and yield the figures."""
    source = folder / "large.csv"
    make_csv(source, rows)
    peer = folder / "peer.parquet"
    yield from _ingest(source, peer, "csv")
    yield from _ingest(peer, folder / "again.parquet", "parquet")
    seconds, _ = best(_python(_PROFILE, source), runs=1)
    yield figure("data_profile_5m_seconds", seconds, "s")
    yield from _written(peer, folder, rows)


def _ingest(source: Path, target: Path, kind: str) -> Iterator[Figure]:
    ours, our_bytes = best(_python(_OURS, source))
    theirs, _ = best(_python(DUCKDB, source, target, kind))
    pandas, pandas_bytes = best(_python(_PANDAS, source, target.with_suffix(".pd"), kind), runs=1)
    name = f"data_ingest_{kind}_5m"
    times = ours / theirs
    yield figure(f"{name}_seconds", ours, "s")
    yield figure(f"{name}_duckdb_seconds", theirs, "s")
    yield figure(f"{name}_pandas_seconds", pandas, "s")
    if kind == "csv":
        yield figure(f"{name}_times_duckdb", times, "x", MOST_TIMES, holds=times <= MOST_TIMES)
    else:
        yield figure(f"{name}_times_duckdb", times, "x")
    yield figure(
        f"{name}_memory",
        our_bytes / 1024**2,
        "MiB",
        MOST_BYTES / 1024**2,
        holds=our_bytes <= MOST_BYTES,
    )
    yield figure(f"{name}_pandas_memory", pandas_bytes / 1024**2, "MiB")


def _written(source: Path, folder: Path, rows: int) -> Iterator[Figure]:
    """Conversion of all rows to text and Parquet; a sheet has fewer."""
    for kind in ("csv", "json", "parquet", "tfb"):
        command = _python(_WRITE, source, folder / f"out.{kind}", kind, str(rows))
        seconds, size = best(command, runs=1)
        yield figure(f"data_convert_5m_to_{kind}_seconds", seconds, "s")
        yield figure(
            f"data_convert_5m_to_{kind}_memory",
            size / 1024**2,
            "MiB",
            MOST_BYTES / 1024**2,
            holds=size <= MOST_BYTES,
        )


def _python(code: str, *given: object) -> list[str]:
    return [sys.executable, "-c", code, *map(str, given)]


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        for line in measure(Path(folder)):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
