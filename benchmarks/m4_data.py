"""The public M4 files: ragged series by frequency, and Naive2 as the organisers ran it."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from forecasting.engine.benchmark_metrics import GroupScore, owa
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.scaled_metrics import naive_scales

# Times in nanoseconds reach from 1678 to 2262; some yearly series claim 800 years.
MOST_YEARS: Final = 500


@dataclass(frozen=True)
class Group:
    """How M4 scores one frequency: ``horizon`` steps, MASE over ``season`` steps."""

    name: str
    frequency: str
    horizon: int
    season: int


GROUPS: Final = {
    "Yearly": Group("Yearly", "YS", 6, 1),
    "Quarterly": Group("Quarterly", "QS", 8, 4),
    "Monthly": Group("Monthly", "MS", 18, 12),
    "Weekly": Group("Weekly", "W", 13, 1),
    "Daily": Group("Daily", "D", 14, 1),
    "Hourly": Group("Hourly", "h", 48, 24),
}


@dataclass(frozen=True, eq=False)
class M4:
    """Training rows, what came after them ``[N, H]``, and Naive2's forecasts ``[N, H]``."""

    group: Group
    training: dict[str, Floats]
    actual: Floats
    naive2: Floats

    @staticmethod
    def read(name: str) -> M4 | None:
        """The group ``name``; None where its files are absent."""
        folder, group = data_folder() / "m4", GROUPS[name]
        paths = [folder / f"{name}-train.csv", folder / f"{name}-train.csv.gz"]
        present = [path for path in paths if path.exists()]
        others = [folder / f"{name}-test.csv", folder / f"Naive2-{name}.csv"]
        if not present or not all(path.exists() for path in others):
            return None
        training = dict(_rows(present[0]))
        actual, naive2 = (dict(_rows(path)) for path in others)
        steps = group.horizon
        return M4(
            group,
            training,
            np.stack([actual[key][:steps] for key in training]),
            np.stack([naive2[key][:steps] for key in training]),
        )

    def panel(self) -> Panel:
        """The training rows; M4 gives no dates, so every series begins on the same one."""
        most = MOST_YEARS if self.group.name == "Yearly" else 0
        rows = {name: column[-most:] for name, column in self.training.items()}
        return Panel.from_arrays(rows, "1700-01-01", self.group.frequency)

    def score(self, forecast: Floats) -> tuple[GroupScore, float]:
        """sMAPE and MASE of forecasts ``[N, H]``, and their OWA."""
        columns = self.training.values()
        scales = np.array([naive_scales(column, self.group.season)[0] for column in columns])
        own = GroupScore.of(self.actual, forecast, scales)
        return own, owa(own, GroupScore.of(self.actual, self.naive2, scales))


def data_folder() -> Path:
    """Where the public benchmark files are, by ALMANAC_DATA or beside the repository."""
    beside = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    return Path(os.environ.get("ALMANAC_DATA", beside))


def _rows(path: Path) -> Iterator[tuple[str, Floats]]:
    """Name and values of every line, without what pads it."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        lines = csv.reader(file)
        next(lines)
        for name, *cells in lines:
            yield name, np.array([float(cell) for cell in cells if cell not in ("", "NA")])
