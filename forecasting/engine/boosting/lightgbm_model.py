"""LightGBM (Ke et al. 2017): histograms, leaf-wise trees, splits over categories."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from forecasting.engine.boosting.boosted import Boosted
from forecasting.engine.boosting.booster import Booster, Bytes, Table
from forecasting.engine.boosting.features import Inputs
from forecasting.engine.boosting.settings import BoostingSettings
from forecasting.engine.panel import Floats


class LightGBMBooster(Booster):
    """One ``lightgbm.Booster``."""

    def __init__(self, booster: Any, threads: int) -> None:
        self.booster, self.threads = booster, threads

    @classmethod
    def start(
        cls,
        settings: BoostingSettings,
        table: Table,
        held: Table | None = None,
        quantile: float | None = None,
    ) -> Self:
        import lightgbm  # noqa: PLC0415 -- takes a second, only a fit needs it

        parameters = _parameters(settings, quantile)
        training = lightgbm.Dataset(
            table.inputs,
            table.targets,
            categorical_feature=list(range(table.categories)),
            params=parameters,
        )
        booster = lightgbm.Booster(parameters, training)
        if held is not None:
            valid = training.create_valid(held.inputs, held.targets, params=parameters)
            booster.add_valid(valid, "held")
        return cls(booster, settings.threads)

    def advance(self) -> bool:
        return not self.booster.update()

    def loss(self) -> float:
        return float(self.booster.eval_valid()[0][2])

    def predict(self, inputs: Inputs, rounds: int = 0) -> Floats:
        found: Floats = self.booster.predict(
            inputs, num_iteration=rounds or -1, num_threads=self.threads
        )
        return found

    def contributions(self, inputs: Inputs, rounds: int = 0) -> Floats:
        found: Floats = self.booster.predict(
            inputs, num_iteration=rounds or -1, num_threads=self.threads, pred_contrib=True
        )
        return found

    def gains(self) -> Floats:
        return np.asarray(self.booster.feature_importance("gain"), dtype=np.float64)

    def to_bytes(self) -> Bytes:
        return np.frombuffer(self.booster.model_to_string().encode(), dtype=np.uint8)

    @classmethod
    def from_bytes(cls, blob: Bytes, settings: BoostingSettings, categories: int) -> Self:
        import lightgbm  # noqa: PLC0415

        return cls(lightgbm.Booster(model_str=blob.tobytes().decode()), settings.threads)


def _parameters(settings: BoostingSettings, quantile: float | None) -> dict[str, Any]:
    objective = {"objective": "l2"} if quantile is None else {"objective": "quantile"}
    return objective | {
        "alpha": 0.5 if quantile is None else quantile,
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.least_leaf_rows,
        "bagging_fraction": settings.subsample,
        "bagging_freq": 1,
        "feature_fraction": settings.columns,
        "max_bin": 127,
        "seed": settings.seed,
        "num_threads": settings.threads,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


class LightGBM(Boosted):
    """One LightGBM for all series, channels and steps."""

    name = "lightgbm"
    booster_type: ClassVar[type[Booster]] = LightGBMBooster
