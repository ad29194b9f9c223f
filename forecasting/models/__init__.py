from forecasting.models.model_line import Alias, ModelLine
from forecasting.models.model_promotion import ModelPromotion
from forecasting.models.model_version import ModelVersion
from forecasting.models.prediction_result import PredictionResult
from forecasting.models.prediction_task import PredictionTask
from forecasting.models.trained_model import TrainedModel

__all__ = [
    "Alias",
    "ModelLine",
    "ModelPromotion",
    "ModelVersion",
    "PredictionResult",
    "PredictionTask",
    "TrainedModel",
]
