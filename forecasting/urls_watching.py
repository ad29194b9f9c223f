"""Routes of accuracy and of watches on models."""

from __future__ import annotations

from django.urls import path

from forecasting.views import accuracy, model_watching

urlpatterns = [
    path("forecasts/<uuid:pk>/accuracy/", accuracy.accuracy, name="accuracy"),
    path("forecasts/<uuid:pk>/accuracy/rows/", accuracy.rows, name="accuracy_rows"),
    path("forecasts/<uuid:pk>/accuracy/again/", accuracy.score, name="accuracy_again"),
    path("models/lines/<uuid:pk>/accuracy/", model_watching.card, name="line_accuracy"),
    path("models/lines/<uuid:pk>/rule/", model_watching.rule, name="line_rule"),
    path("models/lines/<uuid:pk>/look/", model_watching.look, name="line_look"),
    path("models/lines/<uuid:pk>/challenger/", model_watching.challenge, name="line_challenge"),
]
