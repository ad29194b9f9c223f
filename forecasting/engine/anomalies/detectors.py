"""The detectors by name, and a whole panel under watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.engine.anomalies.by_forecast import ByForecast
from forecasting.engine.anomalies.by_forest import ByForest
from forecasting.engine.anomalies.by_season import BySeason
from forecasting.engine.anomalies.expectation import Expectation, Pace
from forecasting.engine.anomalies.scored import Scored
from forecasting.engine.anomalies.watched import Watched
from forecasting.engine.errors import (
    BadValuesError,
    EngineError,
    SettingsError,
    TooShortError,
    gettext_noop,
)
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import Watch

DETECTORS: Final[Mapping[str, type[Expectation]]] = {
    kind.name: kind for kind in (ByForecast, BySeason, ByForest)
}
# Rows that must be left to judge once the detector has learned.
LEAST_JUDGED: Final = 20


@dataclass(frozen=True, eq=False)
class Found:
    """Every series that could be judged, in the order of the panel, and why others could not."""

    scored: tuple[Scored, ...]
    watched: Mapping[str, Watched]
    refused: Mapping[str, EngineError]


def detect(
    panel: Panel, detector: str = ByForecast.name, *, seed: int = 0, watch: Watch | None = None
) -> Found:
    """Judge every row of ``panel`` by the rows before it, series by series.

    A series that is too short, never moves or holds nothing is refused with a sentence; if all
    are, the first of these errors is raised. Raises Cancelled.
    """
    watch = watch or Watch()
    scored: list[Scored] = []
    watched: dict[str, Watched] = {}
    refused: dict[str, EngineError] = {}
    for place, (label, column, start) in enumerate(variates(panel)):
        part = watch.part(place / len(panel.labels), (place + 1) / len(panel.labels))
        try:
            check(label, column, panel.frequency)
        except EngineError as error:
            refused[label] = error
            continue
        watched[label] = begin(detector, panel.frequency, start, seed)
        scored.append(watched[label].take(label, column, part))
    if not scored:
        raise next(iter(refused.values()))
    return Found(tuple(scored), watched, refused)


def begin(detector: str, frequency: Frequency, start: np.datetime64, seed: int = 0) -> Watched:
    """A series under watch of which no row has come. Raises SettingsError."""
    kind = DETECTORS.get(detector)
    if kind is None:
        raise SettingsError(
            gettext_noop("There is no detector %(name)s; there are %(known)s."),
            name=detector,
            known=", ".join(DETECTORS),
        )
    origin = np.array([start], dtype="datetime64[ns]")
    return Watched(kind(Pace.of(frequency), frequency, origin, seed))


def variates(panel: Panel) -> list[tuple[str, Floats, np.datetime64]]:
    """Label, values ``[T]`` and first time of every series and channel."""
    labels = iter(panel.labels)
    return [
        (next(labels), panel.at(place)[:, channel], panel.starts[place])
        for place in range(len(panel))
        for channel in range(len(panel.channels))
    ]


def check(label: str, column: Floats, frequency: Frequency) -> None:
    """Raise TooShortError or BadValuesError where nothing could be found."""
    known = column[~np.isnan(column)]
    least = least_rows(frequency)
    if not len(known):
        raise BadValuesError(
            gettext_noop("%(series)s holds no value at all, so there is nothing to compare."),
            series=label,
        )
    if len(column) < least:
        raise TooShortError(
            gettext_noop(
                "%(series)s has %(rows)s rows; %(least)s are needed to learn what is usual before "
                "anything can stand out. Add earlier rows."
            ),
            series=label,
            rows=len(column),
            least=least,
        )
    if known.min() == known.max():
        raise BadValuesError(
            gettext_noop("%(series)s never changes, so nothing can stand out."), series=label
        )


def least_rows(frequency: Frequency) -> int:
    """Rows below which a series of this frequency is not watched."""
    return Pace.of(frequency).start + LEAST_JUDGED
