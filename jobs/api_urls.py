"""API routes of jobs."""

from __future__ import annotations

from django.urls import URLPattern, path

from jobs.api import JobViewSet

urlpatterns: list[URLPattern] = [
    path("jobs/", JobViewSet.as_view({"get": "list"}), name="job-list"),
    path("jobs/<uuid:pk>/", JobViewSet.as_view({"get": "retrieve"}), name="job-detail"),
    path("jobs/<uuid:pk>/events/", JobViewSet.as_view({"get": "events"}), name="job-events"),
    path("jobs/<uuid:pk>/cancel/", JobViewSet.as_view({"post": "cancel"}), name="job-cancel"),
]
