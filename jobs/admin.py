"""Jobs for staff: to look, not to change."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from jobs.models import Job, JobEvent


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class JobEventInline(_ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    model = JobEvent
    extra = 0
    fields = ("seq", "at", "message")


@admin.register(Job)
class JobAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "kind", "state", "pool", "owner", "attempt", "created_at")
    list_filter = ("state", "kind", "pool")
    search_fields = ("title", "kind", "owner__username", "id")
    list_select_related = ("owner",)
    inlines = (JobEventInline,)


@admin.register(JobEvent)
class JobEventAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("message", "job", "seq", "at")
    search_fields = ("message", "job__title")
    list_select_related = ("job",)
