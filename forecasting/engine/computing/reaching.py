"""What Ray and Dask have in common: they are an extra, and may not answer."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from forecasting.engine.computing.problems import ComputeError
from forecasting.engine.errors import gettext_noop


def required(module: str, name: str) -> Any:
    """Import a library of the extra ``cluster``."""
    try:
        return importlib.import_module(module)
    except ImportError as problem:
        raise ComputeError(
            gettext_noop(
                "%(name)s is not installed. Install the extra: pip install 'almanac[cluster]'."
            ),
            name=name,
        ) from problem


@contextmanager
def connected(name: str, address: str) -> Iterator[None]:
    """Say which cluster could not be joined or started."""
    try:
        yield
    except (OSError, RuntimeError, ValueError) as problem:
        if not address:
            raise ComputeError(
                gettext_noop("%(name)s could not be started on this machine: %(reason)s"),
                name=name,
                reason=problem,
            ) from problem
        raise ComputeError(
            gettext_noop(
                "No %(name)s cluster answers at %(address)s. Check that it runs and that its port "
                "can be reached from here."
            ),
            name=name,
            address=address,
        ) from problem
