"""Which inputs a model relies on: by how much its errors grow when one of them is made worthless.

Permutation importance (Breiman 2001; Fisher, Rudin, Dominici 2019) at past cutoffs, for any model:
the fitted model forecasts from the same history with one input shuffled (shuffling.py). An input
counts as significant where the errors of the cutoffs grow in a one-sided Diebold-Mariano test,
p-values corrected for the number of inputs (Holm 1979). An input that another one can stand in for
may show little importance. A local model carries the shuffled history through its states, so that
for it the groups of past values say how it updates, not what it has learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.averaging import mean
from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.importance_settings import ImportanceSettings
from forecasting.engine.explaining.model_inputs import fitted_steps, inputs_of
from forecasting.engine.explaining.sentence import Name, Sentence
from forecasting.engine.explaining.shuffling import Input
from forecasting.engine.explaining.trials import Trials, run
from forecasting.engine.explaining.unknowing import has_seen, unknowing
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.significance import judge
from forecasting.engine.watch import Watch

LEVEL: Final = 0.05


@dataclass(frozen=True, eq=False)
class Importance:
    """Of B inputs: ``names``, ``kinds`` (history, known, past, static) and what they are worth.

    ``metric`` (mae, mse or mase) was ``base`` at ``windows`` cutoffs; with an input shuffled
    ``repeats`` times it grew by ``increase`` ``[B]``, ``percent`` ``[B]`` of the base (NaN where
    that is zero), with a standard deviation over the repeats of ``spread`` ``[B]`` (NaN of one).
    ``p_values`` ``[B]`` are corrected, NaN where no test is possible, and ``significant`` ``[B]``
    where below 0.05. ``per_series`` ``[B, V]`` and ``per_step`` ``[B, H]`` hold the same increase.
    ``in_sample`` tells that the model had learned from the outcomes: then it flatters the model.
    """

    model: str
    labels: tuple[str, ...]
    names: tuple[Name, ...]
    kinds: tuple[str, ...]
    metric: str
    base: float
    increase: Floats
    percent: Floats
    spread: Floats
    p_values: Floats
    significant: NDArray[np.bool_]
    per_series: Floats
    per_step: Floats
    windows: int
    repeats: int
    in_sample: bool
    notes: tuple[Sentence, ...] = ()

    def ranking(self) -> list[int]:
        """Places of the inputs, the one that matters most first."""
        return [int(place) for place in np.argsort(-self.increase, kind="stable")]


def importance(
    model: Forecaster,
    panel: Panel,
    settings: ImportanceSettings | None = None,
    watch: Watch | None = None,
) -> Importance:
    """Shuffle every input of a fitted model at past cutoffs of ``panel``; the model is not changed.

    When the budget ends, what was done so far is the result, and it says so. Raises NotFittedError,
    TooShortError when a series cannot hold the windows, SettingsError without inputs, Cancelled.
    """
    settings, watch = settings or ImportanceSettings(), watch or Watch()
    horizon = fitted_steps(model)
    origin = RollingOrigin(horizon, settings.windows, settings.stride or horizon)
    origin.check(panel)
    model, low = unknowing(model, panel, origin, settings.refit, watch)
    items = inputs_of(model, panel, settings.lags)
    trials = run(model, panel, origin, items, settings, watch.part(low, 1.0))
    watch.report(1.0)
    in_sample = has_seen(model, panel, origin)
    return _judged(model.name, panel.labels, origin, items, trials, in_sample)


def _judged(
    model: str,
    labels: tuple[str, ...],
    origin: RollingOrigin,
    items: list[Input],
    trials: Trials,
    in_sample: bool,
) -> Importance:
    done = ~np.isnan(trials.grown).all(axis=(0, 1))
    base = float(mean(trials.base[done]))
    increase = mean(trials.grown, (1, 2))
    reach = -(-origin.horizon // origin.stride)
    tests = [judge(mean(one, (0,)), reach) for one in trials.grown]
    p_values = _corrected(np.array([np.nan if t.p_worse is None else t.p_worse for t in tests]))
    tried = ~np.isnan(trials.grown).all(axis=(0, 2))
    return Importance(
        model=model,
        labels=labels,
        names=tuple(item.name for item in items),
        kinds=tuple(item.kind for item in items),
        metric=trials.metric,
        base=base,
        increase=increase,
        percent=100 * increase / base if base > 0 else np.full(len(items), np.nan),
        spread=_spread(mean(trials.grown, (2,))),
        p_values=p_values,
        significant=np.nan_to_num(p_values, nan=1.0) < LEVEL,
        per_series=trials.per_series,
        per_step=trials.per_step,
        windows=int(done.sum()),
        repeats=int(tried.sum()),
        in_sample=in_sample,
        notes=_notes(int((~np.isnan(trials.grown[0])).sum()), trials.grown[0].size),
    )


def _corrected(p_values: Floats) -> Floats:
    """Holm's step-down values; NaN stays NaN and does not count."""
    found = p_values.copy()
    order = [place for place in np.argsort(p_values) if not np.isnan(p_values[place])]
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[place]))
        found[place] = largest
    return found


def _spread(repeats: Floats) -> Floats:
    """Standard deviation ``[B]`` over the repeats ``[B, R]`` that were done; NaN of one."""
    known = repeats[:, ~np.isnan(repeats).all(axis=0)]
    if known.shape[1] < 2:
        return np.full(len(repeats), np.nan)
    found: Floats = np.std(known, axis=1, ddof=1)
    return found


def _notes(done: int, planned: int) -> tuple[Sentence, ...]:
    if done == planned:
        return ()
    return (
        Sentence.of(
            gettext_noop("Time ran out: %(done)s of %(planned)s shuffles were tried."),
            done=done,
            planned=planned,
        ),
    )
