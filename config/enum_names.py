"""What sets of words are called in the description of the API."""

from __future__ import annotations

# Words that a person may send are fewer or more than those that are stored.
ENUM_NAMES = {
    "ChosenRoleEnum": "datasets.sniffing.options.ROLES",
    "ColumnRoleEnum": "datasets.models.Column.Role",
    "PersonRoleEnum": "accounts.models.User.Role",
    "JobStateEnum": "jobs.models.Job.State",
    "DeliveryStateEnum": "accounts.models.Delivery.State",
    "AlertStateEnum": "forecasting.models.AlertRule.State",
    "AlertKindEnum": "forecasting.models.AlertRule.Kind",
    "AnomalyKindEnum": "forecasting.models.Anomaly.Kind",
    "AnomalyLabelEnum": "forecasting.models.Anomaly.Label",
    "DetectorEnum": "forecasting.models.AnomalyWatch.Detector",
    "ForecastStatusEnum": "forecasting.models.PredictionTask.Status",
    "AlertMeasureEnum": "forecasting.models.AlertRule.Measure",
    "ChosenFormatEnum": "datasets.sniffing.options.FORMATS",
    "ChosenLayoutEnum": "datasets.sniffing.options.SHAPES",
}
