"""The bell of a person's open pages: a ring when something changed, and what the bell shows."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.utils.translation import gettext, ngettext
from redis.exceptions import RedisError

from accounts.models import Notification, User

logger = logging.getLogger(__name__)
MOST_COUNTED = 99


def group(person_id: UUID | str) -> str:
    """Name of the channel group of one person's pages."""
    return f"me.{person_id}"


def ring(person_id: UUID | str) -> None:
    """Ring once. A bell that cannot be rung costs nothing: pages ask as well."""
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        async_to_sync(layer.group_send)(group(person_id), {"type": "me.changed"})
    except (RedisError, OSError):
        logger.warning("The bell of person %s did not ring; their pages will ask.", person_id)


def unread_of(person: User) -> int:
    """How many unread notifications, counted to 100 at most."""
    return int(Notification.objects.of(person).unread()[: MOST_COUNTED + 1].count())


def state_of(person: User) -> dict[str, Any]:
    """What the bell shows: `unread`, `badge`, `label`, and the newest unread one's words."""
    unread = unread_of(person)
    newest = Notification.objects.of(person).unread().newest_first().first() if unread else None
    return {
        "unread": unread,
        "badge": badge(unread),
        "label": label(unread),
        "newest": _newest(newest) if newest else None,
    }


def badge(unread: int) -> str:
    """`3`, `99+`, or nothing."""
    return f"{MOST_COUNTED}+" if unread > MOST_COUNTED else str(unread or "")


def label(unread: int) -> str:
    """What a screen reader says of the bell."""
    if not unread:
        return gettext("Notifications")
    return ngettext(
        "Notifications, %(count)s unread", "Notifications, %(count)s unread", unread
    ) % {"count": badge(unread)}


def _newest(row: Notification) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "title": row.title,
        "level": row.level,
        "count": row.count,
        "at": row.last_at.isoformat(),
    }
