"""The tracked long job."""

from __future__ import annotations

from celery import signals
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        from jobs import memory, stopping, telling  # noqa: PLC0415

        telling.connect()
        memory.connect()
        signals.worker_shutting_down.connect(stopping.request, dispatch_uid="jobs.stopping")
