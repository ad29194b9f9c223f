"""Routes of datasets."""

from __future__ import annotations

from django.urls import include, path

from datasets.views import (
    charts,
    converting,
    detail,
    downloads,
    home,
    importing,
    listing,
    refusals,
    searching,
    uploading,
)

app_name = "datasets"
urlpatterns = [
    path("", home.home, name="home"),
    path("search/", searching.search, name="search"),
    path("data/", listing.dataset_list, name="list"),
    path("data/upload/", uploading.upload, name="upload"),
    path("data/sql/", include("datasets.urls_query")),
    path("data/samples/", uploading.sample, name="sample"),
    path("data/<uuid:pk>/", detail.overview, name="detail"),
    path("data/<uuid:pk>/", include("datasets.urls_versions")),
    path("data/<uuid:pk>/quality/", include("datasets.urls_quality")),
    path("data/<uuid:pk>/chart/", charts.chart, name="chart"),
    path("data/<uuid:pk>/series/", charts.series_names, name="series_names"),
    path("data/<uuid:pk>/download/", downloads.download, name="download"),
    path("data/<uuid:pk>/convert/", converting.convert, name="convert"),
    path("data/<uuid:pk>/converted/<uuid:job>/", converting.converted, name="converted"),
    path("data/<uuid:pk>/describe/", detail.describe, name="describe"),
    path("data/<uuid:pk>/delete/", detail.delete, name="delete"),
    path("data/<uuid:pk>/import/", importing.mapper, name="import"),
    path("data/<uuid:pk>/discard/", importing.discard, name="discard"),
    path("data/<uuid:pk>/refused-row/", refusals.refused_row, name="refused_row"),
    path("data/<uuid:pk>/read-again/", uploading.read_again, name="read_again"),
]
