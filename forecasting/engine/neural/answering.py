"""A trained network asked for forecasts at any cutoffs of a panel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from forecasting.engine.neural.contexts import Contexts
from forecasting.engine.neural.distributions import QUANTILES
from forecasting.engine.neural.network import WindowNetwork
from forecasting.engine.panel import Floats, Panel

BATCH: Final = 512
# Values of the windows and answers held at once.
LARGEST_TABLE: Final = 4_000_000

Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Answers:
    """Forecasts of ``network`` for the groups of ``contexts``."""

    network: WindowNetwork
    contexts: Contexts
    lookback: int
    horizon: int
    spare: bool = False

    def cutoffs_at_once(self) -> int:
        """How many cutoffs of all groups fit into one table."""
        contexts = self.contexts
        width = contexts.columns[0].shape[1]
        each = len(contexts.columns) * (self.lookback + self.horizon) * width
        return max(1, LARGEST_TABLE // int(each))

    def means(self, panel: Panel, ends: Sequence[int]) -> list[Floats]:
        """Forecasts ``[S, H, C]`` in the unit of the data, ``ends[w]`` rows before the end."""
        contexts = self.contexts
        count = len(contexts.columns)
        lengths = np.array([len(column) for column in contexts.columns])
        origins = np.concatenate([lengths - end for end in ends])
        groups = np.tile(np.arange(count), len(ends))
        answers = self._run(groups, origins, self.network.head.centre)
        self._repeat_what_never_moved(answers, groups, origins)
        return [self._shaped(part, panel) for part in np.split(answers, len(ends))]

    def quantiles(self, panel: Panel) -> Floats:
        """Quantiles ``[Q, S, H, C]`` after the last row, in the unit of the data."""
        lengths = np.array([len(column) for column in self.contexts.columns])
        groups = np.arange(len(lengths))
        found = self._run(groups, lengths, self._quantiles)
        return np.stack([self._shaped(part, panel) for part in np.moveaxis(found, -1, 0)])

    def at(self, variates: Numbers, origins: Numbers) -> Floats:
        """Scaled forecasts ``[n, H]`` of single variates."""
        return self._single(variates, origins, self.network.head.centre)

    def quantiles_at(self, variates: Numbers, origins: Numbers) -> Floats:
        """Scaled quantiles ``[Q, n, H]`` of single variates."""
        return np.moveaxis(self._single(variates, origins, self._quantiles), -1, 0)

    def _quantiles(self, parameters: Tensor) -> Tensor:
        return self.network.head.quantiles(parameters, QUANTILES).movedim(0, -1)

    def _single(
        self, variates: Numbers, origins: Numbers, read: Callable[[Tensor], Tensor]
    ) -> Floats:
        """Every window is run once, also when several of its channels are asked for."""
        width = self.contexts.columns[0].shape[1]
        pairs = np.stack([variates // width, origins], axis=1)
        unique, place = np.unique(pairs, axis=0, return_inverse=True)
        answers = self._run(unique[:, 0], unique[:, 1], read)
        return answers[place.reshape(-1), :, variates % width]

    @torch.no_grad()
    def _run(self, groups: Numbers, origins: Numbers, read: Callable[[Tensor], Tensor]) -> Floats:
        """``[n, H, c, …]``, what ``read`` makes of the parameters."""
        parts = []
        for first in range(0, len(groups), BATCH):
            some = slice(first, first + BATCH)
            window = self.contexts.windows(
                groups[some], origins[some], self.lookback, self.horizon, spare=self.spare
            )
            parts.append(read(self.network(window)).double().numpy())
        return np.concatenate(parts)

    def _repeat_what_never_moved(self, answers: Floats, groups: Numbers, origins: Numbers) -> None:
        """A series that has never moved tells a network nothing; what it says is its own bias."""
        still = self._first_moves[groups] >= origins[:, None]
        for n, c in np.argwhere(still):
            answers[n, :, c] = self.contexts.columns[groups[n]][0, c]

    @cached_property
    def _first_moves(self) -> Numbers:
        """Row of the first change of every group and channel ``[G, c]``."""
        moves = []
        for column in self.contexts.columns:
            changed = column != column[0]
            moves.append(np.where(changed.any(axis=0), changed.argmax(axis=0), len(column)))
        return np.stack(moves)

    def _shaped(self, answers: Floats, panel: Panel) -> Floats:
        """``[G, H, c]`` scaled as ``[S, H, C]`` in the unit of the data."""
        contexts = self.contexts
        values = answers * contexts.spread64[:, None, :] + contexts.mean64[:, None, :]
        if values.shape[2] == len(panel.channels):
            return values
        shaped = values[:, :, 0].reshape(len(panel), len(panel.channels), -1)
        return shaped.transpose(0, 2, 1)
