"""Around any module: per-window normalisation, and the shape of its answer."""

from __future__ import annotations

import inspect
from typing import Any

from torch import Tensor, nn

from forecasting.engine.errors import SettingsError, gettext_noop


class AnchoredNetwork(nn.Module):
    """Subtracts the last value of every window before the module and adds it back after.

    This is the normalisation of NLinear (Zeng et al. 2023); the module sees ``[B, L, C]`` and
    answers ``[B, H * C]`` or ``[B, H, C]``.
    """

    def __init__(self, module: nn.Module, horizon: int) -> None:
        super().__init__()
        self.module = module
        self.horizon = horizon

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``[B, L, C]`` to ``[B, H, C]``."""
        last = inputs[:, -1:]
        answer: Tensor = self.module(inputs - last)
        return answer.reshape(len(inputs), self.horizon, inputs.shape[2]) + last


def build_module(
    kind: type[nn.Module], channels: int, horizon: int, options: dict[str, Any]
) -> AnchoredNetwork:
    """An instance of ``kind`` with ``input_size`` and ``output_size`` and the options it knows."""
    parameters = inspect.signature(kind.__init__).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    known = {name: value for name, value in options.items() if takes_all or name in parameters}
    try:
        module = kind(input_size=channels, output_size=horizon * channels, **known)
    except TypeError as problem:
        raise SettingsError(
            gettext_noop(
                "%(module)s cannot be built: %(problem)s. It must take input_size and output_size."
            ),
            module=kind.__name__,
            problem=str(problem),
        ) from problem
    return AnchoredNetwork(module, horizon)
