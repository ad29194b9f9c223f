"""No other process at all: every task at once, in the one that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

from forecasting.engine.computing.problems import ComputeError
from forecasting.engine.computing.task import attempt
from forecasting.engine.computing.workers import Reply
from forecasting.engine.errors import gettext_noop


class Inline:
    """One worker: this process."""

    size = 1

    def submit(self, function: Callable[[Any], Any], item: Any) -> Reply:
        """Done when it returns."""
        future: Reply = Future()
        future.set_result(attempt(function, item))
        return future

    def trouble(self, problem: BaseException) -> ComputeError:
        """Nothing stands between the caller and the work."""
        return ComputeError(gettext_noop("The work could not be done: %(reason)s"), reason=problem)

    def drop(self, futures: Iterable[Reply]) -> None:
        """All of them are done."""
