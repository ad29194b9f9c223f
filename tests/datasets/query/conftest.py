"""One parser for all statements that never run."""

import pytest

from datasets.query import child


@pytest.fixture(scope="session")
def parser():
    """The connection of a query process, without the process: the gate needs only its parser."""
    with child._connect(1024**3) as connection:
        yield connection
