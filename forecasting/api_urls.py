"""Routes of forecasts and models under `/api/v1/`."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from forecasting.api import ModelViewSet, PredictionViewSet

router = SimpleRouter(use_regex_path=False)
router.register("predictions", PredictionViewSet, basename="prediction")
router.register("models", ModelViewSet, basename="model")

urlpatterns = router.urls
