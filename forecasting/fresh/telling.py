"""What people hear of a schedule that could not run while they looked elsewhere."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Notification
from accounts.notify import Kind, News, notify, register_kind
from forecasting.models import Schedule

FAILED: Final = "schedule.failed"


def connect() -> None:
    """Register the kind."""
    register_kind(Kind(FAILED, _("A schedule cannot run"), email=True))


def tell_failure(schedule: Schedule) -> None:
    """Tell the owner why nothing ran; the same again is counted, not repeated."""
    notify(
        schedule.owner,
        News(
            FAILED,
            partial(_title, schedule.forecast.name),
            body=schedule.last_words,
            link=schedule.get_absolute_url(),
            level=Notification.Level.BAD,
            key=f"schedule:{schedule.pk}",
        ),
    )


def _title(name: str) -> str:
    return gettext("The schedule of %(name)s could not run") % {"name": name}
