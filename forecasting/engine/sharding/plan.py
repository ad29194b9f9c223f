"""Who works on which series: many small pieces of equal cost, the costliest first.

Small pieces keep all workers busy to the end and bring news often; a piece that is lost costs
little. The numbers do not depend on the pieces.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, gettext_noop

PIECES_PER_WORKER: Final = 8
MOST_SERIES: Final = 500
# What a series costs beside its rows, in rows.
ROWS_OF_OVERHEAD: Final = 50


@dataclass(frozen=True)
class Piece:
    """Some series by their positions in the panel, and how often they were tried in vain."""

    positions: tuple[int, ...]
    tries: int = 0

    def halves(self) -> list[Piece]:
        """Two pieces, so that what is wrong with one series ends up alone."""
        middle = len(self.positions) // 2
        parts = (self.positions[:middle], self.positions[middle:])
        return [replace(self, positions=part) for part in parts]


def deal(
    lengths: NDArray[np.int64], positions: Iterable[int], workers: int, most: int | None = None
) -> deque[Piece]:
    """Pieces of at most ``most`` of the series at ``positions``, about eight per worker.

    ``lengths`` ``[S]`` are the rows of all series. Raises SettingsError when ``most`` is below one.
    """
    if most is not None and most < 1:
        raise SettingsError(
            gettext_noop("A shard needs at least one series, not %(given)s."), given=most
        )
    places = np.fromiter(positions, dtype=np.int64)
    if len(places) == 0:
        return deque()
    order = places[np.argsort(-lengths[places], kind="stable")]
    wanted = PIECES_PER_WORKER * workers if most is None else 1
    count = min(len(order), max(wanted, -(-len(order) // (most or MOST_SERIES))))
    pieces = sorted(_snake(order, count), key=lambda piece: -_cost(lengths, piece))
    return deque(Piece(tuple(sorted(int(place) for place in piece))) for piece in pieces)


def _snake(order: NDArray[np.int64], count: int) -> list[list[int]]:
    """Dealt out like cards, each round the other way, so that nobody always gets the longest."""
    piles: list[list[int]] = [[] for _ in range(count)]
    for turn, place in enumerate(order):
        around, seat = divmod(turn, count)
        piles[seat if around % 2 == 0 else count - 1 - seat].append(int(place))
    return piles


def _cost(lengths: NDArray[np.int64], piece: list[int]) -> int:
    return int(lengths[piece].sum()) + ROWS_OF_OVERHEAD * len(piece)
