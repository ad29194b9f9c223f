"""What can go wrong with the machines rather than with the data."""

from __future__ import annotations

from forecasting.engine.errors import EngineError


class ComputeError(EngineError):
    """The machines that should compute cannot be had, or do not do it."""

    code = "compute"


class LostWorkerError(ComputeError):
    """The process that was to answer died."""

    code = "worker_lost"


class UnsendableError(ComputeError):
    """A function, what it is given or what it answers cannot go to another process."""

    code = "unsendable"
