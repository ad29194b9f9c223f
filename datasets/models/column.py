"""One column of a version: what it is called, what it holds, what a forecast may do with it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from datasets.clock import AS_STORED, Clock, column_clock


class Column(models.Model):
    """A column. `key` is the safe name inside our files, `name` is only ever shown."""

    class Type(models.TextChoices):
        INTEGER = "integer", _("whole number")
        FLOAT = "float", _("number")
        BOOLEAN = "boolean", _("yes or no")
        DATETIME = "datetime", _("date and time")
        CATEGORY = "category", _("category")
        TEXT = "text", _("text")
        EMPTY = "empty", _("empty")

    class Role(models.TextChoices):
        TIME = "time", _("time")
        SERIES = "series", _("series")
        TARGET = "target", _("target")
        KNOWN = "known", pgettext_lazy("role of a column", "known ahead")
        PAST = "past", pgettext_lazy("role of a column", "past only")
        CATEGORY = "category", _("category")
        ID = "id", _("identifier")
        PERSONAL = "personal", _("personal data")
        IGNORE = "ignore", _("not used")

    COVARIATES = frozenset({Role.KNOWN, Role.PAST})

    version = models.ForeignKey(
        "datasets.Version", on_delete=models.CASCADE, related_name="columns"
    )
    position = models.PositiveIntegerField(_("position"))
    name = models.TextField(_("name"))
    key = models.CharField(_("internal name"), max_length=8)
    type = models.CharField(_("type"), max_length=8, choices=Type.choices)
    role = models.CharField(_("role"), max_length=9, choices=Role.choices)
    missing = models.BigIntegerField(_("missing cells"), default=0)
    unreadable = models.BigIntegerField(_("cells that could not be read"), default=0)
    stats = models.JSONField(_("statistics"), default=dict)

    class Meta:
        db_table = "dataset_columns"
        verbose_name = _("column")
        verbose_name_plural = _("columns")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="column_key_once"),
        ]

    def __str__(self) -> str:
        return self.name

    # The role it had in its version, where a later version hides it as personal data.
    own_role: str = ""

    @property
    def is_number(self) -> bool:
        """Does it hold numbers?"""
        return self.type in {self.Type.INTEGER, self.Type.FLOAT}

    @property
    def is_value(self) -> bool:
        """Can it be drawn and forecast?"""
        return self.is_number and self.role in {self.Role.TARGET, *self.COVARIATES}

    @property
    def is_flag(self) -> bool:
        """Does it hold nothing but zeros and ones?"""
        ends = (self.stats.get("min"), self.stats.get("max"))
        return self.type == self.Type.INTEGER and ends == (0, 1)

    @property
    def is_covariate(self) -> bool:
        """May it help a forecast without being forecast?"""
        return self.role in self.COVARIATES

    @property
    def clock(self) -> Clock:
        """By which people read its times: only the time column was converted."""
        if self.type != self.Type.DATETIME or self.version_id is None:
            return AS_STORED
        return column_clock(self.version, self.key)

    @property
    def is_masked(self) -> bool:
        """Must its cells be hidden wherever data leave?"""
        return self.role == self.Role.PERSONAL
