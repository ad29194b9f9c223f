"""The body of a parallel loop; like the engine it knows nothing of Django."""

import os
import time


def whoami(_item):
    time.sleep(0.2)
    return os.getpid()
