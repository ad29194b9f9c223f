"""Edits of cells that somebody has made and not yet saved as a version."""

from __future__ import annotations

from typing import Any, TypedDict

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.base import Stamped


class Edit(TypedDict):
    """One cell: row (from 1) and column key, what it becomes, what it was, and why."""

    row: int
    key: str
    value: Any
    was: Any
    note: str


class Draft(Stamped):
    """One person's edits of one version, in the order in which they were made."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("person"),
    )
    dataset = models.ForeignKey("datasets.Dataset", on_delete=models.CASCADE, related_name="drafts")
    version = models.ForeignKey("datasets.Version", on_delete=models.CASCADE, related_name="+")
    edits: models.JSONField[list[Edit], list[Edit]] = models.JSONField(_("edits"), default=list)
    # The job that saves it, while there is one.
    job = models.ForeignKey(
        "jobs.Job", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "dataset_drafts"
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(fields=["person", "dataset"], name="draft_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.dataset_id}"

    @property
    def is_being_saved(self) -> bool:
        """Does a job make a version of it right now?"""
        return self.job is not None and self.job.is_live

    def at(self, row: int, key: str) -> Edit | None:
        """The edit of a cell, if it has one."""
        return next((e for e in self.edits if (e["row"], e["key"]) == (row, key)), None)
