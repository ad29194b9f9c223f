"""Scores of forecasts and watches on models for staff."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from accounts.admin_base import AuditedAdmin, ReadOnlyAdmin
from forecasting.models import ForecastScore, ModelWatch


@admin.register(ForecastScore)
class ForecastScoreAdmin(ReadOnlyAdmin):
    list_display = ("task", "type", "cutoff", "steps_known", "is_complete", "updated_at")
    list_filter = ("is_complete", "type")
    list_select_related = ("task",)
    search_fields = ("task__name", "task__owner__username")


@admin.register(ModelWatch)
class ModelWatchAdmin(AuditedAdmin):
    list_display = ("line", "state", "is_on", "promotes", "patience", "looked_at")
    list_filter = ("state", "is_on", "promotes")
    list_select_related = ("line",)
    search_fields = ("line__name", "line__owner__username")
    # Only looks write what was seen.
    readonly_fields: ClassVar = [
        "line", "state", "champion", "version", "seen", "duel", "problem", "drifted_at",
        "looked_at", "look_job", "challenger_job",
    ]  # fmt: skip
