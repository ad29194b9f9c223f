"""Several benchmarks, one after another, each in a process group of its own and within one time.

A part that is not done by then is stopped and says so in its row.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks import report

SECONDS, GRACE = 14.5 * 60, 20


def run_all(parts: Sequence[str], seconds: float = SECONDS) -> int:
    """1 when a part ended badly or in vain."""
    deadline = time.monotonic() + seconds
    failed = [part for part in parts if not _run(part, deadline - time.monotonic())]
    return int(bool(failed))


def _run(part: str, seconds: float) -> bool:
    """Run one part in a process group of its own, which ends with it."""
    if seconds <= 0:
        report.skipped(part, "no time left")
        return False
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{part}"],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )
    try:
        return process.wait(timeout=seconds) == 0
    except subprocess.TimeoutExpired:
        report.skipped(part, "not done in time")
        return False
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupt it, so that it stops what it started; then insist."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
