"""What the engine found of one series, as JSON for pages and programs."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting import results, thinning
from forecasting.engine.explaining.calendar_parts import is_wave
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.explanation import Explanation
from forecasting.engine.explaining.feature_words import GROUPS
from forecasting.engine.explaining.sentence import Sentence
from forecasting.engine.explaining.splitting import SEASON
from forecasting.engine.panel import Floats
from forecasting.explaining import days, inside
from forecasting.explaining.sentences import kept

# Two points for each pixel of a card.
MOST_POINTS: Final = 900
# The longest cycle that is drawn as one turn.
LONGEST_TURN: Final = 400
SHUFFLED, ADDED, WEIGHED = "shuffled", "added", "weighed"


def told(found: Explanation, place: int, local: pd.DatetimeIndex) -> dict[str, Any]:
    """Everything about the series at this place, whose rows have these `local` times."""
    return {
        "series": found.labels[place],
        "sections": {
            name: [kept(one) for one in said] for name, said in found.sections(place).items()
        },
        "parts": _parts(found.components, place, local),
        "drivers": _drivers(found, place),
        "covariates": _covariates(found, place),
        "moved": _moved(found, place),
        "inside": inside.told(found, place),
    }


def _parts(found: Components, place: int, local: pd.DatetimeIndex) -> list[dict[str, Any]]:
    """Trend, cycles, covariates and rest with their lines; a cycle also as one turn."""
    seasons = iter(found.seasons)
    parts = []
    for n, kind in enumerate(found.kinds):
        season = next(seasons) if kind == SEASON else 0
        if season and season not in found.cycles(place):
            continue
        past, ahead = found.past[place, n], found.ahead[place, n]
        known = ~np.isnan(past)
        times = found.times[place]
        at = thinning.places(past[known].tolist(), MOST_POINTS)
        parts.append(
            {
                "name": kept(found.names[n]),
                "kind": kind,
                "season": season,
                "share": _number(found.share[place, n]),
                "strength": _number(found.strength[place, n]),
                "times": thinning.kept(results.iso(times[: len(past)][known]), at),
                "values": thinning.kept(results.floats(past[known]), at),
                "ahead_times": results.iso(times[len(past) :]),
                "ahead": results.floats(ahead),
                "turn": _turn(past, times, season),
                "days": days.told(found, place, season, local) if season else None,
                "spread": _number(np.nanstd(past)),
            }
        )
    return parts


def _turn(past: Floats, times: Any, season: int) -> dict[str, Any] | None:
    """One turn of a cycle, from its natural beginning: the mean of all turns that were seen."""
    if not 1 < season <= min(LONGEST_TURN, len(past)):
        return None
    newest = len(past) - season
    first = _beginning(pd.DatetimeIndex(times[newest : len(past)]))
    # The newest turn that is whole from there on; a cycle that was found has two turns and more.
    start = newest + first - (season if first else 0)
    places = np.arange(start, start + season)
    means = [float(np.nanmean(past[place % season :: season])) for place in places]
    return {"times": results.iso(times[places]), "values": means}


def _beginning(turn: pd.DatetimeIndex) -> int:
    """Where in the newest turn a year, else a week, else a day begins; 0 where none does."""
    midnight = turn == turn.normalize()
    span = turn[-1] - turn[0]
    if span > pd.Timedelta(days=200):
        starts = midnight & (turn.month == 1) & (turn.day <= 7)
    elif span > pd.Timedelta(days=1):
        starts = midnight & (turn.dayofweek == 0)
    else:
        starts = midnight
    found = np.flatnonzero(starts)
    return int(found[0]) if len(found) else 0


def _drivers(found: Explanation, place: int) -> dict[str, Any] | None:
    """What the forecast rests on, the most important first, by the best measure that there is."""
    if found.importance is not None:
        return _shuffled(found)
    if found.contributions is not None:
        names, sums = found.contributions.groups()
        sizes = np.abs(sums[place]).mean(axis=0)
        words = [Sentence.of(GROUPS[name]) for name in names]
        return {"measure": ADDED, "rows": _rows(words, sizes)}
    if found.weights is not None:
        return {"measure": WEIGHED, "rows": _rows(found.weights.bands, _bands(found, place))}
    return None


def _shuffled(found: Explanation) -> dict[str, Any]:
    known = found.importance
    assert known is not None
    total = float(np.clip(known.increase, 0, None).sum())
    rows = [
        {
            "name": kept(known.names[b]),
            "kind": known.kinds[b],
            "share": max(0.0, float(known.increase[b])) / total if total > 0 else 0.0,
            "increase": _number(known.increase[b]),
            "percent": _number(known.percent[b]),
            "p": _number(known.p_values[b]),
            "significant": bool(known.significant[b]),
        }
        for b in known.ranking()
    ]
    return {
        "measure": SHUFFLED,
        "metric": known.metric,
        "base": _number(known.base),
        "windows": known.windows,
        "repeats": known.repeats,
        "in_sample": known.in_sample,
        "rows": rows,
    }


def _bands(found: Explanation, place: int) -> Floats:
    assert found.weights is not None
    shares: Floats = found.weights.band_shares[place, :, 0]
    return shares


def _rows(names: Any, sizes: Floats) -> list[dict[str, Any]]:
    total = float(np.sum(sizes))
    order = np.argsort(-sizes, kind="stable")
    return [
        {"name": kept(names[b]), "share": float(sizes[b]) / total if total > 0 else 0.0}
        for b in order
        if sizes[b] > 0
    ]


def _covariates(found: Explanation, place: int) -> list[dict[str, Any]]:
    """What each covariate does to this forecast, the largest first."""
    known = found.covariates
    if known is None:
        return []
    rows = [
        {
            "name": name,
            "kind": known.kinds[k],
            "moved": _number(known.moved[place, k].mean()),
            "usual": _number(known.usual[place, k]),
            "per_unit": _number(known.per_unit[place, k]),
        }
        for k, name in enumerate(known.names)
        if not is_wave(name)
    ]
    return sorted(rows, key=lambda row: -abs(row["moved"] or 0.0))


def _moved(found: Explanation, place: int) -> dict[str, Any] | None:
    """The same times as forecast before and now; the changes add up to the difference."""
    known = found.movement
    if known is None or np.isnan(known.now[place]) or np.isnan(known.before[place]):
        return None
    changes = [
        {"name": kept(name), "change": _number(known.changes[place, n])}
        for n, name in enumerate(known.names)
        if known.changes[place, n]
    ]
    return {
        "span": kept(known.span),
        "before": _number(known.before[place]),
        "now": _number(known.now[place]),
        "changes": sorted(changes, key=lambda row: -abs(row["change"] or 0.0)),
    }


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
