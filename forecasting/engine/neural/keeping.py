"""What of a trained network is saved with a model, and how it comes back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from forecasting.engine.neural.beside import Beside
from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.neural.window import Shape
from forecasting.engine.panel import Panel
from forecasting.engine.recalibration import Recalibration

BESIDE = "beside."
RECALIBRATION = "recalibration"


class Kept(ABC):
    """Arrays and facts of a trained network, for saving."""

    network_: WindowNetwork
    beside_: Beside
    recalibration_: Recalibration | None
    season_: int
    horizon_: int
    context_: Panel

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        """Weights by their names in torch, scales of the covariates, corrections of quantiles."""
        arrays = {name: tensor.numpy() for name, tensor in self.network_.state_dict().items()}
        arrays |= {BESIDE + name: array for name, array in self.beside_.arrays().items()}
        if self.recalibration_ is not None:
            arrays[RECALIBRATION] = self.recalibration_.table
        return arrays

    def learned_facts(self) -> dict[str, Any]:
        """The season, which decides some sizes, and the covariates."""
        return {"season": self.season_, "covariates": self.beside_.facts()}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        """Build the network again and give it its weights."""
        self.season_ = facts.get("season", 1)
        beside = {n.removeprefix(BESIDE): a for n, a in arrays.items() if n.startswith(BESIDE)}
        self.beside_ = Beside.restored(beside, facts.get("covariates", {}))
        table = arrays.get(RECALIBRATION)
        self.recalibration_ = None if table is None else Recalibration(table, self.horizon_)
        shape = self._shape(len(self.context_.channels), self.horizon_)
        self.network_ = self._build(shape)
        own = {n: a for n, a in arrays.items() if not n.startswith((BESIDE, RECALIBRATION))}
        weights = {name: torch.from_numpy(np.array(array)) for name, array in own.items()}
        self.network_.load_state_dict(weights)
        self.network_.eval()

    @abstractmethod
    def _shape(self, channels: int, horizon: int) -> Shape:
        """Sizes of the windows."""

    @abstractmethod
    def _build(self, shape: Shape) -> WindowNetwork:
        """An untrained network of these sizes."""
