"""How strong a trend and a cycle are, and what share of the variation each part explains.

Strength: max(0, 1 - Var(R) / Var(R + part)), near 0 where the rest R hides the part, near 1 where
nothing but the part moves (Hyndman, Athanasopoulos, FPP3 section 4.3). Share: Cov(part, y) / Var(y)
over all parts and the rest, which sum to one; a part that runs against the series has a negative
share.
"""

from __future__ import annotations

import numpy as np

from forecasting.engine.panel import Floats


def strengths(parts: Floats, rest: Floats) -> Floats:
    """Of ``parts`` ``[P, T]`` beside the rest ``[T]``, rows with NaN left out; 0 of no movement."""
    seen = ~np.isnan(rest)
    left = float(np.var(rest[seen])) if seen.any() else 0.0
    both = np.array([np.var((part + rest)[seen]) if seen.any() else 0.0 for part in parts])
    size = _noise(parts, rest)
    return np.where(both > size, np.maximum(0.0, 1 - left / np.where(both > size, both, 1.0)), 0.0)


def shares(parts: Floats) -> Floats:
    """Of ``parts`` ``[P, T]`` that add up to the series, ``[P]`` summing to 1; 0 of no movement."""
    known = parts[:, ~np.isnan(parts).any(axis=0)]
    if not known.shape[1]:
        return np.zeros(len(parts))
    centred = known - known.mean(axis=1, keepdims=True)
    moves = centred @ centred.sum(axis=0) / known.shape[1]
    total = float(moves.sum())
    if total <= _noise(known, known[-1]):
        return np.zeros(len(parts))
    found: Floats = moves / total
    return found


def _noise(parts: Floats, rest: Floats) -> float:
    """A variance that rounding alone makes."""
    level = max(np.nanmax(np.abs(parts), initial=0.0), np.nanmax(np.abs(rest), initial=0.0))
    return float((1e-10 * level) ** 2)
