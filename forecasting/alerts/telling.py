"""Who hears of an alert, and in which words."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy

from accounts.models import Notification, Share, User
from accounts.notify import Kind, News, notify, register_kind
from forecasting.alerts import words
from forecasting.alerts.states import Moved
from forecasting.models import AlertFiring, AlertRule

KIND: Final = "alert"


def connect() -> None:
    """Register the kind."""
    register_kind(Kind(KIND, gettext_lazy("An alert fires"), email=True, webhook=True))


def tell(moved: Moved) -> list[Notification]:
    """Tell everybody the rule names; each in their own words."""
    news = _news(moved)
    owner = moved.rule.owner
    # The rule says which ways its owner wants; other people's ways are their own choice.
    mine = News(**{**vars(news), "channels": moved.rule.channels or None})
    told = notify(owner, mine)
    return told + notify([one for one in recipients(moved.rule) if one != owner], news)


def recipients(rule: AlertRule) -> list[User]:
    """Who hears of it now: the owner, and on wish everybody who may see what it is about."""
    if rule.audience != AlertRule.Audience.VIEWERS:
        return [rule.owner]
    thing = rule.task or rule.dataset
    shares = Share.objects.of(type(thing)).filter(object_id=thing.pk)
    people: QuerySet[User] = User.objects.filter(is_active=True, shares__in=shares)
    everybody = {rule.owner, thing.owner, *people}
    return sorted(everybody, key=lambda person: person.username)


def test(rule: AlertRule) -> list[Notification]:
    """Send the owner what a firing would look like, now, on the rule's ways."""
    title = partial(_test_title, rule)
    body = gettext_lazy("This is a test: the rule itself has not fired.")
    news = News(KIND, title, body=body, link=rule.get_absolute_url(), urgent=True)
    return notify(rule.owner, News(**{**vars(news), "channels": rule.channels or None}))


def _news(moved: Moved) -> News:
    rule, firing = moved.rule, moved.firing
    is_over = moved.change == "resolved"
    return News(
        KIND,
        partial(_title, rule, firing, is_over=is_over),
        body=partial(_body, rule, firing, is_over=is_over),
        link=rule.thing_url,
        level=Notification.Level.GOOD if is_over else Notification.Level.WARN,
        # A rule that comes and goes within an hour is one notification that counts.
        key=f"{rule.pk}:{'over' if is_over else 'on'}",
        urgent=not is_over and rule.is_urgent(firing.value),
        data=_data(moved),
    )


def _data(moved: Moved) -> dict[str, object]:
    rule, firing = moved.rule, moved.firing
    return {
        "rule": str(rule.pk),
        "firing": str(firing.pk),
        "change": moved.change,
        "kind": rule.kind,
        "dataset": str(rule.dataset_id),
        "prediction": str(rule.task_id) if rule.task_id else None,
        "series": firing.series,
        "value": firing.value,
        "limit": rule.limit,
        "first_time": firing.first_time,
        "peak_time": firing.peak_time,
    }


def _title(rule: AlertRule, firing: AlertFiring, *, is_over: bool) -> str:
    if is_over:
        return words.resolved(rule)
    said = words.fired(rule, firing)
    return f"{rule.name}: {said}" if rule.name else said


def _body(rule: AlertRule, firing: AlertFiring, *, is_over: bool) -> str:
    if is_over:
        return gettext("It is back within the limit.")
    return words.why(rule, firing)


def _test_title(rule: AlertRule) -> str:
    return gettext("Test: %(rule)s") % {"rule": words.title(rule)}
