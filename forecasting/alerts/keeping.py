"""Make, change, silence and remove rules; a rule that makes no sense is refused by its field."""

from __future__ import annotations

import datetime
import math
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.models.user import User
from accounts.notifying.kinds import CHANNELS
from accounts.problems import Conflict
from forecasting import results
from forecasting.alerts import judging, states
from forecasting.models import AlertRule
from forecasting.refusals import ForecastProblem

MOST_RULES: Final = 200
MOST_STEPS: Final = 100_000
MOST_ANSWERS: Final = 10
MOST_HOURS: Final = 720
Kind, Measure, Direction = AlertRule.Kind, AlertRule.Measure, AlertRule.Direction


def make(rule: AlertRule) -> AlertRule:
    """Save a new rule of its owner and look once; raises Problem naming what makes no sense."""
    check(rule)
    with transaction.atomic():
        # Two forms sent at once must not both be the last one.
        User.objects.select_for_update().get(pk=rule.owner_id)
        if AlertRule.objects.owned_by(rule.owner).count() >= MOST_RULES:
            raise Conflict(
                gettext("You have %(count)s rules. Delete one before adding another.")
                % {"count": MOST_RULES},
                code="too_many_rules",
            )
        rule.save()
        audit.record(rule.owner, "alert.added", rule)
        judging.first_look(rule)
    rule.refresh_from_db()
    return rule


def change(rule: AlertRule, *, by: User) -> AlertRule:
    """Save a changed rule: what went on ends, and it is judged anew."""
    check(rule)
    with transaction.atomic():
        rule.save()
        audit.record(by, "alert.changed", rule)
        states.stop(rule)
        if rule.is_on:
            judging.first_look(rule)
    rule.refresh_from_db()
    return rule


def switch(rule: AlertRule, *, on: bool, by: User) -> None:
    """Switch it on or off; a rule that is off does not fire."""
    if rule.is_on != on:
        rule.is_on = on
        change(rule, by=by)


def snooze(rule: AlertRule, *, hours: int, by: User) -> None:
    """Be silent for so many hours; 0 ends the silence."""
    if not 0 <= hours <= MOST_HOURS:
        raise _whole("hours", 0, MOST_HOURS)
    until = timezone.now() + datetime.timedelta(hours=hours) if hours else None
    rule.snoozed_until = until
    rule.save(update_fields=["snoozed_until", "updated_at"])
    audit.record(by, "alert.snoozed", rule, hours=hours)


def remove(rule: AlertRule, *, by: User) -> None:
    """Forget a rule with its history."""
    audit.record(by, "alert.deleted", rule)
    rule.delete()


def check(rule: AlertRule) -> None:
    """Raise Problem with the field that stands in the way; small gaps are filled."""
    _check_ways(rule)
    _check_numbers(rule)
    if rule.kind == Kind.MISSING:
        _check_silence(rule)
    elif rule.kind == Kind.FORECAST:
        _check_forecast(rule)
    elif rule.kind == Kind.DRIFT and rule.task is None:
        raise ForecastProblem(gettext("Choose the forecast whose error it watches."), field="task")


def _check_ways(rule: AlertRule) -> None:
    unknown = sorted(set(rule.channels) - set(CHANNELS))
    if unknown:
        raise ForecastProblem(
            gettext("There is no way called %(name)s. Use one of: %(names)s.")
            % {"name": unknown[0][:40], "names": ", ".join(CHANNELS)},
            field="channels",
        )
    rule.channels = [name for name in CHANNELS if name in rule.channels]


def _check_numbers(rule: AlertRule) -> None:
    for field in ("limit", "margin", "urgent_limit"):
        value = getattr(rule, field)
        if value is not None and not math.isfinite(value):
            raise ForecastProblem(gettext("Give a plain number, such as 950."), field=field)
    if rule.margin < 0:
        raise ForecastProblem(gettext("The margin is a distance: give 0 or more."), field="margin")
    if not 1 <= rule.clear_after <= MOST_ANSWERS:
        raise _whole("clear_after", 1, MOST_ANSWERS)
    if not 0 <= rule.repeat_hours <= MOST_HOURS:
        raise _whole("repeat_hours", 0, MOST_HOURS)
    if rule.urgent_limit is not None and rule.limit is not None:
        _check_urgent(rule, rule.urgent_limit, rule.limit)


def _check_urgent(rule: AlertRule, urgent: float, limit: float) -> None:
    below = rule.direction == Direction.BELOW
    if (urgent > limit) if below else (urgent < limit):
        raise ForecastProblem(
            gettext("Urgent must lie beyond the limit: the rule fires earlier than that."),
            field="urgent_limit",
        )


def _check_silence(rule: AlertRule) -> None:
    version = rule.dataset.current_version
    if version is None or version.time is None or not version.frequency:
        raise ForecastProblem(
            gettext("%(name)s has no regular times, so nobody can tell what is missing.")
            % {"name": rule.dataset.name},
            field="dataset",
        )
    if rule.within is None or not 1 <= rule.within <= MOST_STEPS:
        raise _whole("within", 1, MOST_STEPS)
    rule.task, rule.series, rule.limit, rule.urgent_limit = None, "", None, None
    # New rows are the end of it; there is nothing to wait for.
    rule.clear_after = 1


def _check_forecast(rule: AlertRule) -> None:
    task = rule.task
    if task is None:
        raise ForecastProblem(gettext("Choose the forecast it watches."), field="task")
    rule.dataset = task.dataset
    if rule.limit is None:
        raise ForecastProblem(gettext("Give the limit as a number, such as 950."), field="limit")
    if rule.within is not None and not 1 <= rule.within <= task.horizon:
        raise _whole("within", 1, task.horizon)
    if rule.measure != Measure.MEAN and rule.level not in task.levels:
        raise ForecastProblem(
            gettext("This forecast has no %(level)s%% interval. Use one of: %(levels)s.")
            % {"level": rule.level, "levels": ", ".join(map(str, task.levels))},
            field="level",
        )
    if rule.measure == Measure.WIDTH:
        rule.direction = Direction.ABOVE
    _check_series(rule)


def _check_series(rule: AlertRule) -> None:
    leader = rule.task.results.ranked().first() if rule.task else None
    if not rule.series or leader is None:
        return
    if results.line_of(leader, rule.series) is None:
        names = ", ".join(results.labels_of(leader)[:8])
        raise ForecastProblem(
            gettext("This forecast has no series %(name)s. It has %(names)s.")
            % {"name": rule.series[:100], "names": names},
            field="series",
        )


def _whole(field: str, least: int, most: int) -> ForecastProblem:
    return ForecastProblem(
        gettext("Give a whole number from %(least)s to %(most)s.")
        % {"least": f"{least:,}", "most": f"{most:,}"},
        field=field,
    )
