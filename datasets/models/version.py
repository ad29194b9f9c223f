"""One immutable state of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped
from datasets.clock import Clock, clock_of

if TYPE_CHECKING:
    from datasets.findings import Finding
    from datasets.models.column import Column


class Version(Stamped):
    """A Parquet file with a content hash; never changed, only followed by another one."""

    class Layout(models.TextChoices):
        WIDE = "wide", _("wide: one column per series")
        LONG = "long", _("long: one row per series and time")

    class Origin(models.TextChoices):
        UPLOAD = "upload", _("upload")
        APPEND = "append", _("new rows")
        REPAIR = "repair", _("repair")
        EDIT = "edit", _("edited cells")
        ROLES = "roles", _("changed columns")
        QUERY = "query", _("SQL")
        UNDO = "undo", _("undo")

    dataset = models.ForeignKey(
        "datasets.Dataset", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField(_("number"))
    file_key = models.CharField(_("file"), max_length=255, editable=False)
    file_size = models.BigIntegerField(_("size in bytes"), default=0, editable=False)
    content_hash = models.CharField(_("SHA-256 of the content"), max_length=64)
    row_count = models.BigIntegerField(_("rows"))
    profile = models.JSONField(_("profile"), default=dict)
    frequency = models.CharField(_("frequency"), max_length=32, blank=True)
    time_column = models.CharField(_("time column"), max_length=8, blank=True)
    layout = models.CharField(
        _("layout"), max_length=4, choices=Layout.choices, default=Layout.WIDE
    )
    series_column = models.CharField(_("series column"), max_length=8, blank=True)
    origin = models.CharField(
        _("origin"), max_length=8, choices=Origin.choices, default=Origin.UPLOAD
    )
    # What it was made from; None for the first, and for a file that was read again.
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="children"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The steps that made it from its parent, and what they changed, in counts.
    recipe = models.JSONField(_("recipe"), default=list, blank=True)
    diff = models.JSONField(_("what changed"), default=dict, blank=True)
    quality = models.JSONField(_("quality report"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        db_table = "dataset_versions"
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["dataset", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    def column(self, key: str) -> Column:
        """The column with the internal key `c1…cn`; KeyError when there is none."""
        for column in self.columns.all():
            if column.key == key:
                return column
        raise KeyError(key)

    @property
    def time(self) -> Column | None:
        """The time column, if one was found."""
        return self.column(self.time_column) if self.time_column else None

    @property
    def clock(self) -> Clock:
        """By which people read its times."""
        return clock_of(self)

    def value_columns(self) -> list[Column]:
        """The number columns that a chart or a forecast may use, in file order."""
        return [column for column in self.columns.all() if column.is_value]

    @property
    def findings(self) -> list[Finding]:
        """What was noticed and counted while reading, in words of the active language."""
        # Sentences are made when shown; the models must not wait for gettext catalogues.
        from datasets.findings import findings_of  # noqa: PLC0415

        return findings_of(self)

    @property
    def facts(self) -> dict[str, Any]:
        """The profile without its long lists."""
        return {
            name: value
            for name, value in self.profile.items()
            if name not in {"findings", "series", "spark", "reading"}
        }
