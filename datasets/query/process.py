"""One query process, seen from outside: start it, ask it once, end it in time."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from datasets.query.refusals import Refused

MOST_ROWS: Final = 10_000
MOST_BYTES: Final = 16 * 1024**2
_MODULE: Final = "datasets.query.child"
_START_SECONDS: Final = 20.0
# How often a person's Cancel is looked for.
_LOOK_SECONDS: Final = 0.2
# After the rows are here nobody waits long for their exact count.
_COUNT_SECONDS: Final = 2.0
_BLOCK: Final = 1 << 16

Order = dict[str, Any]


@dataclass
class Answer:
    """The rows of a statement; `total` is None when counting them all took too long."""

    columns: list[list[str]] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    has_more: bool = False
    total: int | None = None
    seconds: float = 0.0
    memory: int = 0
    later: dict[str, Any] | None = None


@dataclass(frozen=True)
class Question:
    """A statement with its limits. `tables` turns the names it uses into what the child opens."""

    sql: str
    tables: Callable[[list[str]], Order]
    should_stop: Callable[[], bool]
    seconds: float
    first_only: bool = False
    rows: int = MOST_ROWS
    size: int = MOST_BYTES


class QueryProcess:
    """A child that is ready, or will be soon; it answers one question."""

    def __init__(self, mode: str = "", *, seconds: float = 0.0, pipe: int | None = None) -> None:
        limit = seconds or float(settings.SQL_SECONDS)
        # Two threads may each use that long, beside the start.
        processor = int(2 * limit) + 15
        more = [mode] if mode else []
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                _MODULE,
                str(os.getpid()),
                str(settings.SQL_MEMORY_BYTES),
                str(processor),
                *more,
            ],
            cwd=settings.BASE_DIR,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=() if pipe is None else (pipe,),
            start_new_session=True,
        )
        self.walls: dict[str, bool] = {}
        self._lines = _Lines(self.process)

    @property
    def is_alive(self) -> bool:
        """Has it not ended yet?"""
        return self.process.poll() is None

    def kill(self) -> None:
        """Stop it, whatever it does."""
        self.process.kill()

    def end(self) -> None:
        """Kill it, wait until it is gone, and close its pipes."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass

    def ask(self, question: Question) -> Answer:
        """Its answer; Refused with a code when there is none."""
        self._lines.should_stop = question.should_stop
        self._lines.budget = question.size + _BLOCK * 16
        self._get_ready()
        self._lines.deadline = time.monotonic() + question.seconds
        answer = Answer()
        try:
            self._agree(question, answer)
            self._collect(answer)
        except Refused as refused:
            if refused.code == "too_slow":
                refused.params["seconds"] = question.seconds
            raise
        return answer

    def begin(self, question: Question) -> list[list[str]]:
        """Ask for every row; returns the columns. The rows come through the pipe."""
        self._lines.should_stop = question.should_stop
        self._get_ready()
        self._lines.deadline = time.monotonic() + question.seconds
        self._agree(question, Answer())
        columns: list[list[str]] = self._lines.next()["columns"]
        return columns

    def finish(self) -> int:
        """How many rows were sent; Refused when they were not all."""
        return int(self._lines.next()["total"])

    def _agree(self, question: Question, answer: Answer) -> None:
        """Send the statement, learn which tables it names, and send those."""
        self._send({"sql": question.sql, "first_only": question.first_only})
        said = self._lines.next()
        answer.later = said["later"]
        order = question.tables(said["tables"])
        self._send({**order, "rows": question.rows, "bytes": question.size})
        self.walls["files"] = bool(self._lines.next()["given"])

    def _get_ready(self) -> None:
        if not self.walls:
            self._lines.deadline = time.monotonic() + _START_SECONDS
            self.walls = dict(self._lines.next()["ready"])

    def _collect(self, answer: Answer) -> None:
        answer.columns = self._lines.next()["columns"]
        while "shown" not in (said := self._lines.next()):
            answer.rows.extend(said["rows"])
        answer.has_more = said["more"]
        answer.seconds, answer.memory = said["seconds"], said["memory"]
        limit = time.monotonic() + _COUNT_SECONDS
        self._lines.deadline = min(self._lines.deadline, limit)
        try:
            answer.total = self._lines.next()["total"]
        except Refused as refused:
            # The rows are good; only their number is not known.
            if refused.code == "cancelled":
                raise

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError as gone:
            raise Refused("crashed") from gone


class _Lines:
    """The child's lines of JSON, waited for with a deadline and a limit on their bytes."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.deadline = 0.0
        self.budget = _BLOCK * 16
        self.should_stop: Callable[[], bool] = lambda: False
        self._lines = self._read()

    def next(self) -> dict[str, Any]:
        """The next line; Refused when the child refuses, ends, or is too slow."""
        said: dict[str, Any] = json.loads(next(self._lines))
        if "refusal" in said:
            raise Refused(said["refusal"]["code"], **said["refusal"]["params"])
        return said

    def _read(self) -> Iterator[bytes]:
        assert self.process.stdout is not None
        source = self.process.stdout.fileno()
        parts: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(source, selectors.EVENT_READ)
            while True:
                self._wait(selector)
                block = os.read(source, _BLOCK)
                if not block:
                    raise Refused("crashed")
                self.budget -= len(block)
                if self.budget < 0:
                    raise Refused("too_large")
                *whole, rest = block.split(b"\n")
                for line in whole:
                    yield b"".join([*parts, line])
                    parts = []
                parts.append(rest)

    def _wait(self, selector: selectors.BaseSelector) -> None:
        while True:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise Refused("too_slow")
            if selector.select(min(left, _LOOK_SECONDS)):
                return
            if self.should_stop():
                raise Refused("cancelled")


def _environment() -> dict[str, str]:
    """Only what an interpreter needs: no secret of ours, no home, no proxy."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {
        "LANG": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        # Each arena of the allocator would reserve 64 MiB of the address space.
        "MALLOC_ARENA_MAX": "2",
    }
