"""What a cluster must do, whoever made it."""

import time

import numpy as np
import pytest

from forecasting.engine import parallel
from forecasting.engine.computing.problems import LostWorkerError, UnsendableError
from forecasting.engine.errors import Cancelled, TooShortError
from forecasting.engine.registry import create
from forecasting.engine.sharded import fit_shards
from forecasting.engine.watch import Watch
from tests.forecasting.engine import spreading


def check_numbers_and_errors(workers):
    alone = [parallel.one_thread(spreading.spectrum, seed) for seed in range(5)]
    shared = parallel.run(spreading.spectrum, range(5), compute=workers)
    assert workers.size == 2
    assert all(np.array_equal(a, b) for a, b in zip(alone, shared, strict=True))
    assert parallel.run(spreading.surroundings, [0], compute=workers)[0][1:] == ("1", False, 1)
    with pytest.raises(TooShortError, match="Series a is 100 % too short") as raised:
        parallel.run(spreading.refused, ["a"], compute=workers)
    assert "in refused" in raised.value.__notes__[0]


def check_killed_workers(workers, tmp_path):
    fuse = tmp_path / "fuse"
    fuse.touch()
    paths = [str(fuse), *(str(tmp_path / name) for name in "abc")]
    assert len(parallel.run(spreading.die_once, paths, compute=workers)) == 4
    assert not fuse.exists()
    with pytest.raises(LostWorkerError):
        parallel.run(spreading.die, [0], compute=workers)


def check_what_cannot_be_sent(workers):
    for function, item in ((spreading.generator, 0), (str, spreading.generator(0))):
        with pytest.raises(UnsendableError, match="arrays, numbers"):
            parallel.run(function, [item], compute=workers)


def check_stop(workers):
    began = time.monotonic()
    watch = Watch(None, lambda: time.monotonic() - began > 1)
    with pytest.raises(Cancelled):
        parallel.run(spreading.sleep, [8, 8, 8], compute=workers, watch=watch)
    assert time.monotonic() - began < 6
    assert parallel.run(spreading.squared_late, [3, 2], compute=workers) == [9, 4]


def check_shards(workers, panel):
    whole = create("auto_theta").fit(panel, horizon=4).predict()
    found = fit_shards("auto_theta", {}, panel, 4, compute=workers, shard_series=2)
    assert np.array_equal(found.result.mean, whole.mean)
    assert np.array_equal(found.result.upper[95], whole.upper[95])
    assert (found.failures, found.tried_again) == ({}, 0)
