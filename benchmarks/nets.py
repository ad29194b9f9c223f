"""All figures of the networks, each part in a process of its own; `--full` adds the long ones.

Without it everything fits into fifteen minutes of an idle machine with two cores. The long ones end
with the race, in which networks meet all other models.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from benchmarks.report import row

# A budget this short still holds five epochs of every network.
SHORT_BUDGET = "4"
FULL_BUDGET = "30"
# One network of each kind: gates, segments, attention.
KINDS = ("lstm", "segrnn", "patchtst")


def parts(full: bool) -> list[list[str]]:
    """Module and arguments of every part."""
    found = [["nets_throughput"], ["nets_loop"], ["nets_seeds"]]
    found += [["nets_memory", *(() if full else KINDS)]]
    found += [["nets_plan", FULL_BUDGET if full else SHORT_BUDGET]]
    if full:
        found += [["nets_accuracy"], ["engine_race"]]
    return found


def main() -> int:
    """1 when a part ended badly; a bar that does not hold is said in its row."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    failed = 0
    for module, *arguments in parts("--full" in sys.argv[1:]):
        began = time.monotonic()
        command = [sys.executable, "-m", f"benchmarks.{module}", *arguments]
        failed |= subprocess.run(command, env=environment, check=False).returncode
        row(f"{module}: time taken", round(time.monotonic() - began, 1), "s")
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main())
