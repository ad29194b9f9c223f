"""A pretrained network behind one small door, whatever library brought it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Final, Protocol

from forecasting.engine.environment import environment
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.foundation.weights import Weights
from forecasting.engine.panel import Floats

FAMILIES: Final = {"chronos": ("chronos2", "chronos_bolt"), "timesfm": ("timesfm",)}
# Libraries are told not to look anywhere else, and to keep quiet.
OFFLINE: Final = dict.fromkeys(
    ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_PROGRESS_BARS"), "1"
)


@dataclass(frozen=True, eq=False)
class Task:
    """One series before one cutoff, every row on a scale of its own.

    ``target`` is ``[C, T]``, ``past`` covariates ``[P, T]``, ``known`` ones ``[K, T + H]``; NaN
    marks what is missing.
    """

    target: Floats
    past: Floats
    known: Floats

    @property
    def rows(self) -> int:
        """Channels and covariates together."""
        return len(self.target) + len(self.past) + len(self.known)


class Backbone(Protocol):
    """What every family offers.

    ``context`` rows are read at most, ``horizon`` steps (None: any) come out in one go, ``levels``
    are the quantiles in rising order; ``uses_covariates`` says whether channels, past and known
    covariates of a series are read together or every channel alone.
    """

    context: int
    horizon: int | None
    levels: tuple[float, ...]
    uses_covariates: bool

    def forecast(self, tasks: Sequence[Task], horizon: int) -> list[Floats]:
        """Quantiles ``[C, Q, H]`` of every task."""


def opened(weights: Weights, device: str) -> Backbone:
    """The network of these weights, read once and kept for the next model.

    Raises SettingsError when the files do not fit together or a package is not installed.
    """
    from safetensors import SafetensorError  # noqa: PLC0415 -- not needed before a model is read

    try:
        with environment(OFFLINE), redirect_stdout(StringIO()):
            return _opened(weights, device)
    except ImportError as problem:
        raise SettingsError(
            gettext_noop(
                "Foundation models need the extra foundation: pip install "
                '"almanac[foundation]". Missing: %(name)s.'
            ),
            name=problem.name or problem,
        ) from problem
    except (SafetensorError, OSError, RuntimeError, ValueError, KeyError, TypeError) as problem:
        raise SettingsError(
            gettext_noop("The weights in %(folder)s could not be read: %(reason)s"),
            folder=Path(weights.folder).name,
            reason=str(problem).strip().partition("\n")[0],
        ) from problem


@lru_cache(maxsize=2)
def _opened(weights: Weights, device: str) -> Backbone:
    if weights.family == "timesfm":
        from forecasting.engine.foundation.timesfm_backbone import TimesFM  # noqa: PLC0415 -- heavy

        return TimesFM(weights.folder, device)
    from forecasting.engine.foundation.chronos_backbone import open_chronos  # noqa: PLC0415 -- heavy

    return open_chronos(weights, device)
