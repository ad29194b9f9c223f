"""Finding and ending processes that left the session of the part which started them."""

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From now on an orphaned grandchild becomes our child, so that none can hide."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> list[int]:
    """Process ids of our direct children, zombies included."""
    me = str(os.getpid())
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            _state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if parent == me:
                found.append(int(stat.parent.name))
    return found


def reap_adopted(known: Collection[int]) -> None:
    """Collect adopted orphans that ended; `known` children are collected by their owners."""
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in known:
            return
        os.waitpid(ended.si_pid, 0)


def end_all(within: float = 5.0) -> None:
    """Kill every remaining descendant: each one that dies hands us its own children."""
    deadline = time.monotonic() + within
    while (remaining := children()) and time.monotonic() < deadline:
        for pid in remaining:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
