"""Rows behind the doors of accounts."""

from allauth.usersessions.models import UserSession

from accounts.models import Delivery, Notification, Webhook
from tests.factories import make_token


def token(owner):
    return make_token(owner)[0]


def session(owner):
    # Not the one the test itself sits in.
    return UserSession.objects.create(
        user=owner, ip="192.0.2.1", session_key=f"elsewhere-{owner.username}", user_agent="x"
    )


def notification(owner):
    return Notification.objects.create(person=owner, kind="test", title="Something happened")


def webhook(owner):
    # Switched off: knocking sends nothing out.
    hook = Webhook(person=owner, url="https://192.0.2.1/x", is_active=False)
    hook.take("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    hook.save()
    return hook


def delivery(owner):
    return Delivery.objects.create(
        notification=notification(owner),
        channel="webhook",
        webhook=webhook(owner),
        state="failed",
    )
