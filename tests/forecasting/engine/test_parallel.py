import numpy as np
import pytest
from threadpoolctl import threadpool_info

from forecasting.engine import parallel
from forecasting.engine.errors import Cancelled
from forecasting.engine.linear import Linear
from forecasting.engine.panel import Panel
from forecasting.engine.watch import Watch
from tests.forecasting.engine.series import seasonal


def forecast(seed):
    panel = Panel.from_arrays(seasonal(200, seed=seed), frequency="h")
    return Linear(lookback=24).fit(panel, horizon=6).predict().mean


def test_two_processes_give_the_numbers_of_one():
    alone = parallel.run(forecast, [1, 2, 3], processes=1)
    shared = parallel.run(forecast, [1, 2, 3], processes=2)
    assert all(np.array_equal(a, b) for a, b in zip(alone, shared, strict=True))


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
