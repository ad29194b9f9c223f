"""Wiring of forecasts: jobs move their state, pages follow live, the palette finds them."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForecastingConfig(AppConfig):
    name = "forecasting"
    verbose_name = _("Forecasts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what lower apps call."""
        from forecasting import endings, transitions, wiring  # noqa: PLC0415 -- models first
        from forecasting.alerts import wiring as alerts  # noqa: PLC0415
        from forecasting.explaining import explain_jobs  # noqa: PLC0415
        from forecasting.fresh import wiring as fresh  # noqa: PLC0415
        from forecasting.watching import wiring as watching  # noqa: PLC0415

        transitions.connect()
        wiring.connect()
        alerts.connect()
        fresh.connect()
        watching.connect()
        explain_jobs.connect()
        endings.connect()
