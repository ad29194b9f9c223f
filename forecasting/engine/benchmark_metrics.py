"""Scores as public benchmarks compute them, so that our numbers can stand beside published ones.

TFB and the long-horizon papers score z-scored values; M4 compares with Naive2 by the overall
weighted average (OWA). Both conventions are exact, including what they average and in which order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.engine.averaging import Floats, mean
from forecasting.engine.panel import Panel
from forecasting.engine.point_metrics import smape
from forecasting.engine.scaled_metrics import mase


@dataclass(frozen=True, eq=False)
class Normaliser:
    """Mean and standard deviation ``[S, C]`` of the training rows, by which errors are scaled."""

    mean: Floats
    spread: Floats

    @staticmethod
    def of(training: Panel) -> Normaliser:
        """From the TRAIN rows only, not validation; ddof 0, spread 1 for a constant channel."""
        blocks = [training.at(s) for s in range(len(training))]
        centre = np.stack([mean(block, (0,)) for block in blocks])
        variance = np.stack(
            [mean((block - c) ** 2, (0,)) for block, c in zip(blocks, centre, strict=True)]
        )
        spread = np.sqrt(variance)
        return Normaliser(centre, np.where(spread > 0, spread, 1.0))

    def scaled(self, values: Floats) -> Floats:
        """Values ``[W, S, H, C]`` in training standard deviations from the training mean."""
        result: Floats = (values - self.mean[:, None, :]) / self.spread[:, None, :]
        return result


def normalised_mse(actual: Floats, forecast: Floats, normaliser: Normaliser) -> float:
    """TFB's ``mse_norm``: mean squared error of z-scored values, per window, then their mean.

    Free of scale; for the mean; a channel that hardly moved in training weighs heavily. Arrays are
    ``[W, S, H, C]``; a window without any actual value is left out (Qiu et al. 2024, TFB).
    """
    gap = normaliser.scaled(actual) - normaliser.scaled(forecast)
    return float(mean(mean(gap**2, (1, 2, 3))))


def normalised_mae(actual: Floats, forecast: Floats, normaliser: Normaliser) -> float:
    """TFB's ``mae_norm``: mean absolute error of z-scored values, per window, then their mean.

    Free of scale; for the median; otherwise as ``normalised_mse`` (Qiu et al. 2024, TFB).
    """
    gap = normaliser.scaled(actual) - normaliser.scaled(forecast)
    return float(mean(mean(np.abs(gap), (1, 2, 3))))


@dataclass(frozen=True)
class GroupScore:
    """What M4 reports of a group of series: mean sMAPE and mean MASE over its series."""

    smape: float
    mase: float

    @staticmethod
    def of(actual: Floats, forecast: Floats, scales: Floats) -> GroupScore:
        """From one forecast ``[N, H]`` of every series and its absolute naive scale ``[N]``.

        The mean over the steps comes first, the mean over the series last.
        """
        per_series = smape(actual, forecast, (1,)), mase(actual, forecast, scales[:, None], (1,))
        return GroupScore(float(mean(per_series[0])), float(mean(per_series[1])))


def owa(score: GroupScore, naive2: GroupScore) -> float:
    """Overall weighted average: (sMAPE / sMAPE of Naive2 + MASE / MASE of Naive2) / 2.

    Free of scale; 1 is as good as Naive2. The ratios are of group means: an OWA is never averaged
    over series (Makridakis et al. 2020, M4).
    """
    return (score.smape / naive2.smape + score.mase / naive2.mase) / 2
