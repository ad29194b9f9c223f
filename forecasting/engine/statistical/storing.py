"""Learned models as arrays and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.statistical.adapter import Learned
from forecasting.engine.statistical.fitting import Fitted

NUMBERS: Final = "fits.safetensors"
STRUCTURES: Final = "structures.json"


def packed(models: Sequence[Learned]) -> tuple[dict[str, NDArray[Any]], list[dict[str, Any]]]:
    """All numbers one after another with the sizes, and the structures."""
    arrays = {
        "numbers": np.concatenate([np.empty(0), *(model.numbers for model in models)]),
        "sizes": np.array([len(model.numbers) for model in models], dtype=np.int64),
    }
    return arrays, [model.structure for model in models]


def fits_of(fits: Sequence[Fitted]) -> dict[str, bytes]:
    """Some fits as the contents of two files."""
    from safetensors.numpy import save  # noqa: PLC0415 -- as in artifacts

    arrays, structures = packed([one.learned for one in fits])
    arrays["rows"] = np.array([len(one.scores) for one in fits], dtype=np.int64)
    arrays["scores"] = np.ascontiguousarray(np.concatenate([one.scores for one in fits]))
    return {NUMBERS: save(arrays), STRUCTURES: json.dumps(structures).encode()}


def fits_from(files: dict[str, bytes]) -> list[Fitted]:
    """What ``fits_of`` was given."""
    from safetensors.numpy import load  # noqa: PLC0415 -- as in artifacts

    arrays = load(files[NUMBERS])
    models = unpacked(arrays, json.loads(files[STRUCTURES]))
    scores = np.split(arrays["scores"], np.cumsum(arrays["rows"])[:-1])
    return [Fitted(*pair) for pair in zip(models, scores, strict=True)]


def unpacked(arrays: dict[str, Any], structures: Sequence[dict[str, Any]]) -> list[Learned]:
    """What ``packed`` was given."""
    parts = np.split(arrays["numbers"], np.cumsum(arrays["sizes"])[:-1])
    return [Learned(*pair) for pair in zip(structures, parts, strict=True)]
