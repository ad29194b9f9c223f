"""Forecasts, results and models for staff."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from accounts.admin_base import AuditedAdmin, ReadOnlyAdmin
from forecasting import (
    admin_alerts,
    admin_anomalies,
    admin_drafts,
    admin_explaining,
    admin_scenarios,
    admin_schedules,
    admin_watching,
)
from forecasting.models import (
    ModelLine,
    ModelPromotion,
    ModelVersion,
    PredictionResult,
    PredictionTask,
    TrainedModel,
)

# Django looks for pages in this module alone.
_OTHER_PAGES = (
    admin_alerts,
    admin_anomalies,
    admin_drafts,
    admin_explaining,
    admin_scenarios,
    admin_schedules,
    admin_watching,
)


@admin.register(PredictionTask)
class PredictionTaskAdmin(AuditedAdmin):
    list_display = ("name", "run", "owner", "dataset", "status", "progress", "created_at")
    list_filter = ("status", "moved_by")
    list_select_related = ("owner", "dataset")
    search_fields = ("name", "dataset__name", "owner__username")
    # Only the transition hook writes the state.
    readonly_fields: ClassVar = [
        "origin",
        "run",
        "moved_by",
        "refits",
        "status",
        "progress",
        "error_message",
        "completed_at",
        "owner",
        "dataset",
        "version",
        "model",
        "instant_job",
        "training_job",
        "parameters",
        "receipt",
        "finish_requested",
        "stopped_models",
    ]

    def has_add_permission(self, *_args: object, **_kwargs: object) -> bool:
        """Forecasts are made by asking for them."""
        return False


@admin.register(TrainedModel)
class TrainedModelAdmin(AuditedAdmin):
    list_display = ("name", "type", "owner", "dataset", "status", "accuracy", "created_at")
    list_filter = ("status", "type")
    list_select_related = ("owner", "dataset")
    search_fields = ("name", "type", "dataset__name", "owner__username")
    readonly_fields: ClassVar = [
        "status",
        "type",
        "owner",
        "dataset",
        "version",
        "job",
        "accuracy",
        "parameters",
        "metrics",
    ]

    def has_add_permission(self, *_args: object, **_kwargs: object) -> bool:
        """Models are made by training."""
        return False


@admin.register(PredictionResult)
class PredictionResultAdmin(ReadOnlyAdmin):
    list_display = ("task", "name", "type", "rank", "created_at")
    list_filter = ("type",)
    list_select_related = ("task",)
    search_fields = ("task__name", "name", "type")


@admin.register(ModelLine)
class ModelLineAdmin(AuditedAdmin):
    list_display = ("name", "owner", "dataset", "horizon", "champion", "challenger")
    list_select_related = ("owner", "dataset", "champion__line", "challenger__line")
    search_fields = ("name", "dataset__name", "owner__username")
    # Aliases move through `registry.promoting`, which keeps the history.
    readonly_fields: ClassVar = [
        "owner",
        "dataset",
        "targets",
        "horizon",
        "frequency",
        "champion",
        "challenger",
    ]

    def has_add_permission(self, *_args: object, **_kwargs: object) -> bool:
        """Lines are made by the first model of them."""
        return False


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    list_display = ("line", "number", "model", "created_at")
    list_select_related = ("line", "model")
    search_fields = ("line__name", "model__name", "model__type")


@admin.register(ModelPromotion)
class ModelPromotionAdmin(ReadOnlyAdmin):
    list_display = ("line", "alias", "version", "replaced", "reason", "actor", "created_at")
    list_filter = ("alias", "reason")
    list_select_related = ("line", "version__line", "replaced__line", "actor")
    search_fields = ("line__name", "actor__username")
