"""Routes of runs and schedules."""

from __future__ import annotations

from django.urls import path

from forecasting.views import fresh, schedules

urlpatterns = [
    path("forecasts/<uuid:pk>/update/", fresh.update, name="update"),
    path("forecasts/<uuid:pk>/refit/", fresh.refit, name="refit"),
    path("forecasts/<uuid:pk>/follow/", fresh.follow, name="follow"),
    path("schedules/", schedules.schedule_list, name="schedules"),
    path("schedules/card/", schedules.schedule_card, name="schedule_card"),
    path("schedules/new/", schedules.new_schedule, name="new_schedule"),
    path("schedules/<uuid:pk>/", schedules.schedule, name="schedule"),
    path("schedules/<uuid:pk>/switch/", schedules.switch_schedule, name="switch_schedule"),
    path("schedules/<uuid:pk>/run/", schedules.run_schedule, name="run_schedule"),
    path("schedules/<uuid:pk>/delete/", schedules.delete_schedule, name="delete_schedule"),
]
