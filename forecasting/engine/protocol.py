"""The long-horizon protocol of the literature, so that figures can be compared.

Channels are z-scored by the training rows (ddof 0), the model is fitted once on them and chooses
on the validation rows; every window of the test rows counts, stride 1, also the last ones; MSE and
MAE are plain means over windows, steps and channels. Test windows may read inputs from before the
border. (Borders as in TFB, Qiu et al. 2024, and Zhou et al. 2021 for ETT.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.errors import SettingsError, TooShortError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.missing import fill
from forecasting.engine.panel import Floats, Panel

SPLITS: Final = {"7:1:2": (0.7, 0.1, 0.2), "6:2:2": (0.6, 0.2, 0.2)}
CHUNK: Final = 128


@dataclass(frozen=True)
class Borders:
    """Rows from the start, half open: training ``[0, train)``, validation up to ``validation``,
    test up to ``test``."""

    train: int
    validation: int
    test: int

    @staticmethod
    def of(rows: int, split: str) -> Borders:
        """``split`` is "7:1:2", "6:2:2" or three row numbers "8640,11520,14400"."""
        if split in SPLITS:
            first, _, last = SPLITS[split]
            train = int(first * rows)
            return Borders(train, rows - int(last * rows), rows)
        parts = split.split(",")
        if len(parts) != 3 or not all(part.strip().isdigit() for part in parts):
            raise SettingsError(
                gettext_noop(
                    "A split is one of %(known)s or three row numbers like 8640,11520,14400, not "
                    "%(given)s."
                ),
                known=", ".join(SPLITS),
                given=split,
            )
        found = Borders(*(int(part) for part in parts))
        if not 0 < found.train < found.validation < found.test <= rows:
            raise SettingsError(
                gettext_noop(
                    "The borders %(given)s must grow and end within the %(rows)s rows of the data."
                ),
                given=split,
                rows=rows,
            )
        return found


@dataclass(frozen=True)
class Score:
    """Errors of one horizon on z-scored data."""

    horizon: int
    mse: float
    mae: float
    windows: int


def seen_by(panel: Panel, borders: Borders) -> Panel:
    """Training and validation rows, what a model may be given."""
    return panel.window(0, borders.validation)


def score(
    model: Forecaster, panel: Panel, borders: Borders, horizons: Sequence[int], stride: int = 1
) -> list[Score]:
    """Errors of a fitted model on the test rows of ``panel``, one Score for each horizon.

    Raises TooShortError when the test rows hold no window of a horizon.
    """
    data = panel.window(0, borders.test)
    scaled = [fill(column) for column in data.values.T]
    mean = np.array([c[: borders.train].mean() for c in scaled])
    spread = np.array([c[: borders.train].std() for c in scaled])
    spread = np.where(spread > 0, spread, 1.0)
    actual = (np.stack(scaled, axis=1) - mean) / spread
    sums = np.zeros((len(horizons), 2))
    counts = np.zeros(len(horizons))
    origins = np.arange(borders.validation, borders.test - min(horizons) + 1, stride)
    if borders.test - borders.validation < max(horizons):
        raise TooShortError(
            gettext_noop("The test rows hold no window of %(horizon)s steps."),
            horizon=max(horizons),
        )
    for low in range(0, len(origins), CHUNK):
        part = origins[low : low + CHUNK]
        ends = [borders.test - int(o) for o in part]
        for origin, forecast in zip(part, model.means_at(data, ends), strict=True):
            gap = _gap((forecast[0] - mean) / spread, actual[origin:])
            for place, horizon in enumerate(horizons):
                if origin + horizon <= borders.test:
                    errors = gap[:horizon]
                    sums[place] += np.square(errors).mean(), np.abs(errors).mean()
                    counts[place] += 1
    return [
        Score(h, float(s[0] / n), float(s[1] / n), int(n))
        for h, s, n in zip(horizons, sums, counts, strict=True)
    ]


def _gap(forecast: Floats, actual: Floats) -> Floats:
    steps = min(len(forecast), len(actual))
    return forecast[:steps] - actual[:steps]
