from forecasting.models.prediction_result import PredictionResult
from forecasting.models.prediction_task import PredictionTask
from forecasting.models.trained_model import TrainedModel

__all__ = ["PredictionResult", "PredictionTask", "TrainedModel"]
