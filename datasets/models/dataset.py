"""A file that a person gave us, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.ownership import Owned, OwnedQuerySet
from datasets.models.version import Version
from jobs import failures


class DatasetQuerySet(OwnedQuerySet["Dataset"]):
    """Reads of datasets."""

    def ready(self) -> Self:
        """Those that can be charted and forecast."""
        return self.filter(status=Dataset.Status.READY)

    def in_state(self, status: str) -> Self:
        """Those with this status."""
        return self.filter(status=status)

    def waiting_since(self, moment: datetime) -> Self:
        """Those that nobody imported or touched since `moment`."""
        return self.filter(metadata__review=True, versions__isnull=True, updated_at__lt=moment)

    def with_versions(self) -> Self:
        """Load versions together, so that `current_version` costs no query."""
        newest_first = Version.objects.order_by("-number")
        return self.prefetch_related(models.Prefetch("versions", queryset=newest_first))

    def for_list(self, user: User) -> Self:
        """What `user` may see, newest first, with everything a list shows."""
        seen = self.visible_to(user).select_related("owner", "job")
        return seen.with_versions().order_by("-created_at", "-id")

    def search(self, text: str) -> Self:
        """Those whose name, file name or description holds every word of `text`."""
        found = self
        for word in text.split()[:8]:
            found = found.filter(
                Q(name__icontains=word)
                | Q(filename__icontains=word)
                | Q(description__icontains=word)
            )
        return found


class Dataset(Owned):
    """A data set: its file, its state, its immutable versions."""

    class Status(models.TextChoices):
        UPLOADING = "uploading", _("uploading")
        PROCESSING = "processing", _("processing")
        READY = "ready", _("ready")
        ERROR = "error", _("error")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        JSON = "json", "JSON"
        XLSX = "xlsx", "Excel"
        PARQUET = "parquet", "Parquet"
        TFB = "tfb", "TFB"
        M4 = "m4", "M4"
        QUERY = "query", "SQL"
        STREAM = "stream", _("stream")

    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    filename = models.CharField(_("file name"), max_length=255, blank=True)
    file_path = models.CharField(_("file"), max_length=255, blank=True, editable=False)
    file_size = models.BigIntegerField(_("size in bytes"), default=0, editable=False)
    file_hash = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True)
    record_count = models.BigIntegerField(_("rows"), default=0)
    # Written only by the transition hook of the ingest job.
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.UPLOADING
    )
    format = models.CharField(_("format"), max_length=8, choices=Format.choices, default=Format.CSV)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    # Repairs that every new version goes through by itself.
    recipe = models.JSONField(_("recipe for new data"), default=list, blank=True)
    job = models.ForeignKey(
        "jobs.Job",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="datasets",
        verbose_name=_("job"),
    )

    objects: ClassVar[Any] = DatasetQuerySet.as_manager()

    class Meta:
        db_table = "datasets"
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="datasets_owner_created"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where the dataset is shown."""
        return reverse("datasets:detail", args=[self.pk])

    @property
    def import_url(self) -> str:
        """Where a person looks at the file before it is imported."""
        return reverse("datasets:import", args=[self.pk])

    @property
    def is_reviewed(self) -> bool:
        """Does it wait, or will it, for a person to look at it before it is imported?"""
        return bool(self.metadata.get("review"))

    @property
    def is_staged(self) -> bool:
        """Has its file been read, and does the result wait for a person?"""
        return self.is_reviewed and bool(self.metadata.get("staged"))

    @property
    def current_version(self) -> Version | None:
        """The newest version; None before the first."""
        return max(self.versions.all(), key=lambda version: version.number, default=None)

    @property
    def is_ready(self) -> bool:
        """Can it be charted and forecast?"""
        return self.status == self.Status.READY

    @property
    def is_being_read(self) -> bool:
        """Is its file still arriving or being read?"""
        if self.job is not None:
            return self.job.is_live
        return self.status in {self.Status.UPLOADING, self.Status.PROCESSING}

    @property
    def reading(self) -> dict[str, Any]:
        """How the file was understood, as stored by the sniffer."""
        reading: dict[str, Any] = self.metadata.get("reading", {})
        return reading

    @property
    def error_sentence(self) -> str:
        """Why it could not be read; empty unless the status is error."""
        return self.last_failure if self.status == self.Status.ERROR else ""

    @property
    def last_failure(self) -> str:
        """Why the last reading failed: in the reader's language where that can be said again."""
        kept = self.metadata.get(failures.KEPT) or {}
        return failures.say(kept) or str(self.metadata.get("error", ""))
