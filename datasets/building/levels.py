"""The min–max pyramid: for every bucket of rows, the lowest and the highest row of each column.

Small series need none: up to `RAW_ROWS` rows are read as they are. Above that a chart of any
width needs a few thousand points, which the level with the fitting bucket size has ready.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
RAW_ROWS = 200_000
BUCKET = 256
FACTOR = 16
# A level with fewer buckets than this is coarse enough for the whole file.
_ENOUGH = 40_000


def level_name(key: str, bucket: int) -> str:
    """File name of one level of the column `key`."""
    return f"{key}-{bucket}.npy"


@dataclass
class LevelBuilder:
    """Collects, for one column, the rows of the lowest and highest value per bucket."""

    lows: list[Rows] = field(default_factory=list)
    highs: list[Rows] = field(default_factory=list)
    low_values: list[Floats] = field(default_factory=list)
    high_values: list[Floats] = field(default_factory=list)

    def add(self, block: Floats, first_row: int) -> None:
        """Take in rows `first_row…`; all blocks but the last hold whole buckets."""
        whole = len(block) // BUCKET * BUCKET
        for part, start in ((block[:whole], first_row), (block[whole:], first_row + whole)):
            if len(part):
                self._add_grid(part.reshape(-1, min(BUCKET, len(part))), start)

    def _add_grid(self, grid: Floats, first_row: int) -> None:
        offsets = first_row + BUCKET * np.arange(len(grid), dtype=np.int64)
        low, high = _extremes(grid)
        rows = np.arange(len(grid))
        self.lows.append(offsets + low)
        self.highs.append(offsets + high)
        self.low_values.append(grid[rows, low])
        self.high_values.append(grid[rows, high])

    def write(self, folder: Path, key: str) -> list[int]:
        """Write the levels as plain arrays `[4, buckets]` and return their bucket sizes.

        Rows of an array: row of the low, low, row of the high, high. Rows are exact as float64.
        """
        level = np.vstack(
            [
                np.concatenate(self.lows).astype(np.float64),
                np.concatenate(self.low_values),
                np.concatenate(self.highs).astype(np.float64),
                np.concatenate(self.high_values),
            ]
        )
        bucket, sizes = BUCKET, []
        while True:
            np.save(folder / level_name(key, bucket), level, allow_pickle=False)
            sizes.append(bucket)
            if level.shape[1] <= _ENOUGH:
                return sizes
            level, bucket = _coarser(level), bucket * FACTOR


def _extremes(grid: Floats) -> tuple[Rows, Rows]:
    """Positions of the lowest and highest number of each row; 0 where all are missing."""
    low = np.where(np.isnan(grid), np.inf, grid).argmin(axis=1)
    high = np.where(np.isnan(grid), -np.inf, grid).argmax(axis=1)
    return low.astype(np.int64), high.astype(np.int64)


def _coarser(level: Floats) -> Floats:
    """Every `FACTOR` buckets become one."""
    count = level.shape[1]
    padding = -count % FACTOR
    padded = np.pad(level, ((0, 0), (0, padding)), mode="edge").reshape(4, -1, FACTOR)
    low, _ = _extremes(padded[1])
    _, high = _extremes(padded[3])
    rows = np.arange(padded.shape[1])
    return np.vstack(
        [padded[0, rows, low], padded[1, rows, low], padded[2, rows, high], padded[3, rows, high]]
    )
