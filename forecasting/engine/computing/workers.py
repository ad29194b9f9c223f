"""What the loop asks of an engine, and the workers that are open at the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any, Protocol, TypeAlias

from forecasting.engine.computing.problems import ComputeError
from forecasting.engine.computing.task import Done, Failed

Reply: TypeAlias = Future[Done | Failed]


class Workers(Protocol):
    """``size`` tasks run at once; the loop hands over no more."""

    size: int

    def submit(self, function: Callable[[Any], Any], item: Any) -> Reply:
        """``task.call(function, item)`` elsewhere; at most ``size`` at a time."""

    def trouble(self, problem: BaseException) -> ComputeError:
        """What an exception of a future, which is never one of ``function``, means."""

    def drop(self, futures: Iterable[Reply]) -> None:
        """Give these up; what runs is ended where that is possible."""


# The workers of the innermost ``with Compute(...).open()``.
OPEN: ContextVar[Workers | None] = ContextVar("open_workers", default=None)
