from forecasting.models.alert_rule import AlertFiring, AlertRule
from forecasting.models.anomaly import Anomaly
from forecasting.models.anomaly_watch import AnomalyWatch
from forecasting.models.explanation import Explanation
from forecasting.models.forecast_draft import ForecastDraft
from forecasting.models.forecast_score import ForecastScore
from forecasting.models.model_line import Alias, ModelLine
from forecasting.models.model_promotion import ModelPromotion
from forecasting.models.model_version import ModelVersion
from forecasting.models.model_watch import ModelWatch
from forecasting.models.prediction_result import PredictionResult
from forecasting.models.prediction_task import PredictionTask
from forecasting.models.scenario import Scenario
from forecasting.models.schedule import Schedule
from forecasting.models.trained_model import TrainedModel

__all__ = [
    "AlertFiring",
    "AlertRule",
    "Alias",
    "Anomaly",
    "AnomalyWatch",
    "Explanation",
    "ForecastDraft",
    "ForecastScore",
    "ModelLine",
    "ModelPromotion",
    "ModelVersion",
    "ModelWatch",
    "PredictionResult",
    "PredictionTask",
    "Scenario",
    "Schedule",
    "TrainedModel",
]
