"""Every row of a result, written by a worker as Parquet: for exports and for new datasets.

The child sends rows through a pipe and may itself write nothing; this side writes the file.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
from django.conf import settings

from accounts.models.user import User
from datasets.query.asking import memory_words
from datasets.query.process import QueryProcess, Question
from datasets.query.refusals import Refused
from datasets.query.tables import Tables, Used
from datasets.query.words import problem_from

_LOOK_SECONDS = 0.5


@dataclass
class Whole:
    """A whole result: its file with columns c1…, what people call them, what was read."""

    path: Path
    columns: list[list[str]] = field(default_factory=list)
    rows: int = 0
    used: list[Used] = field(default_factory=list)


def write_whole(
    user: User,
    sql: str,
    target: Path,
    *,
    storage: bool,
    on_rows: Callable[[int], None],
    should_stop: Callable[[], bool],
) -> Whole:
    """Run the statement and write all its rows to `target`; QueryProblem when it is refused.

    `storage`: with the types that versions have. `on_rows` hears how many rows are written and
    may raise to stop.
    """
    reading, writing = os.pipe()
    seconds = float(settings.SQL_WHOLE_SECONDS)
    try:
        child = QueryProcess("arrow", seconds=seconds, pipe=writing)
    finally:
        os.close(writing)
    whole = Whole(target)
    tables = Tables(user)

    def order(names: list[str]) -> dict[str, Any]:
        return {**tables.order(names, whole.used), "pipe": writing, "storage": storage}

    question = Question(sql, order, should_stop, seconds, first_only=True)
    watch = _Watch(child, seconds, should_stop)
    try:
        with os.fdopen(reading, "rb") as stream:
            whole.columns = child.begin(question)
            watch.start()
            _copy(stream, whole, on_rows)
        whole.rows = child.finish()
    except Refused as refused:
        raise problem_from(watch.judged(refused), memory=memory_words()) from refused
    finally:
        watch.stop()
        child.end()
    return whole


def _copy(stream: Any, whole: Whole, on_rows: Callable[[int], None]) -> None:
    limit = settings.UPLOAD_MAX_BYTES
    written = 0
    try:
        reader = pyarrow.ipc.open_stream(stream)
        with pyarrow.parquet.ParquetWriter(whole.path, reader.schema, compression="zstd") as file:
            for batch in reader:
                file.write_batch(batch)
                written += batch.num_rows
                on_rows(written)
                if whole.path.stat().st_size > limit:
                    raise Refused("too_large")
    except (pyarrow.ArrowInvalid, OSError):
        # The child ended early; why, it says itself.
        return


class _Watch:
    """Ends the child when its time is over or somebody cancels, while this side reads."""

    def __init__(
        self, child: QueryProcess, seconds: float, should_stop: Callable[[], bool]
    ) -> None:
        self._child = child
        self._seconds = seconds
        self._should_stop = should_stop
        self._over = threading.Event()
        self._reason = ""
        self._thread = threading.Thread(target=self._look, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def judged(self, refused: Refused) -> Refused:
        """The true reason: a child that was killed can only be seen to have ended."""
        code = self._reason or refused.code
        return Refused(code, **{**refused.params, "seconds": self._seconds})

    def _look(self) -> None:
        deadline = time.monotonic() + self._seconds
        while not self._over.wait(_LOOK_SECONDS):
            if time.monotonic() > deadline:
                self._reason = "too_slow"
            elif self._should_stop():
                self._reason = "cancelled"
            if self._reason:
                self._child.process.kill()
                return
