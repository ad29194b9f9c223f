"""Drafts of forecasts for staff."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from forecasting.models import ForecastDraft


@admin.register(ForecastDraft)
class ForecastDraftAdmin(ReadOnlyAdmin):
    list_display = ("name", "owner", "dataset", "updated_at")
    list_select_related = ("owner", "dataset")
    search_fields = ("name", "dataset__name", "owner__username")
