"""Routes of watches and anomalies."""

from __future__ import annotations

from django.urls import path

from forecasting.views import anomalies, watches

urlpatterns = [
    path("data/<uuid:pk>/anomalies/", anomalies.anomalies, name="anomalies"),
    path("data/<uuid:pk>/anomalies/new/", watches.new, name="watch_new"),
    path("anomalies/<uuid:pk>/chart/", anomalies.chart, name="anomaly_chart"),
    path("anomalies/<uuid:pk>/rate/", anomalies.rate, name="anomaly_rate"),
    path("anomalies/<uuid:pk>/export/", anomalies.export, name="anomaly_export"),
    path("anomalies/<uuid:pk>/edit/", watches.edit, name="watch_edit"),
    path("anomalies/<uuid:pk>/sensitivity/", watches.sensitivity, name="watch_sensitivity"),
    path("anomalies/<uuid:pk>/rest/", watches.rest, name="watch_rest"),
    path("anomalies/<uuid:pk>/scan/", watches.scan, name="watch_scan"),
    path("anomalies/<uuid:pk>/compare/", watches.compare, name="watch_compare"),
    path("anomalies/<uuid:pk>/delete/", watches.delete, name="watch_delete"),
    path("anomalies/one/<uuid:pk>/label/", watches.label, name="anomaly_label"),
]
