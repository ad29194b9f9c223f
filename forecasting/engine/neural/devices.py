"""Where a network is trained and with how many bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.neural_settings import TrainingSettings


def device_of(settings: TrainingSettings) -> str:
    """``cpu`` or ``cuda``; SettingsError when a GPU is asked for and there is none."""
    there = torch.cuda.is_available()
    if settings.device == "cuda" and not there:
        raise SettingsError(
            gettext_noop("No GPU can be used here; set device to auto or cpu."),
        )
    return "cuda" if there and settings.device != "cpu" else "cpu"


def precision(settings: TrainingSettings, device: str) -> AbstractContextManager[object]:
    """Mixed precision: matrix products in bfloat16, on a GPU unless told otherwise."""
    automatic = settings.precision == "auto" and device == "cuda"
    if automatic or settings.precision == "bfloat16":
        return torch.autocast(device, dtype=torch.bfloat16)
    return nullcontext()


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Hold torch to ``count`` threads for a while."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
