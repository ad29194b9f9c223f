"""Routes of the tabs that say why."""

from __future__ import annotations

from django.urls import path

from forecasting.views import explaining

urlpatterns = [
    path("forecasts/<uuid:pk>/components/", explaining.components, name="components"),
    path("forecasts/<uuid:pk>/residuals/", explaining.residuals, name="residuals"),
    path("forecasts/<uuid:pk>/drivers/", explaining.drivers, name="drivers"),
    path("forecasts/<uuid:pk>/why/", explaining.why, name="why"),
    path("forecasts/<uuid:pk>/explain/", explaining.explain, name="explain"),
]
