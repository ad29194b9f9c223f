"""Routes of forecasts and models under `/api/v1/`."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import path
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSetMixin

from forecasting.api import PredictionViewSet
from forecasting.api_alerts import AlertViewSet
from forecasting.api_anomalies import (
    AnomalyViewSet,
    AnomalyWatchViewSet,
    DatasetAnomaliesView,
)
from forecasting.api_drafts import ForecastDraftViewSet
from forecasting.api_forecast import ForecastNowView
from forecasting.api_lines import LineViewSet
from forecasting.api_models import ModelViewSet
from forecasting.api_schedules import ScheduleViewSet


class FromForecasts(SimpleRouter):
    """Routes of what forecasts leave behind: nothing of it is created by a POST to its list."""

    def get_method_map(
        self, viewset: type[ViewSetMixin], method_map: Mapping[str, str]
    ) -> dict[str, str]:
        """The verbs of one route."""
        verbs = super().get_method_map(viewset, method_map)
        return {verb: name for verb, name in verbs.items() if name != "create"}


router = SimpleRouter(use_regex_path=False)
router.register("alerts", AlertViewSet, basename="alert")
router.register("anomalies/watches", AnomalyWatchViewSet, basename="anomaly-watch")
router.register("anomalies", AnomalyViewSet, basename="anomaly")
router.register("forecast-drafts", ForecastDraftViewSet, basename="forecast-draft")
router.register("predictions", PredictionViewSet, basename="prediction")
router.register("schedules", ScheduleViewSet, basename="schedule")
registry = FromForecasts(use_regex_path=False)
registry.register("models", ModelViewSet, basename="model")
registry.register("model-lines", LineViewSet, basename="line")

urlpatterns = [
    path("forecast/", ForecastNowView.as_view(), name="forecast-now"),
    path("datasets/<uuid:pk>/anomalies/", DatasetAnomaliesView.as_view(), name="dataset-anomalies"),
    *router.urls,
    *registry.urls,
]
