"""All figures of the engine, each part in a process of its own; `--full` adds the long ones."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.engine_data import SETS
from benchmarks.engine_peers import PEERS

QUICK_SERIES, ALL_SERIES = 10_000, 100_000


def parts(full: bool) -> list[list[str]]:
    """Module and arguments of every part."""
    found = [["engine_scale", "import"]]
    found += [["engine_accuracy", one.name, "balanced"] for one in SETS]
    found += [["engine_accuracy", n, p] for n in ("etth1", "ettm1") for p in ("fast", "instant")]
    found += [["engine_intervals", one.name] for one in SETS]
    found += [["engine_m4"]]
    found += [["engine_peers", peer] for peer in PEERS]
    found += [["engine_scale", "tall", str(ALL_SERIES if full else QUICK_SERIES)]]
    if full:
        found += [["engine_scale", "wide"]]
        found += [["engine_accuracy", one.name, "thorough"] for one in SETS]
    return found


def main() -> int:
    """1 when a part ended badly; a bar that does not hold is said in its row."""
    # One thread for each call of the linear algebra; the stack shares its channels over the cores.
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    failed = 0
    for module, *arguments in parts("--full" in sys.argv[1:]):
        command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
        failed |= subprocess.run(command, env=environment, check=False).returncode
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main())
