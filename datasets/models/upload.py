"""A file on its way to us: how much of it has arrived, so that a broken connection costs little."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ownership import Owned, OwnedQuerySet


class Upload(Owned):
    """One file that arrives in pieces. The row goes when the file is whole, or is given up."""

    name = models.CharField(_("file name"), max_length=255)
    size = models.BigIntegerField(_("size in bytes"))
    received = models.BigIntegerField(_("bytes received"), default=0)
    options = models.JSONField(_("reading options"), default=dict, blank=True)

    objects: ClassVar[Any] = OwnedQuerySet["Upload"].as_manager()

    class Meta:
        db_table = "dataset_uploads"
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return self.name
