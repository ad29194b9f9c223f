"""Rows behind the doors of accounts."""

from allauth.usersessions.models import UserSession

from tests.factories import make_token


def token(owner):
    return make_token(owner)[0]


def session(owner):
    # Not the one the test itself sits in.
    return UserSession.objects.create(
        user=owner, ip="192.0.2.1", session_key=f"elsewhere-{owner.username}", user_agent="x"
    )
