"""Signals of others that belong in the audit log: signing in and out, passwords, e-mails."""

from typing import Any

from allauth.account.signals import email_changed, password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import audit
from accounts.models.user import User
from accounts.sessions import note_session


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Write down a sign-in and the session it opens."""
    audit.record(user, "session.started")
    note_session(request, user)


@receiver(user_logged_out)
def note_sign_out(user: User | None, **_: Any) -> None:
    """Write down a sign-out."""
    if user is not None:
        audit.record(user, "session.ended")


@receiver(user_login_failed)
def note_failed_sign_in(credentials: dict[str, Any], **_: Any) -> None:
    """Write down a failed sign-in with the name that was tried, never the password."""
    tried = credentials.get("username") or credentials.get("email") or ""
    audit.record(None, "session.refused", tried=str(tried)[:254])


@receiver([password_changed, password_set])
def note_new_password(user: User, **_: Any) -> None:
    """Write down a changed password."""
    audit.record(user, "password.changed")


@receiver(password_reset)
def note_reset_password(user: User, **_: Any) -> None:
    """Write down a password set through the link of a mail."""
    audit.record(user, "password.reset")


@receiver(email_changed)
def note_new_email(user: User, **_: Any) -> None:
    """Write down a changed e-mail."""
    audit.record(user, "email.changed")
