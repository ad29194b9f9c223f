"""What all members of a stack share: scaled channels, folds, cutoffs, steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.missing import Scaled
from forecasting.engine.parallel import threads
from forecasting.engine.stacking.origins import Held
from forecasting.engine.stacking.steps import Steps
from forecasting.engine.watch import Watch

Result = TypeVar("Result")
CHUNK: Final = 32


@dataclass(frozen=True, eq=False)
class Problem:
    """``fits`` are the rows ``[V]`` each fit may see: one per fold, and the delivered one unless
    the last fold already is. ``held[f][v]`` are the windows to score fold f on."""

    scaled: Scaled
    fits: tuple[NDArray[np.int64], ...]
    held: tuple[list[Held], ...]
    steps: Steps
    workers: int
    watch: Watch

    @property
    def channels(self) -> int:
        """Series times channels."""
        return len(self.scaled.columns)

    def each(self, function: Callable[[int], Result]) -> list[Result]:
        """The function of every variate, on the threads."""
        return self.some(function, range(self.channels))

    def some(self, function: Callable[[int], Result], variates: Sequence[int]) -> list[Result]:
        """The function of these variates; a stop request is obeyed within a few of them."""
        found: list[Result] = []
        for low in range(0, len(variates), CHUNK):
            self.watch.check()
            found += threads(function, variates[low : low + CHUNK], self.workers)
        return found
