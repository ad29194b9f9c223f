"""The one-time link with which the first administrator is made. No default password exists."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import models, transaction
from django.http import Http404
from django.utils import timezone

from accounts import audit
from accounts.models.secrets import SetupToken, fingerprint, new_secret
from accounts.models.user import User

LIFETIME = timedelta(hours=24)


def setup_link(base_url: str) -> str | None:
    """Return a fresh set-up link under `base_url`, or None when an administrator exists.

    Earlier links die; the new one dies when used or after a day.
    """
    if _is_set_up():
        return None
    secret = new_secret()
    with transaction.atomic():
        SetupToken.objects.all().delete()
        SetupToken.objects.create(
            token_hash=fingerprint(secret), expires_at=timezone.now() + LIFETIME
        )
    return f"{base_url.rstrip('/')}/setup/{secret}/"


def require_open(secret: str) -> None:
    """Raise Http404 unless this secret can still make the first administrator."""
    if _is_set_up() or not _matching(secret).exists():
        raise Http404


def create_first_admin(secret: str, *, username: str, email: str, password: str) -> User:
    """Make the administrator and use the link up; raises Http404 when someone was first."""
    with transaction.atomic():
        token = _matching(secret).select_for_update().first()
        if token is None or _is_set_up():
            raise Http404
        user = User.objects.create_superuser(username, email, password)
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        token.used_at = timezone.now()
        token.save(update_fields=["used_at", "updated_at"])
        audit.record(user, "setup.completed", user)
    return user


def _is_set_up() -> bool:
    return User.objects.filter(role=User.Role.ADMIN).exists()


def _matching(secret: str) -> models.QuerySet[SetupToken]:
    return SetupToken.objects.filter(
        token_hash=fingerprint(secret), used_at__isnull=True, expires_at__gt=timezone.now()
    )
