"""Hours that the clock skips in spring and shows twice in autumn.

Only times that name no zone can have them. The zone is found by trying: one whose changes fall
on what is missing or double in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from datasets.quality.checks.moves import moves
from datasets.quality.finding import Found, finding, step
from datasets.quality.subject import Subject

CODES = ("clock_gaps", "clock_overlaps")
_ZONES = (
    "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "Europe/Athens", "Australia/Sydney", "America/Santiago",
    "Pacific/Auckland", "Asia/Jerusalem", "America/Sao_Paulo", "Europe/Moscow",
)  # fmt: skip
_HOUR_US = 3_600_000_000
_MOST = 200
# Of the changes in the span, so many must be seen before they name the zone.
_SHARE = 0.5


@dataclass(frozen=True)
class _Changes:
    zone: str = ""
    gaps: list[tuple[str, str]] = field(default_factory=list)
    overlaps: list[str] = field(default_factory=list)


def check(subject: Subject) -> Iterator[Found]:
    """Skipped and doubled hours of the zone that explains most of them."""
    changes = _changes(subject)
    for code, places in (("clock_gaps", changes.gaps), ("clock_overlaps", changes.overlaps)):
        if places:
            first = places[0][0] if isinstance(places[0], tuple) else places[0]
            yield finding(
                code,
                severity="warn" if code == "clock_overlaps" else "info",
                count=len(places),
                zone=changes.zone,
                first=first,
                repair=step("zone", source=changes.zone, target="UTC"),
            )


def explained_gaps(subject: Subject) -> set[tuple[str, str]]:
    """(before, after) of the gaps that a change of the clock explains."""
    return set(_changes(subject).gaps)


def _changes(subject: Subject) -> _Changes:
    known: _Changes | None = subject.profile.get("_clock_changes")
    if known is None:
        known = subject.profile["_clock_changes"] = _find(subject)
    return known


def _find(subject: Subject) -> _Changes:
    frequency = subject.frequency
    is_hourly = (
        frequency is not None and frequency.step_nanoseconds and frequency.step_seconds <= 3600
    )
    if not subject.time or not is_hourly or frequency is None or subject.profile.get("time_zone"):
        return _Changes()
    step_us = frequency.step_seconds * 1e6
    gaps = _times(subject, f"step = {_HOUR_US + step_us}")
    doubles = _times(subject, "step = 0")
    if not gaps and not doubles:
        return _Changes()
    start, end = subject.profile.get("start"), subject.profile.get("end")
    if not start or not end:
        return _Changes()
    years = range(int(start[:4]), min(int(end[:4]), int(start[:4]) + 60) + 1)
    found = (_explained(zone, years, (start, end), gaps, doubles) for zone in _ZONES
             if zone in _known())  # fmt: skip
    return max(found, key=lambda changes: len(changes.gaps) + len(changes.overlaps))


@lru_cache(maxsize=1)
def _known() -> set[str]:
    return available_timezones()


def _times(subject: Subject, where: str) -> list[tuple[str, str]]:
    rows = subject.all(
        f"SELECT DISTINCT CAST(before AS VARCHAR), CAST(t AS VARCHAR) FROM ({moves(subject)}) "  # noqa: S608
        f"WHERE {where} ORDER BY 2 LIMIT {_MOST}"
    )
    return [(before, after) for before, after in rows]


def _explained(
    zone: str,
    years: range,
    span: tuple[str, str],
    gaps: list[tuple[str, str]],
    doubles: list[tuple[str, str]],
) -> _Changes:
    start, end = (datetime.fromisoformat(text) for text in span)
    forward, back = _transitions(zone, years.start, years.stop)
    skipped = [at for at in forward if start < at < end]
    shown_twice = [at for at in back if start < at < end]
    after = {text: (before, text) for before, text in gaps}
    # 01:00 is followed by 03:00, the end of the hour that was skipped.
    hit = [
        after[str(at + timedelta(hours=1))]
        for at in skipped
        if str(at + timedelta(hours=1)) in after
    ]
    twice = [text for _, text in doubles if _within(text, shown_twice)]
    seen_gaps = hit if skipped and len(hit) >= _SHARE * len(skipped) else []
    hours = {text[:13] for text in twice}
    seen_twice = twice if shown_twice and len(hours) >= _SHARE * len(shown_twice) else []
    return _Changes(zone, seen_gaps, seen_twice)


def _within(text: str, hours: list[datetime]) -> bool:
    at = datetime.fromisoformat(text)
    return any(hour <= at < hour + timedelta(hours=1) for hour in hours)


@lru_cache(maxsize=64)
def _transitions(zone: str, first: int, last: int) -> tuple[list[datetime], list[datetime]]:
    """Local starts of the skipped hours and of the doubled hours."""
    place = ZoneInfo(zone)
    forward: list[datetime] = []
    back: list[datetime] = []
    day = datetime(first, 1, 1, tzinfo=UTC)
    before = day.astimezone(place).utcoffset()
    while day.year < last:
        day += timedelta(days=1)
        now = day.astimezone(place).utcoffset()
        if before is not None and now is not None and now != before:
            at = _moment(place, day - timedelta(days=1), before)
            local = at.astimezone(place).replace(tzinfo=None)
            forward += [local - (now - before)] if now > before else []
            back += [local] if now < before else []
        before = now
    return forward, back


def _moment(place: ZoneInfo, day: datetime, before: timedelta) -> datetime:
    """The first hour of the day (UTC) with another offset."""
    hours = (day + timedelta(hours=hour) for hour in range(25))
    return next(hour for hour in hours if hour.astimezone(place).utcoffset() != before)
