"""Secrets that are shown once: only their SHA-256 is stored, so a leaked table opens nothing."""

import hashlib
import secrets
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped

TOKEN_PREFIX = "alm_"  # noqa: S105 - a public marker, so that scanners can find leaked tokens


def fingerprint(secret: str) -> str:
    """Return the hex SHA-256 of a secret (they are long and random, so no salt or stretching)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Return 32 random bytes in 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


class Scope(models.TextChoices):
    READ = "read", _("Read")
    WRITE = "write", _("Write")


def validate_scopes(scopes: list[str]) -> None:
    """Raise ValidationError unless every scope is known."""
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise ValidationError(_("Choose read, or read and write."))


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> Self:
        """Tokens that open the door now: not revoked, not expired, owner active."""
        alive = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
        return self.filter(alive, revoked_at__isnull=True, owner__is_active=True)

    def for_list(self, user: "models.Model") -> Self:
        """The tokens this person can still see and revoke, newest first."""
        return self.filter(owner=user, revoked_at__isnull=True).order_by("-created_at", "-id")

    def matching(self, secret: str) -> Self:
        """The row of this secret, if it is usable."""
        return self.usable().filter(token_hash=fingerprint(secret)).select_related("owner")


class ApiToken(Stamped):
    """A personal key to the API. Made with `ApiToken.issue`, which returns the secret once."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=100)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    scopes = ArrayField(
        models.CharField(max_length=16, choices=Scope),
        verbose_name=_("scopes"),
        validators=[validate_scopes],
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        db_table = "api_tokens"
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        indexes = [models.Index(fields=["owner", "-created_at", "-id"], name="api_tokens_newest")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def issue(
        cls, *, owner: models.Model, name: str, scopes: list[str], lifetime: timedelta | None
    ) -> tuple["ApiToken", str]:
        """Create a token and return it with its secret, which cannot be read again."""
        secret = TOKEN_PREFIX + new_secret()
        token = cls.objects.create(
            owner=owner,
            name=name,
            scopes=sorted(set(scopes)),
            token_hash=fingerprint(secret),
            prefix=secret[:8],
            expires_at=timezone.now() + lifetime if lifetime else None,
        )
        return token, secret

    def allows(self, scope: str) -> bool:
        """True when the token carries this scope; writing includes reading."""
        return scope in self.scopes or (scope == Scope.READ and Scope.WRITE in self.scopes)

    def revoke(self) -> None:
        """Close this token for ever."""
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at", "updated_at"])


class SetupToken(Stamped):
    """The one-time link with which the first administrator is made."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, editable=False)

    class Meta:
        db_table = "setup_tokens"
        verbose_name = _("set-up link")
        verbose_name_plural = _("set-up links")

    def __str__(self) -> str:
        return str(self.id)


class RefreshFamilyQuerySet(models.QuerySet["RefreshFamily"]):
    def alive(self) -> Self:
        """Families whose tokens still count: not revoked, not expired, owner active."""
        return self.filter(
            revoked_at__isnull=True, expires_at__gt=timezone.now(), owner__is_active=True
        )

    def revoke(self) -> int:
        """Close the families that are still open; return how many."""
        return self.filter(revoked_at__isnull=True).update(
            revoked_at=timezone.now(), updated_at=timezone.now()
        )


class RefreshFamily(Stamped):
    """One JWT sign-in and all refresh tokens that follow from it; only the newest one is good.

    A refresh token that was already exchanged has been copied by someone: the family is revoked.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="refresh_families"
    )
    current_jti = models.CharField(max_length=64, editable=False)
    # The owner's session hash when they signed in: it changes with the password.
    session_hash = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = RefreshFamilyQuerySet.as_manager()

    class Meta:
        db_table = "refresh_families"
        verbose_name = _("API sign-in")
        verbose_name_plural = _("API sign-ins")
        indexes = [models.Index(fields=["owner", "revoked_at"], name="refresh_families_open")]

    def __str__(self) -> str:
        return str(self.id)
