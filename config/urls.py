"""One include per app."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import health

api = [
    path("auth/", include("accounts.api_urls")),
    path("", include("accounts.api_notifications_urls")),
    path("", include("jobs.api_urls")),
    path("", include("datasets.api_urls")),
    path("", include("forecasting.api_urls")),
]

urlpatterns = [
    path("health", health.alive, name="health"),
    path("ready", health.ready, name="ready"),
    path("api/v1/", include((api, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api-docs"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("jobs/", include("jobs.urls")),
    path("", include("forecasting.urls")),
    path("", include("datasets.urls")),
]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.not_allowed"
handler404 = "config.error_pages.not_found"
handler429 = "config.error_pages.too_many_requests"
handler500 = "config.error_pages.server_error"
