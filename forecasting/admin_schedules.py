"""Schedules of forecasts for staff, and the entries of the scheduler, which follow them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from accounts.admin_base import ReadOnlyAdmin
from forecasting.models import Schedule


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """To be read: pages and API keep the entry of the scheduler beside it."""

    list_display = ("forecast", "owner", "does", "every", "at", "zone", "is_on", "next_at")
    list_filter = ("is_on", "every", "does")
    list_select_related = ("forecast", "owner")
    search_fields = ("forecast__name", "owner__username")


# What people schedule is changed where they made it, the rest is in the settings.
for _model in (ClockedSchedule, SolarSchedule, PeriodicTask, CrontabSchedule, IntervalSchedule):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ReadOnlyAdmin):
    list_display = ("name", "task", "enabled", "crontab", "interval", "last_run_at")
    list_filter: ClassVar = ["enabled"]
    list_select_related = ("crontab", "interval")
    search_fields = ("name", "task")
