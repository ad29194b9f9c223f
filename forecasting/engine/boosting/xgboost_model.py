"""XGBoost (Chen and Guestrin 2016): histograms, leaf-wise trees, splits over categories."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np

from forecasting.engine.boosting.boosted import Boosted
from forecasting.engine.boosting.booster import Booster, Bytes, Table
from forecasting.engine.boosting.features import Inputs
from forecasting.engine.boosting.settings import BoostingSettings
from forecasting.engine.panel import Floats


class XGBoostBooster(Booster):
    """One ``xgboost.Booster``."""

    def __init__(self, booster: Any, threads: int, categories: int) -> None:
        self.booster, self.threads, self.categories = booster, threads, categories
        self.training: Any = None
        self.held: Any = None
        self.rounds = 0

    @classmethod
    def start(
        cls,
        settings: BoostingSettings,
        table: Table,
        held: Table | None = None,
        quantile: float | None = None,
    ) -> Self:
        import xgboost  # noqa: PLC0415 -- heavy, only a fit needs it

        kinds = {
            "feature_types": _kinds(table.inputs, table.categories),
            "enable_categorical": True,
            "nthread": settings.threads,
            "max_bin": 127,
        }
        training = xgboost.QuantileDMatrix(table.inputs, table.targets, **kinds)
        booster = xgboost.Booster(_parameters(settings, quantile), [training])
        found = cls(booster, settings.threads, table.categories)
        found.training = training
        if held is not None:
            found.held = xgboost.QuantileDMatrix(held.inputs, held.targets, ref=training, **kinds)
        return found

    def advance(self) -> bool:
        self.booster.update(self.training, self.rounds)
        self.rounds += 1
        return True

    def loss(self) -> float:
        return float(self.booster.eval(self.held).rpartition(":")[2])

    def predict(self, inputs: Inputs, rounds: int = 0) -> Floats:
        found = self.booster.predict(self._table(inputs), iteration_range=(0, rounds))
        return np.asarray(found, dtype=np.float64)

    def contributions(self, inputs: Inputs, rounds: int = 0) -> Floats:
        found = self.booster.predict(
            self._table(inputs), iteration_range=(0, rounds), pred_contribs=True
        )
        return np.asarray(found, dtype=np.float64)

    def _table(self, inputs: Inputs) -> Any:
        import xgboost  # noqa: PLC0415

        return xgboost.DMatrix(
            inputs,
            feature_types=_kinds(inputs, self.categories),
            enable_categorical=True,
            nthread=self.threads,
        )

    def gains(self) -> Floats:
        found = self.booster.get_score(importance_type="total_gain")
        columns = range(self.booster.num_features())
        return np.array([float(found.get(f"f{column}", 0.0)) for column in columns])

    def to_bytes(self) -> Bytes:
        return np.frombuffer(bytes(self.booster.save_raw("ubj")), dtype=np.uint8)

    @classmethod
    def from_bytes(cls, blob: Bytes, settings: BoostingSettings, categories: int) -> Self:
        import xgboost  # noqa: PLC0415

        booster = xgboost.Booster({"nthread": settings.threads})
        booster.load_model(bytearray(blob.tobytes()))
        return cls(booster, settings.threads, categories)


def _kinds(inputs: Inputs, categories: int) -> list[str]:
    return ["c"] * categories + ["q"] * (inputs.shape[1] - categories)


def _parameters(settings: BoostingSettings, quantile: float | None) -> dict[str, Any]:
    objective: dict[str, Any] = {"objective": "reg:squarederror"}
    if quantile is not None:
        objective = {"objective": "reg:quantileerror", "quantile_alpha": quantile}
    return objective | {
        "learning_rate": settings.learning_rate,
        "grow_policy": "lossguide",
        "max_leaves": settings.leaves,
        "max_depth": 0,
        "min_child_weight": settings.least_leaf_rows,
        "subsample": settings.subsample,
        "colsample_bytree": settings.columns,
        "tree_method": "hist",
        "max_bin": 127,
        "seed": settings.seed,
        "nthread": settings.threads,
        "verbosity": 0,
    }


class XGBoost(Boosted):
    """One XGBoost for all series, channels and steps."""

    name = "xgboost"
    booster_type: ClassVar[type[Booster]] = XGBoostBooster
