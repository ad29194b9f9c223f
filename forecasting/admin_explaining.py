"""Explanations for staff."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from forecasting.models import Explanation


@admin.register(Explanation)
class ExplanationAdmin(ReadOnlyAdmin):
    list_display = ("result", "series", "job", "updated_at")
    list_select_related = ("result__task", "job")
    search_fields = ("series", "result__task__name", "result__task__owner__username")
