"""Routes of jobs."""

from __future__ import annotations

from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("running/", views.running_card, name="running_card"),
    path("<uuid:pk>/fragment/", views.fragment, name="fragment"),
    path("<uuid:pk>/cancel/", views.cancel, name="cancel"),
]
