"""Limits the reading process puts on itself before it opens a file."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

# Address space: mapped files and idle arenas count too, so this is above the resident limit.
_ADDRESS_SPACE = 6 * 1024**3
_PR_SET_PDEATHSIG = 1


def confine(worker: int) -> None:
    """Bound the memory, write no core file, and die together with the process `worker`."""
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != worker:
        # The worker died before the line above, so no signal will come.
        sys.exit(1)
