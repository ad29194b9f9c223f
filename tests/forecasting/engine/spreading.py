"""What tests send to other processes, where it must be importable by name."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import psutil
from threadpoolctl import threadpool_info

from forecasting.engine import parallel
from forecasting.engine.errors import TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create


def spectrum(seed):
    """Numbers that a different BLAS, thread count or order would change."""
    random = np.random.default_rng(seed)
    table = random.normal(size=(60, 60))
    return np.linalg.svd(table @ table.T, compute_uv=False)


def squared_late(number):
    """The larger, the sooner."""
    time.sleep(0.3 / (1 + number))
    return number * number


def surroundings(_):
    """Process, its threads by environment, what it has loaded, and how many cores it may use."""
    return os.getpid(), os.environ["OMP_NUM_THREADS"], "torch" in sys.modules, parallel.cores()


def refused(name):
    raise TooShortError("Series %(series)s is 100 % too short.".replace(" % ", " %% "), series=name)


def die_once(fuse):
    """Killed where the fuse lies; the next one finds it gone."""
    if Path(fuse).exists():
        Path(fuse).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def generator(_):
    return (number for number in range(3))


def sleep(seconds):
    time.sleep(seconds)


def nested(_):
    """Whether a run inside a task stays in its process."""
    return set(parallel.run(own_process, [1, 2], processes=2)) == {os.getpid()}


def own_process(_):
    return os.getpid()


def workers_alive():
    """Processes of workers that this one started."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "loky.backend.popen" in " ".join(_line(child))]


def _line(child):
    try:
        return child.cmdline()
    except psutil.Error:
        return []


def heavy_thread_counts(_):
    """Threads of every pool after the libraries were loaded inside the task and used."""
    import lightgbm  # noqa: PLC0415 -- only now, when the limits of the task are set
    import torch  # noqa: PLC0415

    rows = np.random.default_rng(0).normal(size=(500, 8))
    torch.from_numpy(rows) @ torch.from_numpy(rows.T)
    lightgbm.train({"verbose": -1}, lightgbm.Dataset(rows, rows[:, 0]), num_boost_round=3)
    create("auto_ces").fit(Panel.from_arrays(rows[:40, 0]), horizon=3)
    pools = {pool["num_threads"] for pool in threadpool_info()}
    return pools | {torch.get_num_threads()}
