"""Routes of forecasting."""

from __future__ import annotations

from django.urls import include, path

from forecasting.views import (
    alerts,
    asking,
    cards,
    charts,
    detail,
    downloads,
    drafts,
    listing,
    model_cards,
    model_settings,
    model_steering,
    models,
    steering,
)

app_name = "forecasting"
alert_paths = [
    path("alerts/", alerts.alert_list, name="alerts"),
    path("alerts/new/", alerts.new_alert, name="new_alert"),
    path("alerts/preview/", alerts.preview_alert, name="preview_alert"),
    path("alerts/slots/", alerts.alert_slots, name="alert_slots"),
    path("alerts/history/", alerts.alert_history, name="alert_history"),
    path("alerts/<uuid:pk>/", alerts.alert, name="alert"),
    path("alerts/<uuid:pk>/chart/", alerts.alert_chart, name="alert_chart"),
    path("alerts/<uuid:pk>/switch/", alerts.switch_alert, name="switch_alert"),
    path("alerts/<uuid:pk>/snooze/", alerts.snooze_alert, name="snooze_alert"),
    path("alerts/<uuid:pk>/test/", alerts.test_alert, name="test_alert"),
    path("alerts/<uuid:pk>/delete/", alerts.delete_alert, name="delete_alert"),
]
urlpatterns = [
    path("forecasts/", listing.forecast_list, name="list"),
    path("forecasts/new/", asking.new, name="new"),
    path("forecasts/new/contract/", asking.contract, name="contract"),
    path("forecasts/new/preview/", asking.preview, name="preview"),
    path("forecasts/new/cycles/", asking.cycles, name="ask_cycles"),
    path("forecasts/new/series/", asking.series, name="ask_series"),
    path("forecasts/new/sources/", asking.sources, name="copy_sources"),
    path("forecasts/new/settings/", model_settings.model_settings, name="ask_settings"),
    path("forecasts/drafts/<uuid:pk>/delete/", drafts.delete_draft, name="delete_draft"),
    path("forecasts/recent/", cards.recent_card, name="recent_card"),
    path("forecasts/of/<uuid:pk>/", cards.for_dataset, name="for_dataset"),
    path("forecasts/<uuid:pk>/", detail.detail, name="detail"),
    path("forecasts/<uuid:pk>/backtest/", detail.backtest, name="backtest"),
    path("forecasts/<uuid:pk>/data/", detail.data, name="data"),
    path("forecasts/<uuid:pk>/chart/", charts.fan, name="chart"),
    path("forecasts/<uuid:pk>/snippet/", downloads.snippet, name="snippet"),
    path("forecasts/<uuid:pk>/export/", downloads.export, name="export"),
    path("forecasts/<uuid:pk>/cancel/", steering.cancel, name="cancel"),
    path("forecasts/<uuid:pk>/finish/", steering.finish, name="finish"),
    path("forecasts/<uuid:pk>/stop/", steering.stop, name="stop"),
    path("forecasts/<uuid:pk>/rename/", steering.rename, name="rename"),
    path("forecasts/<uuid:pk>/delete/", steering.delete, name="delete"),
    *alert_paths,
    path("models/", models.model_list, name="models"),
    path("models/events/", models.events, name="model_events"),
    path("models/compare/", model_cards.compare, name="model_compare"),
    path("models/<uuid:pk>/", model_cards.card, name="model"),
    path("models/<uuid:pk>/download/", model_cards.download, name="model_download"),
    path("models/<uuid:pk>/card/", model_cards.markdown, name="model_markdown"),
    path("models/<uuid:pk>/promote/", model_steering.promote, name="model_promote"),
    path("models/<uuid:pk>/describe/", model_steering.describe, name="model_describe"),
    path("models/<uuid:pk>/use/", model_steering.use, name="model_use"),
    path("models/<uuid:pk>/delete/", model_steering.delete, name="model_delete"),
    path("models/lines/<uuid:pk>/roll-back/", model_steering.roll_back, name="line_roll_back"),
    path("models/lines/<uuid:pk>/withdraw/", model_steering.withdraw, name="line_withdraw"),
    path("", include("forecasting.urls_anomalies")),
]
