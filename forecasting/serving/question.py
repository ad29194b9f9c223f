"""One question to a trained model: which one, about which rows, how far, how sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from forecasting.engine.errors import BadValuesError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.panel import Panel

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Stored:
    """A saved model: the `key` it lies under, and a `stamp` that changes when it is saved anew."""

    key: str
    stamp: str


@dataclass(frozen=True, eq=False)
class Question:
    """`panel` are rows of a dataset, `rows` those that somebody sent; one of them is given.

    `since` drops what lies further back than the model looks. Without `horizon` the fitted one.
    """

    model: Stored
    panel: Panel | None = None
    rows: Rows | None = None
    horizon: int | None = None
    levels: tuple[float, ...] = (80, 95)


@dataclass(frozen=True, eq=False)
class Answer:
    """The forecast, and the last time that it knew of each series."""

    forecast: Forecast
    last: np.ndarray = field(default_factory=lambda: np.empty(0, dtype="datetime64[ns]"))


def table_of(rows: Rows) -> pd.DataFrame:
    """Rows as a table with its times read. Raises BadValuesError when there are none."""
    if not rows:
        raise BadValuesError(gettext_noop("There are no rows to forecast from; send at least one."))
    frame = pd.DataFrame.from_records(list(rows))
    if "ds" not in frame.columns:
        raise BadValuesError(
            gettext_noop('Every row needs its time in "ds", such as 2026-11-23T19:00.')
        )
    return frame
