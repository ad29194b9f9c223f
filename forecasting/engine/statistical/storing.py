"""Learned models as arrays and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.statistical.adapter import Learned


def packed(models: Sequence[Learned]) -> tuple[dict[str, NDArray[Any]], list[dict[str, Any]]]:
    """All numbers one after another with the sizes, and the structures."""
    arrays = {
        "numbers": np.concatenate([np.empty(0), *(model.numbers for model in models)]),
        "sizes": np.array([len(model.numbers) for model in models], dtype=np.int64),
    }
    return arrays, [model.structure for model in models]


def unpacked(arrays: dict[str, Any], structures: Sequence[dict[str, Any]]) -> list[Learned]:
    """What ``packed`` was given."""
    parts = np.split(arrays["numbers"], np.cumsum(arrays["sizes"])[:-1])
    return [Learned(*pair) for pair in zip(structures, parts, strict=True)]
