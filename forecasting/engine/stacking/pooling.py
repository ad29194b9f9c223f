"""Old lags averaged in groups, so that a long lookback costs no more than a short one.

T keeps the newest 336 values and sums older ones in groups of p, divided by sqrt(p), which leaves
the size of white noise unchanged. Oldest first, as in the windows.
"""

from __future__ import annotations

import numpy as np

from forecasting.engine.panel import Floats
from forecasting.engine.stacking.plan import LAST, RAW_LAGS, Member


def pooled(values: Floats, member: Member) -> Floats:
    """``[..., L]`` to ``[..., d]`` along the last axis."""
    older = member.lookback - RAW_LAGS
    if older <= 0:
        return values
    lead = values.shape[:-1]
    groups = values[..., :older].reshape(*lead, older // member.pool, member.pool)
    sums = groups.sum(axis=-1) / np.sqrt(member.pool)
    return np.concatenate([sums, values[..., older:]], axis=-1)


def anchor_of(windows: Floats, anchor: str) -> Floats:
    """What is subtracted from every window ``[n, L]``: its last value or its mean, ``[n, 1]``."""
    level: Floats = windows[:, -1:] if anchor == LAST else windows.mean(axis=1, keepdims=True)
    return level


def ones(member: Member) -> Floats:
    """T 1, the pooled window of a constant one ``[d]``."""
    return pooled(np.ones(member.lookback), member)
