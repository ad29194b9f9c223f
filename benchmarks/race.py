"""All figures about forecasts as a product, one part after another, within fifteen minutes.

Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import sys

from benchmarks.parts import run_all

PARTS = (
    "race_press",
    "race_balanced",
    "race_serving",
    "race_whatif",
    "race_windows",
    "race_anomalies",
    "race_many",
)

if __name__ == "__main__":
    sys.exit(run_all(PARTS))
