"""Alert rules and their firings for staff."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from accounts.admin_base import AuditedAdmin, ReadOnlyAdmin
from forecasting.models import AlertFiring, AlertRule


@admin.register(AlertRule)
class AlertRuleAdmin(AuditedAdmin):
    list_display = ("__str__", "kind", "owner", "dataset", "task", "is_on", "state", "fired_at")
    list_filter = ("kind", "state", "is_on")
    list_select_related = ("owner", "dataset", "task")
    search_fields = ("name", "series", "dataset__name", "owner__username")
    # Only judging writes the state; what a rule is about does not change by hand.
    readonly_fields: ClassVar = [
        "owner", "dataset", "task", "kind", "state", "last_value", "judged_at", "fired_at",
    ]  # fmt: skip


@admin.register(AlertFiring)
class AlertFiringAdmin(ReadOnlyAdmin):
    list_display = ("rule", "series", "value", "started_at", "resolved_at", "told")
    search_fields = ("rule__name", "series", "rule__owner__username")
    list_select_related = ("rule",)
