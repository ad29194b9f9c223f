"""The wiring, ready once every app is."""

from __future__ import annotations

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Point every process that queues work, the web one too, at our own broker."""
        # The Celery app reads the settings, which must be loaded first.
        from config.celery import app  # noqa: PLC0415

        # Current only in the thread that made it; web requests run in others.
        app.set_default()
