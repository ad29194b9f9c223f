"""What the other detectors see in the same history, at the same number of alarms a week."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.translation import gettext

from forecasting.anomalies import scanning, storing, syncing
from forecasting.engine.anomalies import detectors
from forecasting.engine.anomalies.agreement import agreement, seen_by
from forecasting.engine.anomalies.events import Event, events_of
from forecasting.engine.anomalies.rates import threshold_for
from forecasting.engine.anomalies.scored import Scored
from forecasting.engine.errors import EngineError
from forecasting.engine.watch import Watch
from forecasting.models import AnomalyWatch
from forecasting.refusals import ForecastProblem
from jobs.progress import Progress

_NAMES = tuple(detectors.DETECTORS)


def compare(watch: AnomalyWatch, run: Progress) -> None:
    """Judge by every detector that the watch does not use, and keep counts of who saw what."""
    own = storing.read_scores(watch)
    if not own or watch.version is None:
        raise ForecastProblem(
            gettext("Nothing was judged yet. Let the watch judge the history first."),
            code="not_judged",
        )
    judged = {watch.detector: own}
    for place, name in enumerate(other for other in _NAMES if other != watch.detector):
        part = Watch(partial(_report, run), low=place / 2, high=(place + 1) / 2)
        judged[name] = _by(name, watch, own, part)
    span = syncing.weeks(watch, own)
    events = {
        name: _events(scored, threshold_for(scored, watch.per_week, span) if scored else 0.0)
        for name, scored in judged.items()
    }
    with transaction.atomic():
        run.fence()
        AnomalyWatch.objects.filter(pk=watch.pk).update(comparison=_told(events, watch))


def _by(name: str, watch: AnomalyWatch, own: list[Scored], part: Watch) -> list[Scored]:
    """The rows that the watch has judged, by another detector."""
    frequency = syncing.frequency_of(watch)
    found = []
    for place, one in enumerate(own):
        share = part.part(place / len(own), (place + 1) / len(own))
        try:
            detectors.check(one.label, one.values, frequency)
        except EngineError:
            continue
        begun = detectors.begin(name, frequency, one.times[0], scanning.SEED)
        found.append(begun.take(one.label, one.values, share))
    return found


def _events(scored: list[Scored], threshold: float) -> list[Event]:
    return [event for one in scored for event in events_of(one, threshold)]


def _told(events: dict[str, list[Event]], watch: AnomalyWatch) -> dict[str, Any]:
    seen = seen_by(events)
    pairs = []
    for first, second in combinations(_NAMES, 2):
        share = agreement(events[first], events[second]).share
        pairs.append({"pair": [first, second], "share": None if np.isnan(share) else share})
    return {
        "version": watch.version.number if watch.version else None,
        "per_week": watch.per_week,
        "detectors": [
            {
                "name": name,
                "events": len(events[name]),
                "alone": seen[name].count(1),
                "by_two": seen[name].count(2),
                "by_all": seen[name].count(3),
            }
            for name in _NAMES
        ],
        "pairs": pairs,
    }


def _report(run: Progress, fraction: float, _message: str) -> None:
    run.report(fraction, gettext("Trying the other detectors"))
