"""Alerts: rules on forecasts, missing data, anomalies and drift."""

from forecasting.alerts.judging import Event, judge

__all__ = ["Event", "judge"]
