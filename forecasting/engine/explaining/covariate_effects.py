"""What the covariates do to a forecast: the same forecast with each at its usual value.

For any model that uses them: the forecast is made again with a covariate at its mean of the past,
before and after the cutoff alike (a partial effect, Friedman 2001, at today's inputs), and again
with one spread more of it. The ridge of the linear stack also says what it has learned per unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from forecasting.engine.covariate_blocks import known_names, past_names
from forecasting.engine.covariates import Past
from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.model_inputs import fitted_steps
from forecasting.engine.explaining.shuffling import KNOWN, PAST
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.stacking.forecaster import LinearStack
from forecasting.engine.watch import Watch

# A covariate that never moves has no spread; one unit more of it is tried instead.
NO_SPREAD: Final = 1e-12


@dataclass(frozen=True, eq=False)
class CovariateEffects:
    """Of K covariates (``names``, ``kinds`` known or past) on V series (``labels``), H steps ahead.

    ``moved`` ``[V, K, H]`` is the forecast less the one with the covariate at its usual value,
    ``usual`` ``[V, K]``; ``together`` ``[V, H]`` the same for all at once. ``per_unit`` ``[V, K]``
    is what one unit more makes of the forecast, the mean over the steps: of a known covariate in
    the future, of a past one in the past. ``learned`` ``[V, K]`` is the effect per unit that a
    ridge has learned, NaN where there is none. ``sizes`` ``[V]`` are the spreads of the series.
    """

    labels: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    moved: Floats
    together: Floats
    usual: Floats
    per_unit: Floats
    learned: Floats
    sizes: Floats

    def of_series(self, panel: Panel, ids: Sequence[str]) -> CovariateEffects:
        """Only these series of the ``panel`` that was asked."""
        places = [panel.ids.index(name) for name in ids]
        channels = len(panel.channels)
        rows = [place * channels + c for place in places for c in range(channels)]
        return replace(
            self,
            labels=panel.select(ids).labels,
            moved=self.moved[rows],
            together=self.together[rows],
            usual=self.usual[rows],
            per_unit=self.per_unit[rows],
            learned=self.learned[rows],
            sizes=self.sizes[rows],
        )


def covariate_effects(
    model: Forecaster, panel: Panel | None = None, watch: Watch | None = None
) -> CovariateEffects | None:
    """On the forecast after the last row of ``panel``; None for a model without covariates.

    Raises NotFittedError, Cancelled, and what ``predict`` raises.
    """
    watch, horizon = watch or Watch(), fitted_steps(model)
    panel = model.context_ if panel is None else panel
    items = _items(model, panel)
    if not items:
        return None
    channels = len(panel.channels)
    now = _asked(model, panel)
    usual, spread = (np.stack(part) for part in zip(*_moments(panel, items), strict=True))
    moved = np.zeros((len(now), len(items), horizon))
    per_unit = np.zeros((len(now), len(items)))
    for place, item in enumerate(items):
        watch.report(place / len(items), gettext_noop("Asking without the covariates"))
        moved[:, place] = now - _asked(model, _at_usual(panel, item, usual[:, place]))
        step = np.where(spread[:, place] > NO_SPREAD, spread[:, place], 1.0)
        higher = _asked(model, _raised(panel, item, step)) - now
        per_unit[:, place] = higher.mean(axis=1) / np.repeat(step, channels)
    plain = panel
    for place, item in enumerate(items):
        plain = _at_usual(plain, item, usual[:, place])
    columns = [column for s in range(len(panel)) for column in panel.at(s).T]
    return CovariateEffects(
        labels=panel.labels,
        names=tuple(_names(panel, kind)[k] for kind, k in items),
        kinds=tuple(kind for kind, _ in items),
        moved=moved,
        together=now - _asked(model, plain),
        usual=np.repeat(usual, channels, axis=0),
        per_unit=per_unit,
        learned=_learned(model, panel, items),
        sizes=np.array([np.nanstd(column) for column in columns]),
    )


Item = tuple[str, int]


def _items(model: Forecaster, panel: Panel) -> list[Item]:
    """Kind and column of the covariates that the model says it uses."""
    uses = {KNOWN: model.capabilities.uses_known_future, PAST: model.capabilities.uses_past}
    return [(kind, k) for kind, used in uses.items() if used for k in range(_count(panel, kind))]


def _count(panel: Panel, kind: str) -> int:
    return len(_names(panel, kind))


def _names(panel: Panel, kind: str) -> tuple[str, ...]:
    return known_names(panel) if kind == KNOWN else past_names(panel)


def _asked(model: Forecaster, panel: Panel) -> Floats:
    """The mean ``[V, H]``."""
    mean = model.limits.mean(next(model.means_at(panel, [0])))
    return mean.transpose(0, 2, 1).reshape(-1, mean.shape[1])


def _blocks(panel: Panel, kind: str) -> list[Floats]:
    """Copies of the covariates of every series, the future of known ones included."""
    if kind == KNOWN:
        assert panel.known is not None
        return [panel.known.whole(s).copy() for s in range(len(panel))]
    assert panel.past is not None
    bounds = zip(panel.indptr[:-1], panel.indptr[1:], strict=True)
    return [panel.past.values[low:high].copy() for low, high in bounds]


def _with(panel: Panel, kind: str, blocks: list[Floats]) -> Panel:
    if kind == KNOWN:
        assert panel.known is not None
        return replace(panel, known=panel.known.changed(blocks))
    return replace(panel, past=Past(past_names(panel), np.concatenate(blocks)))


def _moments(panel: Panel, items: list[Item]) -> Iterator[tuple[Floats, Floats]]:
    """Mean and spread of every covariate before the cutoff ``[K]``, for every series."""
    blocks = {kind: _blocks(panel, kind) for kind, _ in items}
    for s, rows in enumerate(panel.lengths):
        past = [blocks[kind][s][:rows, k] for kind, k in items]
        seen = [column[~np.isnan(column)] for column in past]
        means = [column.mean() if len(column) else np.nan for column in seen]
        yield np.array(means), np.array([column.std() if len(column) else 0.0 for column in seen])


def _at_usual(panel: Panel, item: Item, usual: Floats) -> Panel:
    kind, k = item
    blocks = _blocks(panel, kind)
    for block, value in zip(blocks, usual, strict=True):
        block[:, k] = value
    return _with(panel, kind, blocks)


def _raised(panel: Panel, item: Item, step: Floats) -> Panel:
    kind, k = item
    blocks = _blocks(panel, kind)
    for block, rows, more in zip(blocks, panel.lengths, step, strict=True):
        block[rows if kind == KNOWN else 0 :, k] += more
    return _with(panel, kind, blocks)


def _learned(model: Forecaster, panel: Panel, items: list[Item]) -> Floats:
    """``[V, K]`` of the linear stack; a series it has not learned takes the mean of all."""
    found = np.full((len(panel.labels), len(items)), np.nan)
    if not isinstance(model, LinearStack) or model.effects_ is None:
        return found
    variates, weights = model.intervals_.variates(panel), model.effects_.weights
    own = np.where(variates[:, None] < 0, weights.mean(axis=0), weights[variates])
    for place, (kind, k) in enumerate(items):
        if kind == KNOWN:
            found[:, place] = own[:, model.effects_.names.index(known_names(panel)[k])]
    return found
