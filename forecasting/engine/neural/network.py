"""Around any module: per-window normalisation, covariates ahead, and the shape of its answer."""

from __future__ import annotations

import inspect
from typing import Any, Final, cast

import torch
from torch import Tensor, nn

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.neural.architecture import Architecture, future, zeroed
from forecasting.engine.neural.heads import Head
from forecasting.engine.neural.normalisation import place_of
from forecasting.engine.neural.window import Shape, Window

CORRECTION_SIZE: Final = 32


class WindowNetwork(nn.Module):
    """Takes the anchor of every window off before the module and puts it back after.

    What it answers are the parameters of ``head`` in the scale of the values.
    """

    def __init__(self, module: nn.Module, shape: Shape, head: Head) -> None:
        super().__init__()
        self.module = module
        self.shape = shape
        self.head = head
        ours = module if isinstance(module, Architecture) else None
        self.normalisation = ours.normalisation if ours else "last"
        ahead = shape.known > 0 and not (ours and ours.takes_future)
        wanted = ahead or (shape.static > 0 and not (ours and ours.takes_past))
        self.correction = Correction(shape) if wanted else None

    def forward(self, window: Window) -> Tensor:
        """Parameters ``[B, H, C, …]`` of a batch of windows."""
        place = place_of(window.past, self.normalisation)
        past = (window.past - place.anchor) / place.size
        answer = self._answer(window._replace(past=past))
        if self.correction is not None:
            answer = answer + self.correction(window._replace(past=past))
        return self.head.placed(answer, place, window)

    def _answer(self, window: Window) -> Tensor:
        if isinstance(self.module, Architecture):
            return cast("Tensor", self.module(window))
        shape = self.shape
        flat: Tensor = self.module(window.past)
        return flat.reshape(len(flat), shape.horizon, shape.channels, shape.outputs)


class Correction(nn.Module):
    """What the covariates of a step ahead add to it, for networks that look at the past only.

    A small net over the covariates of the step, their change since the cutoff and the static ones,
    the same for every step; it starts at zero.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.inner = nn.Linear(2 * shape.known + shape.static, CORRECTION_SIZE)
        self.outer = zeroed(nn.Linear(CORRECTION_SIZE, shape.channels * shape.outputs))

    def forward(self, window: Window) -> Tensor:
        """Correction ``[B, H, C, outputs]``."""
        ahead = future(window)
        now = window.known[:, window.past.shape[1] - 1][:, None, :]
        change = ahead[..., : self.shape.known] - now
        found: Tensor = self.outer(nn.functional.gelu(self.inner(torch.cat([ahead, change], -1))))
        return found.reshape(*found.shape[:2], self.shape.channels, self.shape.outputs)


def build_plain(
    kind: type[nn.Module], shape: Shape, head: Head, options: dict[str, Any]
) -> WindowNetwork:
    """A network around ``kind``, built with ``input_size`` and ``output_size`` and the options it
    knows."""
    parameters = inspect.signature(kind.__init__).parameters
    takes_all = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    answers = shape.horizon * shape.channels * shape.outputs
    lengths = {"input_length": shape.lookback, "output_length": shape.horizon}
    known = {n: value for n, value in (options | lengths).items() if takes_all or n in parameters}
    try:
        module = kind(input_size=shape.channels, output_size=answers, **known)
    except TypeError as problem:
        raise SettingsError(
            gettext_noop(
                "%(module)s cannot be built: %(problem)s. It must take input_size and output_size."
            ),
            module=kind.__name__,
            problem=str(problem),
        ) from problem
    return WindowNetwork(module, shape, head)
