"""The day in figures: how long jobs waited, what was retried, how much was computed."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from statistics import median

from django.utils import timezone

from jobs.models import JobQuerySet

HOURS = 24


@dataclass(frozen=True)
class Today:
    """Jobs made in the last 24 hours; waits and computing in seconds."""

    jobs: int
    middle_wait: float | None
    longest_wait: float | None
    retried: int
    computing: float
    by_hour: list[int]


def today(jobs: JobQuerySet) -> Today:
    """Figures of the last 24 hours from one query; `by_hour` counts starts, oldest hour first."""
    now = timezone.now()
    rows = list(
        jobs.filter(created_at__gte=now - datetime.timedelta(hours=HOURS)).values_list(
            "created_at", "started_at", "finished_at", "attempt"
        )
    )
    # Rows are made by the web's clock and started by the database's.
    waits = [max(0.0, (started - made).total_seconds()) for made, started, _, _ in rows if started]
    busy = [(ended - started).total_seconds() for _, started, ended, _ in rows if started and ended]
    hours = Counter(int((now - made).total_seconds() // 3600) for made, *_ in rows)
    return Today(
        jobs=len(rows),
        middle_wait=median(waits) if waits else None,
        longest_wait=max(waits, default=None),
        retried=sum(1 for *_, attempt in rows if attempt > 1),
        computing=sum(busy),
        by_hour=[hours[HOURS - 1 - n] for n in range(HOURS)],
    )
