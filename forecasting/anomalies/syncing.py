"""Judged rows as rows of the database: events that are new, moved, or no longer pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import transaction

from forecasting.anomalies import storing
from forecasting.engine.anomalies import rates
from forecasting.engine.anomalies.events import Event, events_of
from forecasting.engine.anomalies.lessons import Label, Lesson, learned
from forecasting.engine.anomalies.rates import Rate, rate_at, threshold_for, weeks_of
from forecasting.engine.anomalies.scored import Scored
from forecasting.engine.frequency import Frequency
from forecasting.models import Anomaly, AnomalyWatch


def frequency_of(watch: AnomalyWatch) -> Frequency:
    """The step of the series, with the season that the watch was given."""
    frequency = Frequency.parse(watch.frequency)
    return frequency.with_seasons([watch.season]) if watch.season else frequency


def weeks(watch: AnomalyWatch, scored: Sequence[Scored]) -> float:
    """The weeks that were judged."""
    return weeks_of(scored, frequency_of(watch))


def settle(watch: AnomalyWatch, scored: Sequence[Scored], *, anew: bool = False) -> list[Anomaly]:
    """Bring threshold, counts and anomalies of a watch in line with its judged rows.

    The threshold for the wanted alarms is kept until there are twice as many rows, or `anew`;
    labels then move it. Answers the anomalies that were not there before. Call in a transaction.
    """
    span = weeks(watch, scored)
    rows = sum(one.rows for one in scored)
    if anew or watch.threshold is None or rows >= 2 * max(watch.rows_at_threshold, 1):
        watch.threshold = threshold_for(scored, watch.per_week, span)
        watch.rows_at_threshold = rows
    lesson = lesson_of(watch)
    watch.learned = lesson.threshold if lesson.moved else None
    watch.rows_judged = rows
    watch.rate = {
        **told(rate_at(scored, watch.in_force, span)),
        "series": [one.label for one in scored],
    }
    watch.lesson = _lesson_told(lesson, rate_at(scored, lesson.before, span))
    watch.save()
    return _write(
        watch,
        [event for one in scored for event in events_of(one, watch.in_force)],
        {one.label: one for one in scored},
    )


@transaction.atomic
def resettle(watch: AnomalyWatch, *, anew: bool = False) -> AnomalyWatch:
    """The same from the files, after a label or another wish; answers the row as it is then."""
    held: AnomalyWatch = AnomalyWatch.objects.select_for_update(of=("self",)).get(pk=watch.pk)
    scored = storing.read_scores(held)
    if scored:
        settle(held, scored, anew=anew)
    return held


def lesson_of(watch: AnomalyWatch) -> Lesson:
    """What the labels teach about the threshold for the wanted alarms."""
    said = Anomaly.objects.of_watch(watch).exclude(label__in=["", Anomaly.Label.EXPECTED])
    labels = [
        Label(p, real=label == Anomaly.Label.REAL) for p, label in said.values_list("p", "label")
    ]
    return learned(float(watch.threshold or rates.LARGEST), labels)


def told(rate: Rate) -> dict[str, Any]:
    """A rate as JSON."""
    share = rate.false_share
    return {
        "threshold": rate.threshold,
        "alarms": rate.alarms,
        "weeks": rate.weeks,
        "per_week": rate.per_week,
        "low": rate.low,
        "high": rate.high,
        "unusual": rate.unusual,
        "by_chance": rate.by_chance,
        "false_share": None if math.isnan(share) else share,
    }


def aware(time: np.datetime64) -> datetime:
    """A stored time for the database, which keeps times in UTC."""
    moment: datetime = time.astype("datetime64[us]").item()
    return moment.replace(tzinfo=UTC)


def _lesson_told(lesson: Lesson, before: Rate) -> dict[str, Any]:
    if not lesson.real + lesson.false:
        return {}
    return {
        "before": lesson.before,
        "threshold": lesson.threshold,
        "moved": lesson.moved,
        "real": lesson.real,
        "real_kept": lesson.real_kept,
        "false": lesson.false,
        "false_dropped": lesson.false_dropped,
        "before_per_week": before.per_week,
    }


def _write(
    watch: AnomalyWatch, events: Sequence[Event], scored: dict[str, Scored]
) -> list[Anomaly]:
    """Match by overlap, so that labels stay with what was labelled; answers the new ones."""
    there: dict[str, list[Anomaly]] = {}
    for one in Anomaly.objects.of_watch(watch):
        there.setdefault(one.series, []).append(one)
    made: list[Anomaly] = []
    kept: set[Any] = set()
    for event in events:
        fields = _fields(event, scored[event.label])
        row = _same(there.get(event.label, ()), fields, kept)
        if row is None:
            made.append(Anomaly(watch=watch, series=event.label, **fields))
            continue
        kept.add(row.pk)
        _change(row, fields)
    gone = [row for rows in there.values() for row in rows if row.pk not in kept]
    Anomaly.objects.filter(
        pk__in=[row.pk for row in gone if not row.label and not row.note]
    ).delete()
    silent = [row.pk for row in gone if row.label or row.note]
    Anomaly.objects.filter(pk__in=silent).update(counts=False, lasts=False)
    # A labelled one that no longer passes may hold the start of a new one.
    taken = {(row.series, row.start) for row in gone if row.pk in silent}
    fresh = [row for row in made if (row.series, row.start) not in taken]
    return list(Anomaly.objects.bulk_create(fresh))


def _same(rows: Sequence[Anomaly], fields: dict[str, Any], kept: set[Any]) -> Anomaly | None:
    for row in rows:
        if row.pk not in kept and row.start <= fields["end"] and fields["start"] <= row.end:
            return row
    return None


def _change(row: Anomaly, fields: dict[str, Any]) -> None:
    changed = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, fields[name])
    if changed:
        row.save(update_fields=[*changed, "updated_at"])


def _fields(event: Event, scored: Scored) -> dict[str, Any]:
    known = {
        name: None if math.isnan(number) else number
        for name in ("value", "expected", "lower", "upper", "size", "times_usual")
        if (number := getattr(event, name)) is not None
    }
    return {
        **known,
        "kind": event.kind,
        "start": aware(event.start),
        "end": aware(event.end),
        "peak_at": aware(event.peak_time),
        "rows": event.rows,
        "p": event.p,
        "counts": True,
        "lasts": event.last == len(scored) - 1,
    }
