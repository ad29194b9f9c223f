"""Routes of one dataset's quality report and repairs, under `/data/<pk>/quality/`."""

from __future__ import annotations

from django.urls import path

from datasets.views import quality

urlpatterns = [
    path("", quality.quality, name="quality"),
    path("preview/", quality.preview, name="repair_preview"),
    path("apply/", quality.apply, name="repair"),
    path("check/", quality.check, name="check_quality"),
    path("ignore/", quality.ignore_finding, name="ignore_finding"),
    path("report/", quality.export, name="quality_report"),
]
