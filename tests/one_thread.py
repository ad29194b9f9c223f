"""Pytest plugin: libraries of numbers calculate with one thread, here and in what tests start.

The tests themselves run side by side, one process a core. Threads of their own for every small
product make the processes wait for each other: the same models then take twice the processor's
time and four times as long.

Loaded with `-p tests.one_thread`, before any of these libraries.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
