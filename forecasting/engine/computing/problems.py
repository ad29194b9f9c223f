"""What can go wrong with the machines rather than with the data."""

from __future__ import annotations

from forecasting.engine.errors import EngineError, gettext_noop


class ComputeError(EngineError):
    """The machines that should compute cannot be had, or do not do it."""

    code = "compute"


class LostWorkerError(ComputeError):
    """The process that was to answer died."""

    code = "worker_lost"


class UnsendableError(ComputeError):
    """A function, what it is given or what it answers cannot go to another process."""

    code = "unsendable"


def lost() -> LostWorkerError:
    """A worker died at its work."""
    return LostWorkerError(
        gettext_noop(
            "The process of a worker died at its work, often for lack of memory. Use fewer "
            "processes or give each more memory."
        )
    )


def unsendable(problem: BaseException) -> UnsendableError:
    """What the root of a serialiser's problem says."""
    return UnsendableError(
        gettext_noop(
            "The work or its result cannot be sent to another process (%(reason)s). Give a "
            "function of a module, and arrays, numbers and text."
        ),
        reason=_root(problem),
    )


def _root(problem: BaseException) -> str:
    """The line that says what is wrong; loky gives tracebacks as text."""
    while (cause := problem.__cause__ or problem.__context__) is not None:
        problem = cause
    lines = [line.strip() for line in str(problem).splitlines() if line.strip(" \"'")]
    errors = [line for line in lines if "Error: " in line]
    return (errors[-1:] or lines or [type(problem).__name__])[0]
