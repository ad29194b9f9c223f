"""One task in the process that computes it: alone on its core, and never an exception on the wire.

Exceptions come back as values, so that what the wire itself raises is always about the machines.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

# Set before any library is loaded; a limit that is set later misses those loaded after it.
ONE_THREAD: Final = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)

_state = {"worker": False}


@dataclass(frozen=True)
class Done:
    """What the function returned, in a shell that no engine takes for something of its own."""

    value: Any


@dataclass(frozen=True)
class Failed:
    """What the function raised, and where."""

    problem: Exception
    trace: str

    def exception(self) -> Exception:
        """The exception with the way it took in the other process."""
        self.problem.add_note(f"In the worker:\n{self.trace}")
        return self.problem


def call(function: Callable[[Any], Any], item: Any) -> Done | Failed:
    """What a worker process runs."""
    _state["worker"] = True
    return attempt(function, item)


def attempt(function: Callable[[Any], Any], item: Any) -> Done | Failed:
    """``function(item)`` with the linear algebra libraries held to one thread."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- only a computation needs it

    with threadpool_limits(limits=1):
        try:
            return Done(function(item))
        except Exception as problem:  # noqa: BLE001 -- handed to the caller as it is
            return Failed(problem, traceback.format_exc())


def in_worker() -> bool:
    """Whether this process computes tasks for another one, and should not spread them again."""
    return _state["worker"]
