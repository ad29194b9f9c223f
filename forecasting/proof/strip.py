"""Errors of all windows drawn small, on one scale, as paths of an SVG."""

from __future__ import annotations

from typing import Final

import numpy as np

from forecasting import thinning
from forecasting.proof.scores import Floats
from forecasting.results import floats

WIDTH, HEIGHT = 118, 34
MOST_POINTS: Final = 120


def paths(gaps: Floats) -> list[str]:
    """One path for each window of `[W, H]`; zero is in the middle, gaps stay gaps."""
    known = np.abs(gaps[~np.isnan(gaps)])
    reach = float(known.max()) if known.size and known.max() > 0 else 1.0
    return [_path(floats(row), reach) for row in gaps]


def _path(values: list[float | None], reach: float) -> str:
    at = thinning.places(values, MOST_POINTS) or list(range(len(values)))
    pitch = WIDTH / max(1, len(values) - 1)
    drawn, pen = "", "M"
    for place in at:
        value = values[place]
        if value is None:
            pen = "M"
            continue
        height = HEIGHT / 2 * (1 - 0.94 * value / reach)
        drawn += f"{pen}{place * pitch:.1f} {height:.1f}"
        pen = "L"
    return drawn
