"""What only the inside of a model tells, as JSON: weights by lag, contributions, members, effects.

Linear models have a weight for every past value, boosted trees a contribution of every input to
every step, ensembles members; covariates move the forecast step by step in any model that uses
them. A model without an inside to read has none of these.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from forecasting import results, thinning
from forecasting.engine.explaining.calendar_parts import is_wave
from forecasting.engine.explaining.contribution_words import ANCHORS
from forecasting.engine.explaining.contributions import Contributions
from forecasting.engine.explaining.covariate_effects import CovariateEffects
from forecasting.engine.explaining.explanation import Explanation
from forecasting.engine.explaining.feature_words import GROUPS
from forecasting.engine.explaining.lag_weights import LagWeights
from forecasting.engine.explaining.mixture import Mixture
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.panel import Floats
from forecasting.explaining.sentences import kept

MOST_FEATURES: Final = 10
MOST_LAGS: Final = 900
TOP_LAGS: Final = 5


def told(found: Explanation, place: int) -> dict[str, Any]:
    """Everything about the series at this place; None where the model has no such inside."""
    horizon = found.components.horizon
    times = results.iso(found.components.times[place][-horizon:])
    known, moved = found.contributions, found.covariates
    return {
        "times": times,
        "weights": _weights(found.weights, place) if found.weights else None,
        "contributions": _contributions(known, place) if known else None,
        "effects": _effects(moved, place) if moved else None,
        "members": _members(found.mixture) if found.mixture else None,
    }


def _weights(found: LagWeights, place: int) -> dict[str, Any]:
    """The weight of every past value for the first and for the last steps, and by group."""
    weights = found.weights[place]
    ends = sorted({0, len(found.blocks) - 1})
    at = thinning.places(weights[:, 0].tolist(), MOST_LAGS)
    lags = list(range(1, len(weights) + 1))
    return {
        "exact": found.exact,
        "lags": thinning.kept(lags, at),
        "blocks": [_block(found, place, block, at) for block in ends],
        "bands": _bands(found, place),
        "top": [
            {"lag": one.lag, "name": kept(one.label), "weight": one.weight}
            for one in found.top(place, count=TOP_LAGS)
        ],
    }


def _block(found: LagWeights, place: int, block: int, at: Any) -> dict[str, Any]:
    """Steps are counted from 1; `total` is 1 where the level is carried on in full."""
    first, last = found.blocks[block]
    return {
        "first": first + 1,
        "last": last,
        "weights": thinning.kept(results.floats(found.weights[place, :, block]), at),
        "total": float(found.totals[place, block]),
        "constant": float(found.constants[place, block]),
    }


def _bands(found: LagWeights, place: int) -> list[dict[str, Any]]:
    """Groups of past values, what they weigh for the first and for the last steps, as shares."""
    shares = found.band_shares[place][:, [0, -1]]
    order = np.argsort(-shares[:, 0], kind="stable")
    return [
        {"name": kept(found.bands[b]), "first": float(shares[b, 0]), "last": float(shares[b, 1])}
        for b in order
        if shares[b].max() > 0
    ]


def _contributions(found: Contributions, place: int) -> dict[str, Any]:
    """Means over the steps, and every group step by step; all add up to the forecast."""
    names, sums = found.groups()
    return {
        "anchor_kind": kept(Sentence.of(ANCHORS[found.anchor_kind])),
        "anchor": _mean(found.anchor[place]),
        "bias": _mean(found.bias[place]),
        "forecast": _mean(found.forecast[place]),
        "groups": [
            {
                "name": kept(Sentence.of(GROUPS[names[g]])),
                "mean": _mean(sums[place, :, g]),
                "steps": results.floats(sums[place, :, g]),
            }
            for g in _largest(sums[place])
        ],
        "features": _features(found, place),
    }


def _features(found: Contributions, place: int) -> list[dict[str, Any]]:
    values = found.values[place]
    return [
        {
            "name": kept(found.features[f].name),
            "mean": _mean(values[:, f]),
            "low": float(values[:, f].min()),
            "high": float(values[:, f].max()),
        }
        for f in _largest(values)[:MOST_FEATURES]
    ]


def _effects(found: CovariateEffects, place: int) -> list[dict[str, Any]]:
    """What each covariate adds to every step, compared with its usual value."""
    return [
        {"name": found.names[k], "steps": results.floats(found.moved[place, k])}
        for k in _largest(found.moved[place].T)
        if not is_wave(found.names[k])
    ]


def _members(found: Mixture) -> list[dict[str, Any]]:
    """Names of the engine with their weight, the largest first; of a median nobody has one."""
    if found.way == "median":
        return [{"name": name, "weight": None} for name in found.members]
    weights = found.weights.mean(axis=0)
    order = np.argsort(-weights, kind="stable")
    return [{"name": found.members[m], "weight": float(weights[m])} for m in order]


def _largest(values: Floats) -> list[int]:
    """Columns of `[H, N]` that add anything, the one that adds most first."""
    sizes = np.abs(values).mean(axis=0)
    return [int(n) for n in np.argsort(-sizes, kind="stable") if sizes[n] > 0]


def _mean(values: Floats) -> float:
    return float(values.mean())
