"""One pool of past errors for all pieces, as if a single fit had seen every series.

Each piece hands over the scores of its intervals; ``Conformal.fit`` makes one table of them all, of
which every piece gets its part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.intervals import Conformal
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.sharding.jobs import SCORES, Files
from forecasting.engine.sharding.store import Saved


def calibrated(panel: Panel, pieces: Sequence[Saved], group: int) -> list[Conformal | None]:
    """The intervals of one group for every piece; None where they keep their own.

    That is the case when some model did not measure its intervals in one call.
    """
    found = [piece.files(group) for piece in pieces]
    if not all(SCORES in files for files in found):
        return [None] * len(pieces)
    places = np.concatenate([piece.positions for piece in pieces]).astype(np.int64)
    order = np.argsort(places)
    whole = _whole(panel, places[order], _in_order(found, order, len(panel.channels)))
    ranks = np.argsort(order)
    firsts = np.cumsum([0, *(len(piece.positions) for piece in pieces)])
    return [_part(whole, ranks[a:b]) for a, b in pairwise(firsts)]


def _in_order(
    found: Sequence[Files], order: NDArray[np.int64], channels: int
) -> tuple[Floats, Floats, list[Floats]]:
    """Mean and spread ``[V]`` and the scores of all variates, in the order of the panel."""
    from safetensors.numpy import load  # noqa: PLC0415 -- as in artifacts

    mean: list[Floats] = []
    spread: list[Floats] = []
    scores: list[Floats] = []
    for files in found:
        arrays = load(files[SCORES])
        mean.append(arrays["mean"])
        spread.append(arrays["spread"])
        scores.extend(arrays[f"scores.{v}"] for v in range(len(arrays["mean"])))
    variates = (order[:, None] * channels + np.arange(channels)).reshape(-1)
    return (
        np.concatenate(mean)[variates],
        np.concatenate(spread)[variates],
        [scores[v] for v in variates],
    )


def _whole(
    panel: Panel, places: NDArray[np.int64], known: tuple[Floats, Floats, list[Floats]]
) -> Conformal:
    mean, spread, scores = known
    series = panel.select([panel.ids[place] for place in places])
    return Conformal.fit(series, Scaled([], [], mean, spread), scores)


def _part(whole: Conformal, ranks: NDArray[np.int64]) -> Conformal:
    """The intervals of some series: their own rows of the table, and the pool."""
    channels = len(whole.mean) // len(whole.ids)
    variates = (ranks[:, None] * channels + np.arange(channels)).reshape(-1)
    pool = whole.table.shape[1] - 1
    rows = np.append(variates, pool) if pool else np.array([0])
    return replace(
        whole,
        ids=tuple(whole.ids[rank] for rank in ranks),
        mean=whole.mean[variates],
        spread=whole.spread[variates],
        table=whole.table[:, rows],
        shift=whole.shift[variates],
    )
