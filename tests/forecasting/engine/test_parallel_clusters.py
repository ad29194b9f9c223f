"""A Ray or Dask cluster of two workers on this machine does what local processes do."""

import numpy as np
import psutil
import pytest

from forecasting.engine import parallel
from forecasting.engine.computing.compute import Compute
from forecasting.engine.panel import Panel
from tests.forecasting.engine import clusters, spreading
from tests.forecasting.engine.series import seasonal


@pytest.fixture(scope="module", params=["ray", "dask"])
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def workers(engine):
    """One cluster of each kind for all tests of this file, which leaves nothing behind."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with Compute(engine, 2).open() as opened:
        yield opened
    left = [c for c in psutil.Process().children(recursive=True) if c.pid not in before]
    _, alive = psutil.wait_procs([c for c in left if not _shared_tracker(c)], timeout=10)
    assert alive == []


def _shared_tracker(child):
    """Python's own helper, one per process that ever started another; it ends with this one."""
    try:
        return "resource_tracker" in " ".join(child.cmdline())
    except psutil.Error:
        return False


def test_numbers_and_errors_are_those_of_one_process(workers):
    clusters.check_numbers_and_errors(workers)


def test_it_listens_on_this_machine_only(workers):
    tree = [psutil.Process(), *psutil.Process().children(recursive=True)]
    places = {
        connection.laddr.ip
        for process in tree
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert places
    assert places <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}


def test_a_cluster_that_runs_already_is_joined_and_left_running(engine, workers):
    # Ray joins what its process is connected to, Dask what answers at an address.
    address = workers._client.scheduler.address if engine == "dask" else ""
    with Compute(engine, 2, address).open() as joined:
        assert joined.size == 2
        assert parallel.run(spreading.squared_late, [3, 2], compute=joined) == [9, 4]
    assert parallel.run(spreading.squared_late, [5, 4], compute=workers) == [25, 16]


@pytest.mark.slow
def test_the_work_of_a_killed_worker_is_given_to_another(workers, tmp_path):
    clusters.check_killed_workers(workers, tmp_path)


@pytest.mark.slow
def test_what_cannot_be_sent_says_so(workers):
    clusters.check_what_cannot_be_sent(workers)


@pytest.mark.slow
def test_a_stop_request_ends_what_runs(workers):
    clusters.check_stop(workers)


@pytest.mark.slow
def test_shards_have_the_numbers_of_one_fit(workers):
    panel = Panel.from_arrays(
        {f"s{n}": np.round(seasonal(40 + 3 * n, 7, seed=n), 3) for n in range(5)}
    )
    clusters.check_shards(workers, panel)
