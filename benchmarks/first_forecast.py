"""`make bench-first-forecast`: every figure of the first forecast, one JSON object a line.

Each part is a program of its own, so that the memory and the imports of one do not colour the next.
"""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks import report

PARTS = (
    "benchmarks.engine_ridge",
    "benchmarks.nets_loop",
    "benchmarks.datasets_ingest",
    "benchmarks.jobs_bell",
    "benchmarks.jobs_worker_loss",
    "benchmarks.pages",
    "benchmarks.forecast_first",
)
LIMIT = 15 * 60


def main() -> int:
    started = time.monotonic()
    failed = 0
    for part in PARTS:
        left = LIMIT - (time.monotonic() - started)
        begun = time.monotonic()
        try:
            done = subprocess.run(
                [sys.executable, "-m", part], cwd=report.ROOT, timeout=left, check=False
            )
        except subprocess.TimeoutExpired:
            report.skipped(part, "the 15 minutes were used up")
            failed += 1
            continue
        failed += done.returncode != 0
        report.row(f"{part}: time taken", round(time.monotonic() - begun, 1), "s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
