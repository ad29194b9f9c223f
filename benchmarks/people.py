"""A person with a session on a running stack, made without the browser."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from accounts.models import User


def setup() -> None:
    """Make Django ready; settings come from the environment of the stack."""
    django.setup()


def make_person(username: str = "bench") -> tuple[User, str]:
    """(person, session key) of a new analyst."""
    from django.conf import settings  # noqa: PLC0415
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415

    person = User.objects.filter(username=username).first() or User.objects.create_user(
        username=username, email=f"{username}@example.org", password=None
    )
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    return person, str(session.session_key)
