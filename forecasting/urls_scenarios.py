"""Routes of what-ifs."""

from __future__ import annotations

from django.urls import path

from forecasting.views import scenarios

urlpatterns = [
    path("forecasts/<uuid:pk>/what-if/", scenarios.whatif, name="whatif"),
    path("forecasts/<uuid:pk>/what-if/card/", scenarios.card, name="whatif_card"),
    path("forecasts/<uuid:pk>/what-if/outcome/", scenarios.outcome, name="whatif_outcome"),
    path("forecasts/<uuid:pk>/what-if/keep/", scenarios.keep, name="whatif_keep"),
    path("forecasts/what-if/<uuid:pk>/delete/", scenarios.delete, name="whatif_delete"),
]
