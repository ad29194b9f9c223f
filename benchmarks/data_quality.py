"""Quality reports and recipes: 26,293 rows and 7 columns, then 5 million rows and 10 columns.

One JSON object a line: {"name", "value", "unit", "bar", "holds"}. Each thing runs in a process of
its own; times are of the work alone, memory is the most the process held.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.report import ROOT, row

SMALL, LARGE = (26_293, 7), (5_000_000, 10)
MOST_BYTES = 1024**3


def main(large: tuple[int, int] = LARGE) -> bool:
    """Measure everything; answers whether all bars hold."""
    holds = True
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _run("make", SMALL, place)
        report, recipe = (min(_run(what, SMALL, place)[0] for _ in range(3))
                          for what in ("report", "recipe"))  # fmt: skip
        row("data_quality_26k_report_seconds", report, "s")
        holds &= row("data_quality_26k_repair_preview_seconds", recipe, "s", 1.0)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        _run("make", large, place)
        for what in ("report", "recipe"):
            seconds, peak = _run(what, large, place)
            name = f"data_quality_{large[0] // 1_000_000}m_{what}"
            row(f"{name}_seconds", seconds, "s")
            holds &= row(f"{name}_memory", peak / 1024**2, "MiB", MOST_BYTES / 1024**2)
    return holds


def _run(what: str, size: tuple[int, int], folder: Path) -> tuple[float, int]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.quality_worker",
        what,
        *map(str, size),
        str(folder),
    ]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    said = json.loads(done.stdout.strip().splitlines()[-1])
    return float(said["seconds"]), int(said["peak"])


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
