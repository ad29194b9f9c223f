"""From quiet to firing and back, without flapping: the only writer of a rule's state.

quiet → firing when the limit is passed; firing → quiet when the value is back by the margin in
`clear_after` answers in a row. Between limit and margin nothing changes.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final, Literal

from django.db import transaction
from django.utils import timezone

from forecasting.alerts.readings import Reading
from forecasting.models import AlertFiring, AlertRule

Change = Literal["fired", "again", "resolved"]
State = AlertRule.State
_FIELDS: Final = (
    "state", "clear_count", "last_mark", "last_value", "judged_at", "fired_at", "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class Moved:
    """What is to be told: the rule as it is now, its firing, and what happened."""

    rule: AlertRule
    firing: AlertFiring
    change: Change


def advance(
    rule: AlertRule, reading: Reading, now: datetime.datetime | None = None
) -> Moved | None:
    """Take one reading; answers what people should hear, None when there is nothing to say.

    Runs in a transaction of its own that holds the rule: two workers cannot both fire it.
    """
    now = now or timezone.now()
    with transaction.atomic():
        held = AlertRule.objects.select_for_update(of=("self",)).with_things().get(pk=rule.pk)
        if not held.is_on:
            return None
        is_new = reading.mark == "" or reading.mark != held.last_mark
        held.last_mark, held.last_value = reading.mark[:100], reading.value
        held.judged_at = now
        moved = _moved(held, reading, now, is_new=is_new)
        held.save(update_fields=_FIELDS)
    return moved


def stop(rule: AlertRule) -> None:
    """End what goes on without a word: the rule was switched off or changed."""
    with transaction.atomic():
        held = AlertRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
        held.firings.open().update(resolved_at=timezone.now(), updated_at=timezone.now())
        held.state, held.clear_count, held.last_mark = State.OK, 0, ""
        held.save(update_fields=_FIELDS)
    rule.refresh_from_db()


def _moved(
    rule: AlertRule, reading: Reading, now: datetime.datetime, *, is_new: bool
) -> Moved | None:
    if rule.state == State.OK:
        return _fire(rule, reading, now) if reading.is_over else None
    firing = rule.firings.open().first()
    if firing is None:
        rule.state, rule.clear_count = State.OK, 0
        return _fire(rule, reading, now) if reading.is_over else None
    if reading.is_over:
        return _go_on(rule, firing, reading, now)
    if not reading.is_clear:
        rule.clear_count = 0
        return None
    rule.clear_count += int(is_new)
    return _resolve(rule, firing, now) if rule.clear_count >= rule.clear_after else None


def _fire(rule: AlertRule, reading: Reading, now: datetime.datetime) -> Moved | None:
    rule.state, rule.clear_count, rule.fired_at = State.FIRING, 0, now
    firing = AlertFiring(rule=rule, started_at=now)
    _note(rule, firing, reading)
    return _told(rule, firing, "fired", now)


def _go_on(
    rule: AlertRule, firing: AlertFiring, reading: Reading, now: datetime.datetime
) -> Moved | None:
    rule.clear_count = 0
    _note(rule, firing, reading)
    if firing.told_at is None:
        return _told(rule, firing, "fired", now)
    pause = datetime.timedelta(hours=rule.repeat_hours)
    is_due = rule.repeat_hours and now - firing.told_at >= pause
    return _told(rule, firing, "again", now) if is_due else None


def _resolve(rule: AlertRule, firing: AlertFiring, now: datetime.datetime) -> Moved | None:
    rule.state, rule.clear_count = State.OK, 0
    firing.resolved_at = now
    firing.save()
    # Who never heard of the beginning need not hear of the end.
    if firing.told_at is None or rule.is_snoozed:
        return None
    return Moved(rule, firing, "resolved")


def _note(rule: AlertRule, firing: AlertFiring, reading: Reading) -> None:
    firing.series = reading.series[:500]
    firing.value = reading.value
    firing.first_time, firing.peak_time = reading.first_time, reading.peak_time
    firing.message = reading.message[:500]
    firing.save()


def _told(
    rule: AlertRule, firing: AlertFiring, change: Change, now: datetime.datetime
) -> Moved | None:
    if rule.is_snoozed:
        return None
    firing.told_at, firing.told = now, firing.told + 1
    firing.save(update_fields=["told_at", "told", "updated_at"])
    return Moved(rule, firing, change)
