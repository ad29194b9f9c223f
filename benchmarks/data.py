"""All figures about data, one part after another, within fifteen minutes.

Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import sys

from benchmarks.parts import run_all

PARTS = ("data_formats", "data_upload", "data_quality", "data_sql", "data_grid")

if __name__ == "__main__":
    sys.exit(run_all(PARTS))
