"""Local processes: the same results in the same order, whatever happens to the workers."""

import importlib
import os
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from forecasting.engine import parallel
from forecasting.engine.computing import dask_workers
from forecasting.engine.computing.compute import Compute
from forecasting.engine.computing.local import local
from forecasting.engine.computing.problems import ComputeError, LostWorkerError, UnsendableError
from forecasting.engine.errors import Cancelled, SettingsError, TooShortError
from forecasting.engine.watch import Watch
from tests.forecasting.engine import spreading


@pytest.fixture(scope="module")
def workers():
    """Two processes for all tests of this file."""
    with local(2) as started:
        yield started


def test_two_processes_give_the_numbers_of_one(workers):
    alone = [parallel.one_thread(spreading.spectrum, seed) for seed in range(4)]
    shared = parallel.run(spreading.spectrum, range(4), compute=workers)
    assert all(np.array_equal(a, b) for a, b in zip(alone, shared, strict=True))


def test_results_stand_in_the_order_of_the_items(workers):
    # Item 2 is done first, item 0 last.
    assert parallel.run(spreading.squared_late, [0, 1, 2], compute=workers) == [0, 1, 4]


def test_progress_counts_finished_items():
    seen = []
    watch = Watch(lambda done, _: seen.append(done))
    assert parallel.run(abs, [-1, -2], watch=watch) == [1, 2]
    assert seen == [0.5, 1.0]


def test_a_stop_request_ends_between_two_items():
    done = []
    with pytest.raises(Cancelled):
        parallel.run(done.append, [1, 2, 3], watch=Watch(None, lambda: len(done) >= 2))
    assert done == [1, 2]


def blas_threads(_):
    return [pool["num_threads"] for pool in threadpool_info()]


def test_every_task_has_one_blas_thread():
    assert set(parallel.run(blas_threads, [0])[0]) == {1}


def test_a_worker_is_a_fresh_process_with_one_thread_and_one_core(workers):
    found = parallel.run(spreading.surroundings, range(4), compute=workers)
    assert os.getpid() not in {pid for pid, *_ in found}
    assert {tuple(rest) for _, *rest in found} == {("1", False, 1)}


def test_a_run_inside_a_worker_starts_no_more_processes(workers):
    assert parallel.run(spreading.nested, [0], compute=workers) == [True]


def test_what_the_function_raises_comes_out_with_its_way_through_the_worker(workers):
    with pytest.raises(TooShortError, match="Series a is 100 % too short") as raised:
        parallel.run(spreading.refused, ["a"], compute=workers)
    assert raised.value.details == {"series": "a"}
    assert "in refused" in raised.value.__notes__[0]


def test_the_work_of_a_killed_worker_is_given_to_another(workers, tmp_path):
    fuse = tmp_path / "fuse"
    fuse.touch()
    others = [tmp_path / str(number) for number in range(3)]
    pids = parallel.run(
        spreading.die_once, [str(path) for path in (fuse, *others)], compute=workers
    )
    assert not fuse.exists()
    assert len(pids) == 4


def test_work_that_kills_every_worker_is_given_up(workers):
    with pytest.raises(LostWorkerError, match="died at its work, often for lack of memory"):
        parallel.run(spreading.die, [0], compute=workers)


def test_workers_that_died_idle_are_started_again(workers):
    pid = parallel.run(spreading.own_process, [0], compute=workers)[0]
    for worker in spreading.workers_alive():
        worker.kill()
        worker.wait()
    assert parallel.run(spreading.own_process, [0, 1], compute=workers)[0] != pid


@pytest.mark.parametrize(
    ("function", "item"), [(spreading.generator, 0), (str, spreading.generator(0))]
)
def test_what_cannot_be_sent_says_so_and_what_to_do(workers, function, item):
    with pytest.raises(UnsendableError, match=r"cannot pickle 'generator' object.*arrays, numbers"):
        parallel.run(function, [item], compute=workers)


def test_a_stop_request_ends_what_runs_and_leaves_no_process():
    before = {worker.pid for worker in spreading.workers_alive()}
    began = time.monotonic()
    started = []

    def should_stop():
        started.extend({worker.pid for worker in spreading.workers_alive()} - before)
        return len(set(started)) == 2

    with pytest.raises(Cancelled):
        parallel.run(spreading.sleep, [60] * 4, processes=2, watch=Watch(None, should_stop))
    assert time.monotonic() - began < 30
    assert {worker.pid for worker in spreading.workers_alive()} <= before


def test_runs_inside_an_open_compute_use_its_workers():
    with Compute("local", 2).open():
        inside = parallel.run(spreading.own_process, [0])
    outside = parallel.run(spreading.own_process, [0])
    assert inside != [os.getpid()]
    assert outside == [os.getpid()]


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"engine": "spark"}, "one of local, ray, dask, not spark"),
        ({"processes": 0}, "at least one process, not 0"),
        ({"address": "tcp://127.0.0.1:1"}, "Local processes have no address"),
    ],
)
def test_a_compute_that_makes_no_sense_is_refused(choice, sentence):
    with pytest.raises(SettingsError, match=sentence):
        replace(Compute(), **choice)


@pytest.mark.parametrize(("engine", "module"), [("ray", "ray"), ("dask", "distributed")])
def test_a_missing_extra_is_named(monkeypatch, engine, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ComputeError, match=r"pip install 'almanac\[cluster\]'"):
        parallel.run(abs, [1], compute=Compute(engine, 2))


def test_a_cluster_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(dask_workers, "CONNECT_SECONDS", 0.3)
    with pytest.raises(ComputeError, match=r"No Dask cluster answers at tcp://127.0.0.1:1\."):
        parallel.run(abs, [1], compute=Compute("dask", address="tcp://127.0.0.1:1"))


@pytest.mark.slow
def test_libraries_loaded_in_a_worker_keep_to_one_thread():
    # A worker that were forked from here would have torch.
    importlib.import_module("torch")
    with local(2) as fresh:
        found = parallel.run(spreading.surroundings, range(4), compute=fresh)
        counts = parallel.run(spreading.heavy_thread_counts, [0, 1], compute=fresh)
    assert not any(torch for _, _, torch, _ in found)
    assert counts == [{1}, {1}]
