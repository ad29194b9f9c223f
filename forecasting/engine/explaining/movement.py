"""What moved a forecast since an earlier cutoff: the same times, forecast then and now, in parts.

The fitted model is the same both times, so that only the rows that came in between have done it.
Series and forecast are split into parts at both cutoffs (components.py); the changes of the parts
add up to the change of the forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.averaging import mean
from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.explaining import time_words
from forecasting.engine.explaining.components import Components, components
from forecasting.engine.explaining.forecast_parts import of_series
from forecasting.engine.explaining.model_inputs import fitted_steps
from forecasting.engine.explaining.sentence import Name, Sentence
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

# A change below a tenth of the spread of the series is what forecasts do from day to day.
LEAST_CHANGE: Final = 0.1
# A part that made less than a fifth of the movement did not make it.
LEAST_PART: Final = 0.2


@dataclass(frozen=True, eq=False)
class Movement:
    """Of V series (``labels``) since ``back`` rows ago, means over the steps both forecasts share.

    ``before`` and ``now`` ``[V]`` are the forecasts, ``changes`` ``[V, N]`` those of the parts
    ``names``, which add up to ``now - before``. ``surprise`` ``[V]`` is the mean of what came in
    between less what had been forecast for it, NaN where nothing was observed; ``sizes`` ``[V]``
    are the spreads of the series.
    """

    labels: tuple[str, ...]
    back: int
    span: Sentence
    names: tuple[Name, ...]
    before: Floats
    now: Floats
    changes: Floats
    surprise: Floats
    sizes: Floats


def movement(
    model: Forecaster,
    panel: Panel,
    back: int | None = None,
    now: Components | None = None,
    watch: Watch | None = None,
) -> Movement:
    """Since the cutoff ``back`` rows earlier: a usual cycle, or half a horizon where that is less.

    ``now`` are the parts of today's forecast of some or all series, where they are known already.
    Raises NotFittedError, TooShortError where the past or the horizon is too short, Cancelled.
    """
    watch, horizon = watch or Watch(), fitted_steps(model)
    rows = back or max(1, min(panel.frequency.season_length, horizon // 2))
    if rows >= horizon:
        raise TooShortError(
            gettext_noop(
                "A forecast of %(horizon)s steps has no time in common with the one %(rows)s rows "
                "earlier; look back fewer rows."
            ),
            horizon=horizon,
            rows=rows,
        )
    new = now or components(panel, model.predict(panel, levels=()), watch=watch.part(0.0, 0.5))
    shown = panel.select(new.ids)
    then = of_series(model.predict(panel.drop_last(rows), levels=()), new.ids)
    old = components(shown.drop_last(rows), then, like=new, watch=watch.part(0.5, 1.0))
    shared = horizon - rows
    columns = [column for s in range(len(shown)) for column in shown.at(s).T]
    return Movement(
        labels=new.labels,
        back=rows,
        span=time_words.ago(panel.frequency, rows),
        names=new.names,
        before=old.values[:, -shared:].mean(axis=1),
        now=new.values[:, -horizon : new.values.shape[1] - rows].mean(axis=1),
        changes=new.ahead[:, :, :shared].mean(axis=2) - old.ahead[:, :, rows:].mean(axis=2),
        surprise=_surprise(columns, then, rows),
        sizes=np.array([np.nanstd(column) for column in columns]),
    )


def sentences(found: Movement, place: int = 0) -> list[Sentence]:
    """Nothing where the forecast has hardly moved."""
    change = float(found.now[place] - found.before[place])
    if not abs(change) >= LEAST_CHANGE * found.sizes[place] > 0:
        return []
    rose = change > 0
    said = [_moved(found, place, change)]
    order = np.argsort(-np.abs(found.changes[place]), kind="stable")
    parts = tuple(
        Sentence.of(
            gettext_noop("%(name)s %(sign)s%(change)s"),
            name=found.names[part],
            sign="+" if found.changes[place, part] > 0 else "",
            change=float(found.changes[place, part]),
        )
        for part in order
        if abs(found.changes[place, part]) >= LEAST_PART * abs(change)
    )
    if parts:
        said.append(Sentence.of(gettext_noop("The parts that changed: %(parts)s."), parts=parts))
    surprise = float(found.surprise[place])
    if (surprise > 0) == rose and abs(surprise) >= LEAST_CHANGE * found.sizes[place]:
        said.append(_surprised(found, surprise))
    return said


def _moved(found: Movement, place: int, change: float) -> Sentence:
    template = (
        gettext_noop(
            "For the same times the forecast is higher by %(change)s than it was %(span)s: "
            "%(now)s instead of %(before)s on average."
        )
        if change > 0
        else gettext_noop(
            "For the same times the forecast is lower by %(change)s than it was %(span)s: "
            "%(now)s instead of %(before)s on average."
        )
    )
    return Sentence.of(
        template,
        change=abs(change),
        span=found.span,
        now=float(found.now[place]),
        before=float(found.before[place]),
    )


def _surprised(found: Movement, surprise: float) -> Sentence:
    if found.back == 1:
        alone = (
            gettext_noop("The new value came in %(size)s higher than it was forecast.")
            if surprise > 0
            else gettext_noop("The new value came in %(size)s lower than it was forecast.")
        )
        return Sentence.of(alone, size=abs(surprise))
    template = (
        gettext_noop(
            "The %(rows)s new values came in %(size)s higher on average than they were forecast."
        )
        if surprise > 0
        else gettext_noop(
            "The %(rows)s new values came in %(size)s lower on average than they were forecast."
        )
    )
    return Sentence.of(template, rows=found.back, size=abs(surprise))


def _surprise(columns: list[Floats], then: Forecast, rows: int) -> Floats:
    forecast = then.mean.transpose(0, 2, 1).reshape(len(columns), -1)[:, :rows]
    gaps = np.stack([column[len(column) - rows :] for column in columns]) - forecast
    return mean(gaps, (1,))
