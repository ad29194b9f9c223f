"""The walls around a query process, put up by itself before it hears of any statement."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import Final

from datasets.query.seccomp import refuse_dangerous_calls

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_FEWEST_FILES: Final = 256


def confine(worker: int, *, memory: int, seconds: int) -> dict[str, bool]:
    """Bound memory, processor time and files; cut off network and other processes.

    Returns which of the walls that depend on the kernel stand: a container may forbid them.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != worker:
        # The worker died before the line above, so no signal will come.
        sys.exit(1)
    libc.prctl(_PR_SET_DUMPABLE, 0)
    has_no_network = libc.unshare(_NEW_NETWORK) == 0 or libc.unshare(_NEW_USER | _NEW_NETWORK) == 0
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _FEWEST_FILES),
    ):
        resource.setrlimit(limit, (value, value))
    return {"network": has_no_network, "calls": refuse_dangerous_calls()}
