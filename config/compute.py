"""Where long fits of many series run: processes of this machine, or a Ray or Dask cluster."""

from __future__ import annotations

import os
from typing import Literal, NamedTuple, cast

from django.core.exceptions import ImproperlyConfigured

from config import env

Engine = Literal["local", "ray", "dask"]
ENGINES = ("local", "ray", "dask")


class Compute(NamedTuple):
    """`engine` with so many `processes` here, or the cluster at `address`."""

    engine: Engine
    processes: int
    address: str


def compute() -> Compute:
    """From the environment. Raises ImproperlyConfigured where that makes no sense."""
    engine = env.env_str("COMPUTE_ENGINE", "local").lower()
    address = env.env_str("COMPUTE_ADDRESS")
    processes = env.env_int("COMPUTE_PROCESSES", 0) or _cores_of_a_slot()
    if engine not in ENGINES:
        raise ImproperlyConfigured(f"COMPUTE_ENGINE is “{engine}”. Use {', '.join(ENGINES)}.")
    if processes < 1:
        raise ImproperlyConfigured(f"COMPUTE_PROCESSES is {processes}. Use 1 or more, or 0.")
    if address and engine == "local":
        raise ImproperlyConfigured(
            "COMPUTE_ADDRESS names a cluster. Set COMPUTE_ENGINE to ray or dask, or remove it."
        )
    return Compute(cast("Engine", engine), processes, address)


def _cores_of_a_slot() -> int:
    """Each training worker takes its share of the machine."""
    slots = max(1, env.env_int("ALMANAC_TRAINING_SLOTS", 1))
    return max(1, len(os.sched_getaffinity(0)) // slots if hasattr(os, "sched_getaffinity") else 1)
