"""What the worker does with one file, without the database: sniff, read, profile.

`python -m benchmarks.ingest_worker file.csv`, the process that `datasets_ingest` watches.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import django


def main(source: Path) -> None:
    """Read `source` the way `datasets.ingest` does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    # Django must be set up before its apps are imported.
    from datasets.building.build import DATA, Request  # noqa: PLC0415
    from datasets.profile import profile_of  # noqa: PLC0415
    from datasets.receiving.reading_process import run_reading  # noqa: PLC0415
    from datasets.sniffing.sniff import HEAD_BYTES, sniff  # noqa: PLC0415

    began = time.perf_counter()
    with source.open("rb") as file:
        reading = sniff(file.read(HEAD_BYTES), complete=False)
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        results = Path(folder, "results")
        results.mkdir()
        found = run_reading(
            Request(source, results, reading),
            folder=Path(folder),
            on_progress=lambda _progress: None,
            should_stop=lambda: False,
        )
        profile = profile_of(found, results / DATA)
        print(time.perf_counter() - began)
    assert profile["rows"] == found["rows"]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
