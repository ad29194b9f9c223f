"""Settings searched for one model under a time budget, and judged where the search did not look."""

from forecasting.engine.tuning.result import TrialRow, Tuned
from forecasting.engine.tuning.search import tune
from forecasting.engine.tuning.spaces import Choice, Range, Space, space_of

__all__ = ["Choice", "Range", "Space", "TrialRow", "Tuned", "space_of", "tune"]
