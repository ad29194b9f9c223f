"""Every network fitted in several processes on ETTh1: one seed, the same numbers to the last bit.

Default sizes, seven channels of 2,000 hours, 48 steps. Arguments: names of networks (all without).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import Final

from benchmarks.engine_data import named
from benchmarks.nets_memory import nets
from benchmarks.report import row, skipped
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create

ROWS, HORIZON = 2_000, 48
SHORT: Final = {"epochs": 2, "epoch_windows": 512}


def digest(name: str, panel: Panel, seed: int) -> str:
    """Of the forecast and of its intervals."""
    found = create(name, seed=seed, **SHORT).fit(panel, horizon=HORIZON).predict()
    bands = [band[level] for band in (found.lower, found.upper) for level in sorted(band)]
    return hashlib.sha256(b"".join(part.tobytes() for part in (found.mean, *bands))).hexdigest()


def elsewhere(names: list[str], seed: int) -> dict[str, str]:
    """The digests a new process finds."""
    command = [sys.executable, "-m", "benchmarks.nets_seeds", "--child", str(seed), *names]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return dict(zip(names, done.stdout.split()[-len(names) :], strict=True))


def main() -> None:
    """Two processes with one seed agree; one with another seed shows that the seed counts."""
    read = named("etth1").read()
    if read is None:
        skipped("nets_seeds", "the public data are not here")
        return
    if sys.argv[1:2] == ["--child"]:
        panel = read[0].window(0, ROWS)
        print(*(digest(name, panel, int(sys.argv[2])) for name in sys.argv[3:]))
        return
    names = sys.argv[1:] or nets()
    first, again, other = (elsewhere(names, seed) for seed in (0, 0, 1))
    for name in names:
        row(
            f"{name}_same_seed_same_numbers",
            int(first[name] == again[name]),
            "",
            1.0,
            better="higher",
        )
        row(f"{name}_other_seed_other_numbers", int(first[name] != other[name]), "")


if __name__ == "__main__":
    main()
