"""Routes of forecasts of many series."""

from __future__ import annotations

from django.urls import path

from forecasting.views import portfolio

urlpatterns = [
    path("forecasts/<uuid:pk>/series/", portfolio.portfolio, name="portfolio"),
    path("forecasts/<uuid:pk>/series/file/", portfolio.as_file, name="portfolio_file"),
    path("forecasts/<uuid:pk>/series/again/", portfolio.again, name="portfolio_again"),
]
