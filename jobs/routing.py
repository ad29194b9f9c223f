"""WebSocket routes of jobs."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from jobs.consumers import JobConsumer

application: Any = JobConsumer.as_asgi()
websocket_urlpatterns: list[URLPattern] = [
    path("ws/jobs/<uuid:job_id>/", application, name="job-live"),
]
