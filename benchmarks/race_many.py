"""Many series by the product's own path: import, Instant, the table of series, its pages.

`python -m benchmarks.race_many [series] [rows]` (100,000 and 100 unless said) on generated data.
Seconds of the clock and of the processor for each stage, and the most memory this process held,
which stands for the worker; the pages are read by a process of their own, which stands for the web.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from benchmarks import report
from tests.browser.stack import Stack

SERIES, ROWS, STEPS, SEED = 100_000, 100, 14, 7
GIB: Final = 2**20
PAGES: Final = 10
UNITS: Final = {"web_memory": "GiB", "rows_read": "rows"}


def main(series: int, rows: int) -> int:
    """Print every figure; 0 in the end."""
    stack = Stack(ALMANAC_RATE_USER="100000/min").start()
    os.environ.update({**stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"})
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "many.csv"
            write(file, series, rows)
            measured(file, f"race_many_{series}x{rows}")
    finally:
        stack.stop()
    return 0


def write(file: Path, series: int, rows: int) -> None:
    """Daily series, one under another: a weekly cycle with noise."""
    random = np.random.default_rng(SEED)
    days = pd.date_range("2025-01-01", periods=rows, freq="D").strftime("%Y-%m-%d").to_numpy()
    levels = random.uniform(10, 100, size=(series, 1))
    cycle = np.sin(2 * np.pi * np.arange(rows) / 7)
    values = levels * (1 + 0.3 * cycle) + random.normal(0, 3, size=(series, rows))
    ids = np.repeat([f"item {number:06d}" for number in range(series)], rows)
    table = pd.DataFrame({"item": ids, "date": np.tile(days, series), "sales": values.ravel()})
    table.to_csv(file, index=False, float_format="%.2f")


def measured(file: Path, name: str) -> None:
    """The stages one after another, as the workers run them."""
    import django  # noqa: PLC0415 -- the settings are known only now

    django.setup()
    from forecasting import instant  # noqa: PLC0415
    from tests.datasets.made import read_dataset  # noqa: PLC0415
    from tests.factories import make_user  # noqa: PLC0415
    from tests.forecasting.made import answered  # noqa: PLC0415

    instant.rehearse()
    owner = make_user("bench")
    with told(f"{name}_import"):
        dataset = read_dataset(owner, file.read_text(), name="many.csv")
    with told(f"{name}_instant"):
        task = answered(owner, dataset, horizon=STEPS)
    report.row(f"{name}_worker_memory", peak(), "GiB")
    command = [sys.executable, "-m", "benchmarks.race_many", "--pages", str(task.pk)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    for key, value in json.loads(found.stdout.splitlines()[-1]).items():
        report.row(f"{name}_{key}", value, UNITS.get(key, "s"))


def pages(task_id: str) -> None:
    """Make the table of series and read pages of it, as the web does; print what it took."""
    import django  # noqa: PLC0415

    django.setup()
    from forecasting.models import PredictionTask  # noqa: PLC0415
    from forecasting.portfolio.shown import ShownPortfolio  # noqa: PLC0415
    from forecasting.shown import ShownForecast  # noqa: PLC0415

    task = PredictionTask.objects.with_jobs().get(pk=task_id)
    began = time.perf_counter()
    page = ShownPortfolio(ShownForecast(task), {})
    after, read = page.page.next, len(page.rows)
    figures = {"first_page": time.perf_counter() - began}
    began = time.perf_counter()
    for turn in range(1, PAGES + 1):
        if after is None:
            break
        page = ShownPortfolio(ShownForecast(task), {"after": after})
        after, read = page.page.next, read + len(page.rows)
        figures["next_page"] = (time.perf_counter() - began) / turn
    figures["rows_read"] = float(read)
    print(json.dumps(figures | {"web_memory": peak()}))


@contextmanager
def told(name: str) -> Iterator[None]:
    """Print what the block took by the clock and of the processor."""
    clock, cpu = time.perf_counter(), time.process_time()
    yield
    report.row(name, time.perf_counter() - clock, "s")
    report.row(f"{name}_cpu", time.process_time() - cpu, "s")


def peak() -> float:
    """The most memory this process ever held, in GiB.

    Not that of getrusage, which a process takes over from the one that started it.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    found = next(line for line in lines if line.startswith("VmHWM:"))
    return int(found.split()[1]) / GIB


if __name__ == "__main__":
    if sys.argv[1:2] == ["--pages"]:
        pages(sys.argv[2])
        sys.exit(0)
    given = [int(text) for text in sys.argv[1:3]]
    sys.exit(main(*(given + [SERIES, ROWS][len(given) :])))
