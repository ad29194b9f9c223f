"""Every series as trend, cycles, effects of known covariates and rest, forecasts included.

The parts add up to the values. Known covariates are taken out first, by their changes
(stacking/effects.py), the rest is split as decomposing.py says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining import time_words
from forecasting.engine.explaining.calendar_parts import NAMES as CALENDAR_NAMES
from forecasting.engine.explaining.sentence import Name, Sentence
from forecasting.engine.explaining.splitting import (
    COVARIATE,
    REST,
    SEASON,
    TREND,
    Split,
    part_of,
    split,
)
from forecasting.engine.explaining.strengths import shares, strengths
from forecasting.engine.forecast import Forecast
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

# Rows that are split: enough for six turns of the longest cycle, within what a page can wait for.
USUAL_ROWS: Final = 2_000
MOST_ROWS: Final = 20_000
TURNS: Final = 6
_NAMES: Final = {
    TREND: gettext_noop("trend"),
    REST: gettext_noop("rest"),
}


@dataclass(frozen=True, eq=False)
class Components:
    """Parts of V series (``labels`` of the panel with ``ids``) over T past rows and H steps ahead.

    ``times`` and ``values`` are ``[V, T + H]``, the values past the forecast; shorter series have
    NaN before their first row. ``parts`` ``[V, N, T + H]`` add up to the values: the trend, one per
    cycle of ``seasons`` steps (zero in a series that has not got it), one per known covariate, with
    those of the calendar together as holidays and other dates, the rest; ``names`` and ``kinds``
    (trend, season, covariate, holiday, calendar, rest) ``[N]`` say which. ``strength``
    ``[V, N]`` is from 0 to 1 (NaN of the rest), ``share`` ``[V, N]`` of the variation of the past
    sums to 1. A series that was not reached in time is NaN, and ``notes`` say so.
    """

    ids: tuple[str, ...]
    labels: tuple[str, ...]
    frequency: Frequency
    horizon: int
    times: Times
    values: Floats
    names: tuple[Name, ...]
    kinds: tuple[str, ...]
    seasons: tuple[int, ...]
    parts: Floats
    strength: Floats
    share: Floats
    notes: tuple[Sentence, ...] = ()

    @property
    def past(self) -> Floats:
        """The parts of the past ``[V, N, T]``."""
        return self.parts[:, :, : self.parts.shape[2] - self.horizon]

    @property
    def ahead(self) -> Floats:
        """The parts of the forecast ``[V, N, H]``."""
        return self.parts[:, :, self.parts.shape[2] - self.horizon :]

    def cycles(self, place: int) -> tuple[int, ...]:
        """The cycles that the series at a place has."""
        parts = zip(self.seasons, self.past[place, self.of_kind(SEASON)], strict=True)
        return tuple(m for m, part in parts if np.nanmax(np.abs(part), initial=0.0) > 0)

    def of_kind(self, kind: str) -> NDArray[np.int64]:
        """The places of the parts of a kind."""
        return np.flatnonzero(np.array(self.kinds) == kind)


def components(
    panel: Panel,
    forecast: Forecast | None = None,
    *,
    seasons: Sequence[int] = (),
    like: Components | None = None,
    watch: Watch | None = None,
) -> Components:
    """Split the newest rows of ``panel`` and the ``forecast`` that follows them.

    ``seasons`` in steps, or for every series those it has in ``like``; without either the usual
    ones of the frequency, each where a test finds it. Raises Cancelled.
    """
    watch = watch or Watch()
    candidates = tuple(sorted(seasons)) or panel.frequency.season_lengths
    rows = min(MOST_ROWS, max(USUAL_ROWS, TURNS * candidates[-1]))
    newest = panel.tail(rows)
    horizon = 0 if forecast is None else forecast.mean.shape[1]
    variates = list(np.ndindex(len(panel), len(panel.channels)))
    found: list[Split | None] = []
    for place, (s, c) in enumerate(variates):
        watch.report(place / len(variates), gettext_noop("Splitting the series into parts"))
        if place and not watch.budget.left():
            break
        ahead = np.zeros(0) if forecast is None else forecast.mean[s, :, c]
        chosen = candidates if like is None else like.cycles(place)
        tested = not seasons and like is None
        found.append(split(newest, (s, c), ahead, chosen, tested=tested))
    return _gathered(newest, found, horizon, like)


def _gathered(
    panel: Panel, found: Sequence[Split | None], horizon: int, like: Components | None
) -> Components:
    """All series in one table, the newest rows on the right."""
    done = [one for one in found if one is not None]
    seasons = tuple(sorted({m for one in done for kind, m in one.parts if kind == SEASON}))
    seasons = seasons if like is None else like.seasons
    known = panel.known.names if panel.known else ()
    keys = [
        (TREND, 0),
        *((SEASON, m) for m in seasons),
        *dict.fromkeys(part_of(panel, k) for k in range(len(known))),
        (REST, 0),
    ]
    rows, count = int(panel.lengths.max()), len(panel.labels)
    values = np.full((count, rows + horizon), np.nan)
    parts = np.full((count, len(keys), rows + horizon), np.nan)
    for v, one in enumerate(found):
        if one is not None:
            values[v, rows - one.rows :] = one.values
            nothing = np.zeros(len(one.values))
            parts[v, :, rows - one.rows :] = [one.parts.get(key, nothing) for key in keys]
    return Components(
        ids=panel.ids,
        labels=panel.labels,
        frequency=panel.frequency,
        horizon=horizon,
        times=_times(panel, rows, horizon),
        values=values,
        names=tuple(_name(panel, *key) for key in keys),
        kinds=tuple(kind for kind, _ in keys),
        seasons=seasons,
        parts=parts,
        strength=np.stack([_strength(part[:, :rows]) for part in parts]),
        share=np.stack([shares(part[:, :rows]) for part in parts]),
        notes=_notes(len(found), count),
    )


def _times(panel: Panel, rows: int, horizon: int) -> Times:
    steps = panel.lengths[:, None] - rows + np.arange(rows + horizon)
    return np.repeat(panel.frequency.at(panel.starts[:, None], steps), len(panel.channels), axis=0)


def _name(panel: Panel, kind: str, number: int) -> Name:
    if kind == SEASON:
        return time_words.cycle(panel.frequency, number)
    if kind == COVARIATE and panel.known:
        return panel.known.names[number]
    return CALENDAR_NAMES.get(kind) or Sentence.of(_NAMES[kind])


def _strength(parts: Floats) -> Floats:
    """Of every part of the past ``[N, T]``; NaN of the rest, and of a series without parts."""
    if np.isnan(parts).all():
        return np.full(len(parts), np.nan)
    return np.append(strengths(parts[:-1], parts[-1]), np.nan)


def _notes(done: int, count: int) -> tuple[Sentence, ...]:
    if done == count:
        return ()
    return (
        Sentence.of(
            gettext_noop("Time ran out: %(done)s of %(count)s series were split into parts."),
            done=done,
            count=count,
        ),
    )
