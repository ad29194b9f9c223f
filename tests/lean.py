"""Pytest plugin: what costs each run much and gives it nothing is left out.

The collector would look through a million objects of collected tests, which all stay until the
end, again and again. And where the environment forbids compiled files, every process that a test
starts would compile the whole product anew.
"""

import atexit
import gc
import os
import sys

import pytest

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session):
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_unconfigure(config):
    """What stays until the end needs no last look, but DuckDB tells of what nobody let go."""
    gc.freeze()
    atexit.register(gc.unfreeze)
