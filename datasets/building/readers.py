"""Kept DuckDB instances for questions that only read: making one costs more than most ask."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from datasets.building.duck import connect

# More wait only where more threads ask at once; the others are closed after use.
_KEPT = 2
# A large question leaves up to 200 MiB with its instance, and making another is little beside it.
_QUICK_SECONDS = 0.1

_idle: deque[duckdb.DuckDBPyConnection] = deque()
# Instances made before a fork have threads that the child lacks: ending one there waits for ever.
_of_parent: list[duckdb.DuckDBPyConnection] = []


@contextmanager
def reader() -> Iterator[duckdb.DuckDBPyConnection]:
    """Lend a connection that nobody else uses; it may not spill and keeps nothing it was given.

    It is for reading files: a table made in it must be temporary. After a failure its instance is
    closed, whatever state it was in, and after a long question for the memory it holds.
    """
    began = time.monotonic()
    try:
        instance = _idle.pop()
    except IndexError:
        instance = connect()
    try:
        with instance.cursor() as connection:
            yield connection
    except BaseException:
        instance.close()
        raise
    if len(_idle) < _KEPT and time.monotonic() - began < _QUICK_SECONDS:
        _idle.append(instance)
    else:
        instance.close()


def _forget_those_of_the_parent() -> None:
    _of_parent.extend(_idle)
    _idle.clear()


os.register_at_fork(after_in_child=_forget_those_of_the_parent)
