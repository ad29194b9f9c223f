"""A test that really sends, so that a person sees now whether messages arrive."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.utils.translation import gettext

from accounts.models import Delivery, Notification, User, Webhook
from accounts.notifying import delivering
from accounts.notifying.choices import mail_is_set_up
from accounts.problems import Conflict, TooBusy

MOST_A_MINUTE: Final = 6
MINUTE: Final = 60


def test_webhook(hook: Webhook) -> Delivery:
    """Send a test there now; the answer tells how it ended. Raises TooBusy after six a minute."""
    return _send(hook.person, Delivery.Channel.WEBHOOK, hook)


def test_mail(person: User) -> Delivery:
    """The same by e-mail; raises Conflict when no mail can leave."""
    if not mail_is_set_up():
        raise Conflict(
            gettext("E-mail is not set up. An administrator sets EMAIL_URL to a mail server."),
            code="no_mail",
        )
    return _send(person, Delivery.Channel.EMAIL, None)


def _send(person: User, channel: str, hook: Webhook | None) -> Delivery:
    _count(person)
    row = Notification.objects.create(
        person=person,
        kind="test",
        title=gettext("A test from Almanac"),
        body=gettext("If you can read this, messages arrive here."),
        link="/account/notifications/",
        in_app=False,
    )
    delivery = Delivery.objects.create(notification=row, channel=channel, webhook=hook)
    tried = delivering.deliver(delivery.pk)
    if tried is not None and tried.is_open:
        # A test is over when it was tried: its failure is the answer.
        delivering.give_up(tried)
    delivery.refresh_from_db()
    return delivery


def _count(person: User) -> None:
    key = f"notification-tests:{person.pk}"
    cache.add(key, 0, MINUTE)
    if cache.incr(key) > MOST_A_MINUTE:
        raise TooBusy(
            gettext("That were many tests. Wait a minute before the next one."),
            retry_after=MINUTE,
        )
