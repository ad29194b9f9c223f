"""The machines on which many series are fitted, as the operator has set them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings

from forecasting.engine.computing.compute import Compute
from forecasting.engine.computing.problems import ComputeError
from forecasting.engine.panel import Panel
from forecasting.engine.sentences import as_json
from forecasting.engine.sharding.rule import shards_for
from jobs.progress import Progress


@contextmanager
def workers_for(panel: Panel, job: Progress) -> Iterator[None]:
    """Let the fits inside use the workers where the panel has series enough for shards.

    A cluster that does not answer keeps nobody from a forecast: it is made here, and says so.
    """
    if shards_for(len(panel.labels), 1) == 1:
        yield
        return
    wanted = settings.COMPUTE
    with ExitStack() as stack:
        try:
            stack.enter_context(Compute(wanted.engine, wanted.processes, wanted.address).open())
        except ComputeError as problem:
            job.milestone(str(problem), code="here", reason=as_json(problem))
            stack.enter_context(Compute("local", wanted.processes).open())
        yield
