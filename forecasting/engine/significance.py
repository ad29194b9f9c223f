"""Is the better model really better? The Diebold-Mariano test on forecasts of the same values.

d_t = L(own error) - L(other error) has mean zero if both are equally good. Forecasts of h steps
share h - 1 steps with the next one, so the variance of the mean takes the autocovariances up to
there: V = (g_0 + 2 sum_(k<h) g_k) / n. Diebold, Mariano 1995; with the small-sample correction
sqrt((n + 1 - 2h + h (h - 1) / n) / n) and Student's t with n - 1 degrees of freedom of Harvey,
Leybourne, Newbold 1997. Such a V may not be positive; then the autocovariances are taken with
Bartlett weights 1 - k / h, which make it so (Newey, West 1987).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from forecasting.engine.averaging import Floats, mean, positive
from forecasting.engine.errors import SettingsError, gettext_noop

Loss = Literal["absolute", "squared"]
BARTLETT: Final = gettext_noop(
    "The variance of the loss differences did not come out positive; Bartlett weights were used."
)
CONSTANT: Final = gettext_noop(
    "The losses differ by the same amount everywhere, so there is nothing to test."
)
TOO_FEW: Final = gettext_noop("There are too few cutoffs for a test; ask for more windows.")


@dataclass(frozen=True)
class DieboldMariano:
    """Outcome of a test; ``statistic`` is negative where the own forecasts lost less.

    ``difference`` is the mean own loss less the other's, over ``count`` losses. ``p_value`` is two-
    sided; ``p_better`` is against "the own are not better", ``p_worse`` against "not worse". They
    are None where no test is possible; ``note`` says why, or what was done instead.
    """

    difference: float
    count: int
    statistic: float | None = None
    p_value: float | None = None
    p_better: float | None = None
    p_worse: float | None = None
    note: str = ""


def diebold_mariano(
    own: Floats, other: Floats, horizon: int = 1, loss: Loss = "absolute"
) -> DieboldMariano:
    """Test errors ``[n]`` of two models in time order, each ``horizon`` steps ahead.

    A place where either is missing is left out. Raises SettingsError on an unknown loss.
    """
    return judge(_lost(own, loss) - _lost(other, loss), horizon)


def compare_windows(
    actual: Floats,
    own: Floats,
    other: Floats,
    stride: int,
    loss: Loss = "absolute",
    scales: Floats | None = None,
) -> DieboldMariano:
    """Test backtest forecasts ``[W, S, H, C]`` whose cutoffs lie ``stride`` rows apart.

    All series, steps and channels of a cutoff are pooled into one mean loss, so that what they have
    in common is not counted twice. Errors are first divided by the naive scale ``[S, C]`` of their
    series if ``scales`` are given (zero scales are left out). Windows overlap as long as cutoffs
    are fewer than H rows apart: the autocovariances reach ceil(H / stride) - 1 cutoffs.
    """
    unit = 1.0 if scales is None else positive(scales)[None, :, None, :]
    lost = _lost((actual - own) / unit, loss) - _lost((actual - other) / unit, loss)
    return judge(mean(lost, (1, 2, 3)), -(-actual.shape[2] // stride))


def judge(differences: Floats, horizon: int) -> DieboldMariano:
    """Test loss differences ``[n]`` in time order that correlate over ``horizon`` - 1 places."""
    seen = differences[~np.isnan(differences)]
    count = len(seen)
    if count < 2 or count <= horizon:
        gap = float(seen.mean()) if count else float("nan")
        return DieboldMariano(gap, count, note=TOO_FEW)
    gap = float(seen.mean())
    variance, note = _variance(seen - gap, horizon)
    if variance <= (1e-12 * np.abs(seen).max()) ** 2:
        return DieboldMariano(gap, count, note=CONSTANT)
    small = (count + 1 - 2 * horizon + horizon * (horizon - 1) / count) / count
    statistic = float(np.sqrt(small) * gap / np.sqrt(variance))
    better, worse = _student(statistic, count - 1), _student(-statistic, count - 1)
    return DieboldMariano(gap, count, statistic, 2 * min(better, worse), better, worse, note)


def _variance(centred: Floats, horizon: int) -> tuple[float, str]:
    """Variance of the mean of ``[n]`` differences, and what had to be done to get it."""
    count = len(centred)
    covariances = np.array([centred[k:] @ centred[: count - k] / count for k in range(horizon)])
    variance = (covariances[0] + 2 * covariances[1:].sum()) / count
    if variance > 0 or covariances[0] == 0:
        return float(variance), ""
    weights = 1 - np.arange(1, horizon) / horizon
    return float((covariances[0] + 2 * weights @ covariances[1:]) / count), BARTLETT


def _student(statistic: float, freedom: int) -> float:
    """Probability of a value at or below ``statistic``."""
    from scipy.special import stdtr  # noqa: PLC0415 -- only a test needs it

    return float(stdtr(freedom, statistic))


def _lost(errors: Floats, loss: Loss) -> Floats:
    if loss not in ("absolute", "squared"):
        raise SettingsError(
            gettext_noop("Compare by absolute or squared loss, not by %(loss)s."), loss=loss
        )
    return np.abs(errors) if loss == "absolute" else errors**2
