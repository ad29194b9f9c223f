"""WebSocket routes of people."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path

from accounts.consumers import MeConsumer

application: Any = MeConsumer.as_asgi()
websocket_urlpatterns: list[URLPattern] = [path("ws/me/", application, name="me-live")]
