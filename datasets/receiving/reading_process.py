"""Start the reading process, listen to it, and end it when it must end."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from datasets.building.build import Request
from datasets.refusals import Refusal

_LISTEN_SECONDS = 0.5
_MODULE = "datasets.building.child"
# Only what an interpreter needs: no secret of ours reaches the reader.
_KEPT_ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")


def run_reading(
    request: Request,
    *,
    folder: Path,
    on_progress: Callable[[dict[str, Any]], None],
    should_stop: Callable[[], bool],
) -> dict[str, Any]:
    """Return what the reading process found.

    Raises Refusal: what it refused, or that it crashed, ran out of memory or of time.
    `on_progress` may raise to cancel; the process never outlives this call.
    """
    written = folder / "request.json"
    written.write_text(json.dumps(request.to_dict()), encoding="utf-8")
    # A long message of a crashing library must not fill a pipe that nobody reads.
    with (folder / "stderr.txt").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(written), str(os.getpid())],
            cwd=settings.BASE_DIR,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            return _listen(process, on_progress, should_stop)
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"}


def _listen(
    process: subprocess.Popen[str],
    on_progress: Callable[[dict[str, Any]], None],
    should_stop: Callable[[], bool],
) -> dict[str, Any]:
    limit = float(settings.INGEST_SECONDS)
    deadline = time.monotonic() + limit
    lines: queue.Queue[str | None] = queue.Queue()
    assert process.stdout is not None
    threading.Thread(target=_pump, args=(process.stdout, lines), daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=_LISTEN_SECONDS)
        except queue.Empty:
            line = ""
        if line is None:
            raise _ending(process)
        answer = json.loads(line) if line else {}
        if "result" in answer:
            result: dict[str, Any] = answer["result"]
            return result
        if "refusal" in answer:
            raise Refusal(answer["refusal"]["code"], **answer["refusal"]["params"])
        if "progress" in answer:
            on_progress(answer["progress"])
        if time.monotonic() > deadline:
            raise Refusal("too_slow", seconds=int(limit))
        if should_stop():
            raise Refusal("stopped")


def _pump(stream: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _ending(process: subprocess.Popen[str]) -> Refusal:
    """Why a process that said nothing ended: killed for memory, or a crash."""
    code = process.wait()
    return Refusal("out_of_memory" if code == -signal.SIGKILL else "crashed", detail=code)
