"""What became of every notification on each way to a person, in Almanac among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Delivery, Notification, User

IN_APP: Final = "app"
NEWEST: Final = ("-last_at", "-id")
_OPEN: Final = (Delivery.State.WAITING, Delivery.State.HELD, Delivery.State.SENDING)
WAYS: Final = {IN_APP: _("In Almanac"), "email": _("E-mail"), "webhook": _("Webhook")}
STATES: Final = {"sent": _("arrived"), "open": _("on its way"), "failed": _("not sent")}


@dataclass(frozen=True)
class Filter:
    """Which of them: one way, one state; empty for any. What is not known is any."""

    way: str = ""
    state: str = ""

    @classmethod
    def asked(cls, way: str, state: str) -> Filter:
        """Of a query string."""
        return cls(way if way in WAYS else "", state if state in STATES else "")

    @property
    def is_on(self) -> bool:
        """Is anything left out?"""
        return bool(self.way or self.state)


@dataclass(frozen=True)
class Told:
    """One notification with its ways."""

    row: Notification

    @cached_property
    def deliveries(self) -> list[Delivery]:
        """E-mails and webhooks, as they were sent."""
        return list(self.row.deliveries.all())

    @property
    def state(self) -> str:
        """The worst of its ways: failed, open or sent."""
        states = {one.state for one in self.deliveries}
        if Delivery.State.FAILED in states:
            return "failed"
        return "open" if states & set(_OPEN) else "sent"

    @property
    def is_test(self) -> bool:
        """Did somebody press Test?"""
        return self.row.kind == "test"

    @property
    def at(self) -> datetime:
        """When it was told, the last time."""
        return self.row.last_at


def of(person: User, chosen: Filter) -> QuerySet[Notification]:
    """What this person was told, on ways and in states as chosen; order it by `NEWEST`."""
    told = Notification.objects.filter(person=person).filter(_matches(chosen))
    found: QuerySet[Notification] = told.with_ways()
    return found


def shown(rows: Any) -> list[Told]:
    """The same for a page."""
    return [Told(row) for row in rows]


def _matches(chosen: Filter) -> Q:
    found = Q()
    if chosen.way != IN_APP:
        states = _OPEN if chosen.state == "open" else filter(None, [chosen.state])
        mine = Delivery.objects.filter(notification=OuterRef("pk"))
        sent = mine.on_way(chosen.way).in_state(*states)
        found |= Q(Exists(sent))
    if chosen.way in ("", IN_APP) and chosen.state in ("", "sent"):
        found |= Q(in_app=True)
    return found or Q(pk__in=())
