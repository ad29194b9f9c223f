"""The public long-horizon sets as panels with the borders of the literature."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from benchmarks.report import shared_data
from forecasting.engine.panel import Panel
from forecasting.engine.protocol import Borders

LONG: Final = (96, 192, 336, 720)
SHORT: Final = (24, 36, 48, 60)


@dataclass(frozen=True)
class LongSet:
    """One data set: where it is, how it is read and split, and what is asked of it."""

    name: str
    file: str
    split: str
    horizons: tuple[int, ...]
    bars: tuple[float, float]
    frequency: str | None = None
    stride: int = 24

    def read(self) -> tuple[Panel, Borders] | None:
        """The panel and its borders, None where the file is absent."""
        folder = shared_data()
        if folder is None or not (folder / self.file).exists():
            return None
        panel = _untimed(folder / self.file) if self.frequency else _dated(folder / self.file)
        return panel, Borders.of(int(panel.lengths[0]), self.split)


def _dated(path: Path) -> Panel:
    frame = pd.read_csv(path)
    return Panel.from_wide(frame, "date", [str(name) for name in frame.columns[1:]])


def _untimed(path: Path) -> Panel:
    table = pd.read_csv(path, header=None).to_numpy(dtype=float)
    return Panel.from_arrays(table, frequency="D")


SETS: Final = (
    LongSet("etth1", "ett/ETTh1.csv", "8640,11520,14400", LONG, (0.398, 0.414), stride=12),
    LongSet("ettm1", "ett/ETTm1.csv.gz", "34560,46080,57600", LONG, (0.336, 0.368), stride=48),
    LongSet("exchange", "exchange/exchange_rate.txt.gz", "7:1:2", LONG, (0.335, 0.386), "D", 7),
    LongSet("ili", "illness/national_illness.csv", "7:1:2", SHORT, (1.83, 0.82), stride=1),
)


def named(name: str) -> LongSet:
    """One of the sets."""
    return next(one for one in SETS if one.name == name)
