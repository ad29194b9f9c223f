"""Press *Forecast*, Instant → first fan chart, for 17,420 × 7 and for 1,000 series × 1,000 points.

The clock runs from the click in Chromium to the painted fan. The shapes are those of the bar; the
numbers are generated, so that it runs everywhere.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import report
from benchmarks.forecast_first import imported, press
from tests.browser.stack import Stack

PRESSES: Final = 5
SEED: Final = 7
DAY: Final = 24


@dataclass(frozen=True)
class Shape:
    """One table, its bar in seconds, and whether every column is asked for."""

    name: str
    file: Path
    bar: float
    wide: bool


def main() -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        report.skipped("race_press", "chromium is not installed")
        return 0
    stack = Stack(ALMANAC_RATE_USER="100000/min").start()
    os.environ.update({**stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"})
    try:
        with tempfile.TemporaryDirectory() as folder:
            return measured(stack, chromium, shapes(Path(folder)))
    finally:
        stack.stop()


def shapes(folder: Path) -> list[Shape]:
    """The two tables as CSV."""
    wide = Shape("race_press_17420x7", folder / "wide.csv", 2.0, wide=True)
    long = Shape("race_press_1000x1000", folder / "long.csv", 5.0, wide=False)
    write_wide(wide.file, rows=17_420, columns=7)
    write_long(long.file, series=1_000, rows=1_000)
    return [wide, long]


def write_wide(file: Path, *, rows: int, columns: int) -> None:
    """Hourly columns with a day, a trend and noise."""
    values = waves(columns, rows)
    table = pd.DataFrame({f"load_{n}": values[n] for n in range(columns)})
    table.insert(0, "date", pd.date_range("2024-01-01", periods=rows, freq="h"))
    table.to_csv(file, index=False, float_format="%.3f")


def write_long(file: Path, *, series: int, rows: int) -> None:
    """Daily series one below the other."""
    days = pd.date_range("2022-01-01", periods=rows, freq="D").strftime("%Y-%m-%d").to_numpy()
    ids = np.repeat([f"shop {n:04d}" for n in range(series)], rows)
    table = pd.DataFrame({"shop": ids, "date": np.tile(days, series)})
    table["sales"] = waves(series, rows).ravel()
    table.to_csv(file, index=False, float_format="%.2f")


def waves(series: int, rows: int) -> NDArray[np.float64]:
    """(series, rows): each with a level, a season, a trend and noise of its own."""
    rng = np.random.default_rng(SEED)
    t = np.arange(rows)
    level, height, slope, phase = (
        rng.uniform(0, most, (series, 1)) for most in (200, 30, 0.02, 2 * np.pi)
    )
    season = height * np.sin(2 * np.pi * t / DAY + phase)
    waves: NDArray[np.float64] = level + season + slope * t + rng.normal(0, 4, (series, rows))
    return waves


def measured(stack: Stack, chromium: str, tables: list[Shape]) -> int:
    """Press several times on each; one press before warms up what a second user finds warm."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    from benchmarks import people  # noqa: PLC0415

    people.setup()
    _, session = people.make_person()
    # Read before Playwright's loop runs, in which Django would refuse.
    datasets = [(shape, *asked_of(shape)) for shape in tables]
    holds = True
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "almanac_session", "value": session, "url": stack.url}])
        page = context.new_page()
        for shape, dataset, targets in datasets:
            ask = f"{stack.url}/forecasts/new/?dataset={dataset}"
            press(page, ask, targets, "instant")
            took = sorted(press(page, ask, targets, "instant") for _ in range(PRESSES))
            holds &= report.row(f"{shape.name}_slowest", took[-1], "s", shape.bar)
            report.row(f"{shape.name}_middle", took[PRESSES // 2], "s")
        browser.close()
    return 0 if holds else 1


def asked_of(shape: Shape) -> tuple[Any, list[str]]:
    """The dataset's key once it is read, and the columns to ask for."""
    dataset = imported(shape.file)
    columns = [column.key for column in dataset.current_version.value_columns()]
    return dataset.pk, columns if shape.wide else []


if __name__ == "__main__":
    sys.exit(main())
