"""The answers of all pieces as one, in the order of the panel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from forecasting.engine.forecast import Forecast


@dataclass(frozen=True, eq=False)
class Answer:
    """The forecasts of some series, one per cutoff."""

    positions: tuple[int, ...]
    forecasts: Sequence[Forecast]


def joined(model: str, answers: Sequence[Answer]) -> list[Forecast]:
    """One forecast of all series per cutoff, under the name of ``model``."""
    places = np.concatenate([answer.positions for answer in answers]).astype(np.int64)
    order = np.argsort(places)
    windows = zip(*(answer.forecasts for answer in answers), strict=True)
    return [_one(model, parts, order) for parts in windows]


def _one(model: str, parts: Sequence[Forecast], order: Any) -> Forecast:
    def rows(arrays: Iterable[Any]) -> Any:
        return np.concatenate(list(arrays))[order]

    ids = list(chain.from_iterable(part.ids for part in parts))
    levels = parts[0].lower
    return Forecast(
        model=model,
        ids=tuple(ids[place] for place in order),
        channels=parts[0].channels,
        times=rows(part.times for part in parts),
        mean=rows(part.mean for part in parts),
        lower={level: rows(part.lower[level] for part in parts) for level in levels},
        upper={level: rows(part.upper[level] for part in parts) for level in levels},
        notes=tuple(dict.fromkeys(chain.from_iterable(part.notes for part in parts))),
    )


def summed(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What the models report, as one: lists put together, counts and numbers added."""
    names = dict.fromkeys(chain.from_iterable(reports))
    return {name: _sum([r[name] for r in reports if name in r]) for name in names}


def _sum(values: list[Any]) -> Any:
    if all(isinstance(value, list) for value in values):
        return list(chain.from_iterable(values))
    if all(isinstance(value, dict) for value in values):
        return dict(sum((Counter(value) for value in values), Counter()))
    if all(isinstance(value, int | float) for value in values):
        return sum(values)
    return values
