"""Watches and anomalies for staff."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from accounts.admin_base import AuditedAdmin, ReadOnlyAdmin
from forecasting.models import Anomaly, AnomalyWatch


@admin.register(AnomalyWatch)
class AnomalyWatchAdmin(AuditedAdmin):
    list_display = ("name", "owner", "dataset", "detector", "per_week", "is_active", "created_at")
    list_filter = ("detector", "is_active")
    list_select_related = ("owner", "dataset")
    search_fields = ("name", "dataset__name", "owner__username")
    # What was judged belongs together; people change a watch on its page.
    fields: ClassVar = ["name", "is_active"]

    def has_add_permission(self, *_args: object, **_kwargs: object) -> bool:
        """A watch is set up on the page of its dataset."""
        return False


@admin.register(Anomaly)
class AnomalyAdmin(ReadOnlyAdmin):
    list_display = ("series", "kind", "start", "watch", "label", "counts")
    list_filter = ("kind", "label", "counts")
    list_select_related = ("watch",)
    search_fields = ("series", "note", "watch__name")
