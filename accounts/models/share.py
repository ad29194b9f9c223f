"""Who else may see a thing: people by name, and anyone who holds a link."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from accounts.models.secrets import fingerprint, new_secret


def _of_model(model: type[models.Model]) -> Q:
    # A join instead of ContentType's process-wide cache: query counts stay the same everywhere.
    options = model._meta.concrete_model._meta  # type: ignore[union-attr]  # noqa: SLF001
    return Q(content_type__app_label=options.app_label, content_type__model=options.model_name)


class ShareQuerySet(models.QuerySet["Share"]):
    def of(self, model: type[models.Model]) -> Self:
        """Shares of rows of this model."""
        return self.filter(_of_model(model))


class Share(Stamped):
    """`person` may see (`viewer`) or change (`editor`) one row of any owned model."""

    class Level(models.TextChoices):
        VIEWER = "viewer", _("Can view")
        EDITOR = "editor", _("Can edit")

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.UUIDField(_("object"))
    target = GenericForeignKey("content_type", "object_id")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="shares",
        verbose_name=_("person"),
    )
    level = models.CharField(_("access"), max_length=8, choices=Level, default=Level.VIEWER)
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("shared by"),
    )

    objects = ShareQuerySet.as_manager()

    class Meta:
        db_table = "shares"
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "content_type", "object_id"], name="shares_once_per_person"
            )
        ]
        indexes = [models.Index(fields=["content_type", "object_id"], name="shares_of_object")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.level} {self.object_id}"


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def of(self, model: type[models.Model]) -> Self:
        """Links to rows of this model."""
        return self.filter(_of_model(model))

    def usable(self, secret: str) -> Self:
        """The link with this secret while it counts: not expired, not revoked, maker active."""
        alive = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
        return self.filter(
            alive,
            token_hash=fingerprint(secret),
            revoked_at__isnull=True,
            created_by__is_active=True,
        )


class ShareLink(Stamped):
    """Read access to one row for whoever holds the secret. Made with `ShareLink.issue`."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.UUIDField(_("object"))
    target = GenericForeignKey("content_type", "object_id")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="share_links",
        verbose_name=_("made by"),
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        db_table = "share_links"
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        indexes = [models.Index(fields=["content_type", "object_id"], name="share_links_of_object")]

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def issue(
        cls, *, target: models.Model, created_by: models.Model, lifetime: timedelta | None
    ) -> tuple["ShareLink", str]:
        """Create a link to `target` and return it with its secret, which cannot be read again."""
        secret = new_secret()
        link = cls.objects.create(
            target=target,
            created_by=created_by,
            token_hash=fingerprint(secret),
            expires_at=timezone.now() + lifetime if lifetime else None,
        )
        return link, secret
