"""SQL that somebody ran or saved."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ownership import Owned, OwnedQuerySet


class Query(Owned):
    """A statement with how its last run went. Without a name it is history, with one it is kept."""

    name = models.CharField(_("name"), max_length=200, blank=True)
    sql = models.TextField(_("SQL"))
    rows = models.BigIntegerField(_("rows"), null=True, blank=True)
    seconds = models.FloatField(_("seconds"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    ran_at = models.DateTimeField(_("ran at"), null=True, blank=True)

    objects: ClassVar[Any] = OwnedQuerySet["Query"].as_manager()

    class Meta:
        db_table = "dataset_queries"
        verbose_name = _("query")
        verbose_name_plural = _("queries")
        indexes = [
            models.Index(fields=["owner", "-updated_at"], name="queries_owner_updated"),
        ]

    def __str__(self) -> str:
        return self.name or self.sql[:60]
