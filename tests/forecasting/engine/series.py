"""Made-up series that several tests share."""

import numpy as np


def seasonal(rows=400, season=24, noise=0.1, seed=0, level=10.0):
    """A sine around a level with a little noise, ``[rows]``."""
    t = np.arange(rows)
    random = np.random.default_rng(seed)
    return level + 3 * np.sin(2 * np.pi * t / season) + noise * random.normal(size=rows)
