"""All members at all cutoffs, and what follows: the weights of every series."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import gettext_noop
from forecasting.engine.many.choosing import Choice, Judged, judge
from forecasting.engine.many.local import LOCALS, local_forecasts
from forecasting.engine.many.members import Core
from forecasting.engine.many.origins import Origin
from forecasting.engine.many.weighing import qualities, weights
from forecasting.engine.panel import Floats
from forecasting.engine.watch import Watch

SEASONAL: Final = "seasonal"
POOLED: Final = 1_000


@dataclass(frozen=True)
class Plan:
    """The cycles of the maps, the one of the yardstick, the steps, and whether to smooth."""

    seasons: tuple[int, ...]
    season: int
    horizon: int
    smoothing: bool = True


@dataclass(frozen=True, eq=False)
class Judgement:
    """Members, their weights ``[K, V]``, and beside each cutoff the variates ``[n]`` of a sample,
    with the forecasts ``[n, H]`` that the others' cutoffs would have made of them."""

    members: tuple[Choice | str, ...]
    weights: Floats
    samples: tuple[tuple[Origin, NDArray[np.int64], Floats], ...]
    quality: Floats

    def report(self, found: list[Origin]) -> dict[str, Any]:
        """For the card."""
        best = int(np.argmin(self.quality)) if len(found) else 0
        reached = float(self.quality[best]) if len(found) else None
        return {
            "origins": len(found),
            "members": int((self.weights.max(axis=1) > 0).sum()),
            "best_member": _name(self.members[best]),
            "best_owa": reached if reached is not None and np.isfinite(reached) else None,
            "combined_owa": self._combined(),
        }

    def _combined(self) -> float | None:
        """OWA of the weighted forecasts on the samples, weights from the other cutoffs."""
        made = [float(o.errors(f, s).sum()) for o, s, f in self.samples]
        naive = [float(o.yardstick(s).sum()) for o, s, _ in self.samples]
        return sum(made) / sum(naive) if sum(naive) > 0 else None


def _name(member: Choice | str) -> str:
    if isinstance(member, str):
        return member
    core = member.core
    return f"{core.space} {core.lookback} {core.anchor}"


def judged(
    cores: tuple[Core, ...],
    found: list[Origin],
    lengths: NDArray[np.int64],
    plan: Plan,
    watch: Watch,
) -> Judgement:
    """Judge every member; those that time does not allow are left out, the last ones first."""
    samples = [_sample(origin) for origin in found]
    results = _plain(found, samples, plan, watch)
    lookbacks = sorted({core.lookback for core in cores}) if found else []
    slowest = 0.0
    for place, lookback in enumerate(lookbacks):
        message = gettext_noop("Judging the members at past cutoffs")
        watch.report((place + 1) / (len(lookbacks) + 1), message)
        if not watch.budget.allows(slowest * (1 + (place + 1) / len(found))):
            break
        began = time.monotonic()
        alike = [core for core in cores if core.lookback == lookback]
        results += _both_spaces(alike, found, samples, plan.horizon, watch)
        slowest = max(slowest, time.monotonic() - began)
    for origin in found:
        origin.cache.clear()
    return _weighed(results, found, samples, lengths, plan)


def _both_spaces(
    cores: list[Core],
    found: list[Origin],
    samples: list[NDArray[np.int64]],
    horizon: int,
    watch: Watch,
) -> list[Judged]:
    """Every anchor in logarithms, and the best of them once more in plain values."""
    results = [judge(core, found, samples, horizon, watch.check) for core in cores]
    errors = [min(_size(one) for one in pair) for pair in results]
    best = replace(cores[int(np.argmin(errors))], space="plain")
    results.append(judge(best, found, samples, horizon, watch.check))
    return [one for pair in results for one in pair]


def _size(result: Judged) -> float:
    """Sum of the contributions over series and cutoffs."""
    return float(sum(np.nansum(errors) for errors in result.errors))


def _sample(origin: Origin) -> NDArray[np.int64]:
    """Positions at a cutoff whose forecasts are kept to measure the intervals."""
    count = len(origin.rows)
    return np.unique(np.linspace(0, count - 1, min(count, POOLED)).astype(np.int64))


def _plain(
    found: list[Origin],
    samples: list[NDArray[np.int64]],
    plan: Plan,
    watch: Watch,
) -> list[Judged]:
    """Naive, seasonal naive and, where asked for, smoothing."""
    season, horizon = plan.seasons[0], plan.horizon
    names = LOCALS if plan.smoothing else LOCALS[:1]
    results = [Judged(name) for name in names]
    repeated = [Judged(SEASONAL)] if season > 1 else []
    for origin, sample in zip(found, samples, strict=True):
        watch.check()
        values, _ = local_forecasts(origin.columns, plan.season, horizon, None, watch.check)
        every = np.arange(len(origin.rows))
        for result, forecasts in zip(results, values, strict=False):
            held = origin.scales.bounded(forecasts)
            result.errors.append(origin.errors(held, every))
            result.forecasts.append(held[sample].astype(np.float32))
        for result in repeated:
            forecasts = np.stack([_again(column, season, horizon) for column in origin.columns])
            fits = origin.lengths >= season
            result.errors.append(np.where(fits, origin.errors(forecasts, every), np.nan))
            result.forecasts.append(forecasts[sample].astype(np.float32))
    return results + repeated


def _again(column: Floats, season: int, horizon: int) -> Floats:
    rows = column[-season:]
    return rows[np.arange(horizon) % len(rows)]


def _weighed(
    results: list[Judged],
    found: list[Origin],
    samples: list[NDArray[np.int64]],
    lengths: NDArray[np.int64],
    plan: Plan,
) -> Judgement:
    needs = np.array([_needed(result.choice, plan.seasons) for result in results])
    fits = lengths[None, :] >= needs[:, None]
    members = tuple(result.choice for result in results)
    errors = np.full((len(results), len(found), len(lengths)), np.nan)
    naive = np.full((len(found), len(lengths)), np.nan)
    for place, origin in enumerate(found):
        naive[place, origin.rows] = origin.yardstick(np.arange(len(origin.rows)))
        for number, result in enumerate(results):
            errors[number, place, origin.rows] = result.errors[place]
    if not found:
        first = np.zeros((len(results), len(lengths)))
        first[0] = 1.0
        return Judgement(members, first, (), np.ones(len(results)))
    kept = []
    for place, (origin, sample) in enumerate(zip(found, samples, strict=True)):
        others = [i for i in range(len(found)) if i != place] or [place]
        serves = origin.lengths[sample][None, :] >= needs[:, None]
        rows = origin.rows[sample]
        share = weights(errors[:, others][:, :, rows], naive[others][:, rows], serves, plan.horizon)
        mixed = sum(w[:, None] * r.forecasts[place] for w, r in zip(share, results, strict=True))
        kept.append((origin, sample, np.asarray(mixed)))
    shares = weights(errors, naive, fits, plan.horizon)
    return Judgement(members, shares, tuple(kept), qualities(errors, naive))


def _needed(choice: Choice | str, seasons: tuple[int, ...]) -> int:
    if isinstance(choice, Choice):
        return choice.core.lookback
    return seasons[0] if choice == SEASONAL else 1
