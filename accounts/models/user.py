"""The person: one role decides what they may do, three settings how pages look to them."""

import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped


def validate_timezone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA zone this machine knows."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the list, for example Europe/Berlin."))


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, username: str, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Create and return a person; without a password they can only reset it by e-mail."""
        user = self.model(username=username, email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Create and return an administrator (for `manage.py createsuperuser`)."""
        return self.create_user(username, email, password, role=User.Role.ADMIN, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Look a person up by user name, ignoring case."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser, Stamped):
    """Permissions come from `role` alone; `is_staff` and Django's `has_perm` are read from it."""

    class Role(models.TextChoices):
        VIEWER = "viewer", _("Viewer")
        ANALYST = "analyst", _("Analyst")
        ADMIN = "admin", _("Administrator")

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Same as the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("This user name is taken. Choose another one.")},
    )
    email = models.EmailField(
        _("email"),
        unique=True,
        error_messages={"unique": _("This email already has an account. Sign in instead.")},
    )
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.ANALYST)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Off: every session, token and open page of this person ends at once."),
    )
    language = models.CharField(
        _("language"), max_length=16, choices=settings.LANGUAGES, default="", blank=True
    )
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    timezone = models.CharField(
        _("time zone"), max_length=64, default="", blank=True, validators=[validate_timezone]
    )
    keyboard_shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    password_changed_at = models.DateTimeField(_("password changed at"), null=True, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "users"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="users_email_ignoring_case"),
            models.UniqueConstraint(Lower("username"), name="users_username_ignoring_case"),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="users_newest")]

    def __str__(self) -> str:
        return self.username

    def clean(self) -> None:
        """Normalise user name and e-mail the way they are stored."""
        super().clean()
        self.email = self.email.lower()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the e-mail in lower case, so that one address is one account."""
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        """Hash and keep the password and remember when it changed (not saved)."""
        super().set_password(raw_password)
        self.password_changed_at = now() if raw_password is not None else None

    @property
    def display_name(self) -> str:
        """The name people see: the full name when given, else the user name."""
        return self.name or self.username

    @property
    def initials(self) -> str:
        """One or two letters for the avatar."""
        words = self.display_name.replace(".", " ").replace("_", " ").split()
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def is_staff(self) -> bool:
        """True for active administrators: they may open Django's admin pages."""
        return self.is_active and self.role == self.Role.ADMIN

    @property
    def is_superuser(self) -> bool:
        """True for active administrators; there is no second ladder of rights."""
        return self.is_staff

    @property
    def can_create(self) -> bool:
        """True when the role allows making and changing things at all."""
        return self.is_active and self.role != self.Role.VIEWER

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Django admin's question about one permission."""
        return self.is_staff

    def has_perms(self, perm_list: list[str], obj: object | None = None) -> bool:
        """Django admin's question about several permissions."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Django admin's question about one app."""
        return self.is_staff
