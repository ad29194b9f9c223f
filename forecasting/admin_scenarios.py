"""Scenarios for staff."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from forecasting.models import Scenario


@admin.register(Scenario)
class ScenarioAdmin(ReadOnlyAdmin):
    list_display = ("name", "task", "author", "model", "created_at")
    list_select_related = ("task", "author")
    search_fields = ("name", "task__name", "author__username")
