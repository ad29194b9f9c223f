"""A file on its way to us: how much of it has arrived, so that a broken connection costs little."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ownership import Owned, OwnedQuerySet


class UploadQuerySet(OwnedQuerySet["Upload"]):
    """Reads of uploads."""

    def arriving(self) -> Self:
        """Those that are not whole yet."""
        return self.exclude(options__has_key="dataset")

    def left_alone_since(self, moment: datetime) -> Self:
        """Those that nothing was added to since `moment`."""
        return self.filter(updated_at__lt=moment)


class Upload(Owned):
    """One file that arrives in pieces.

    `options` holds what the dataset will be read with; once the file is whole also the id of its
    dataset, so that a person whose connection broke at the last byte still finds it.
    """

    name = models.CharField(_("file name"), max_length=255)
    size = models.BigIntegerField(_("size in bytes"))
    received = models.BigIntegerField(_("bytes received"), default=0)
    options = models.JSONField(_("reading options"), default=dict, blank=True)

    objects: ClassVar[Any] = UploadQuerySet.as_manager()

    class Meta:
        db_table = "dataset_uploads"
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return self.name
