"""What a search of settings found, and what it is worth on windows it never saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from forecasting.engine.errors import EngineError
from forecasting.engine.forecaster import Forecaster

TrialState = Literal["done", "pruned", "failed"]


@dataclass(frozen=True)
class TrialRow:
    """One trial: the settings it changed, its mean scaled error over the windows of the search.

    A pruned trial has the error of the windows it got to; a failed one a ``reason`` and no score.
    The first trial changes nothing.
    """

    number: int
    changes: Mapping[str, Any]
    state: TrialState
    score: float | None
    seconds: float
    reason: EngineError | None = None


@dataclass(frozen=True, eq=False)
class Tuned:
    """The best ``model``, unfitted, and the ``changes`` it makes to the settings given.

    ``default_score`` and ``tuned_score`` are mean scaled errors (MASE) on the windows kept back
    from the search; ``improvement`` is 1 - tuned / default. The changes are kept only where it is
    above zero, so the better of two was chosen there and the figure leans a little to the bright
    side. Scores are None where time did not allow them.
    """

    model: Forecaster
    changes: Mapping[str, Any]
    trials: tuple[TrialRow, ...]
    default_score: float | None
    tuned_score: float | None
    notes: tuple[EngineError, ...] = ()

    @property
    def settings(self) -> Any:
        """All settings of the model."""
        return self.model.settings

    @property
    def improvement(self) -> float:
        """Part of the error that the changes take away; 0 where there are none."""
        if not self.changes or not self.default_score or self.tuned_score is None:
            return 0.0
        return 1 - self.tuned_score / self.default_score

    def frame(self) -> pd.DataFrame:
        """One row per trial: ``number, state, score, seconds, reason`` and one column a setting."""
        rows = [
            {
                "number": one.number,
                "state": one.state,
                "score": one.score,
                "seconds": one.seconds,
                "reason": "" if one.reason is None else str(one.reason),
                **one.changes,
            }
            for one in self.trials
        ]
        return pd.DataFrame(rows)
