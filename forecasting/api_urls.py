"""Routes of forecasts and models under `/api/v1/`."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import SimpleRouter

from forecasting.api import PredictionViewSet
from forecasting.api_forecast import ForecastNowView
from forecasting.api_lines import LineViewSet
from forecasting.api_models import ModelViewSet

router = SimpleRouter(use_regex_path=False)
router.register("predictions", PredictionViewSet, basename="prediction")
router.register("models", ModelViewSet, basename="model")
router.register("model-lines", LineViewSet, basename="line")

urlpatterns = [path("forecast/", ForecastNowView.as_view(), name="forecast-now"), *router.urls]
