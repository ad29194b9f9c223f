"""A long computation in a thread of its own, its progress as a generator of events.

Whoever stops listening stops the computation: leaving the generator, by ``close`` or by an
exception, asks it to stop at its next step and waits until it has. A step that does not end within
``PATIENCE`` seconds (a library that computes for long and asks nobody) is left to itself; what it
finds is forgotten.
"""

from __future__ import annotations

import contextvars
import queue
import threading
import time
from collections.abc import Callable, Generator
from typing import Final, Generic, TypeVar

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import Cancelled, gettext_noop
from forecasting.engine.race.events import ModelProgress
from forecasting.engine.watch import EpochReport, ShardReport, ShouldStop, Watch, WindowReport

Result = TypeVar("Result")

# Seconds between two reports that are passed on, and between two looks at the listener's wishes.
BETWEEN_REPORTS: Final = 0.1
BETWEEN_LOOKS: Final = 0.05
PATIENCE: Final = 1.5
# Earlier the share that is done says little about the time that is left.
TELLING_SHARE: Final = 0.02


class Work(Generic[Result]):
    """``function`` gets a watch with ``budget``; it is stopped at ``deadline``, or when ``stopped``
    says so, which is asked in the listener's thread."""

    def __init__(
        self,
        name: str,
        function: Callable[[Watch], Result],
        budget: TimeBudget,
        deadline: TimeBudget,
        stopped: ShouldStop,
    ) -> None:
        self.name = name
        self.overran = False
        self._function = function
        self._budget, self._deadline, self._stopped = budget, deadline, stopped
        self._leave = threading.Event()
        self._said: queue.SimpleQueue[ModelProgress | None] = queue.SimpleQueue()
        self._last = float("-inf")
        self._began = time.monotonic()
        self._epoch: tuple[float, float] | None = None
        self._windows = WindowReport(0, 0)
        self._shards: ShardReport | None = None
        self._fraction = 0.0
        self._results: list[Result] = []
        self._problem: BaseException | None = None

    def run(self) -> Generator[ModelProgress, None, Result]:
        """Progress while it works; returns its result or raises what it raised.

        Raises Cancelled when it was stopped; ``overran`` then tells whether by its deadline.
        """
        self._began = time.monotonic()
        # The workers that are open around the race are those of its models too.
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._work,), name=self.name, daemon=True
        )
        thread.start()
        try:
            yield from self._progress()
        finally:
            self._leave.set()
            thread.join(PATIENCE)
        if self._problem is not None:
            raise self._problem
        return self._results[0]

    def _progress(self) -> Generator[ModelProgress, None, None]:
        asked: float | None = None
        while True:
            self._look()
            if self._leave.is_set():
                asked = time.monotonic() if asked is None else asked
                if time.monotonic() - asked > PATIENCE:
                    raise Cancelled(gettext_noop("Stopped as asked."))
            try:
                said = self._said.get(timeout=BETWEEN_LOOKS)
            except queue.Empty:
                continue
            if said is None:
                return
            yield said

    def _look(self) -> None:
        """Whether somebody, or the clock, wants the end."""
        if self._leave.is_set():
            return
        if self._stopped():
            self._leave.set()
        elif not self._deadline.left():
            self.overran = True
            self._leave.set()

    def _work(self) -> None:
        try:
            watch = Watch(self._report, self._should_stop, budget=self._budget, tell=self._heard)
            self._results.append(self._function(watch))
        except BaseException as problem:  # noqa: BLE001 -- raised again in the listener's thread
            self._problem = problem
        finally:
            self._said.put(None)

    def _report(self, fraction: float, message: str) -> None:
        now = time.monotonic()
        self._fraction = fraction
        if now - self._last >= BETWEEN_REPORTS:
            self._last = now
            self._say(message)

    def _heard(self, report: EpochReport | WindowReport | ShardReport) -> None:
        """An epoch is always passed on: a curve with holes would tell another story."""
        if isinstance(report, ShardReport):
            self._shards = report
            self._say()
            return
        if isinstance(report, WindowReport):
            self._windows = report
            self._say()
            return
        self._epoch = time.monotonic(), report.eta_seconds
        self._say(epoch=report)

    def _say(self, message: str = "", epoch: EpochReport | None = None) -> None:
        seen = self._windows
        self._said.put(
            ModelProgress(
                self.name,
                self._fraction,
                message,
                self._left(),
                epoch,
                seen.done,
                seen.score,
                self._shards,
            )
        )

    def _left(self) -> float | None:
        """Seconds left: as a net or its shards said, else at the pace so far; None before there
        is one."""
        now = time.monotonic()
        shards = self._shards
        if shards is not None and not shards.is_done:
            return shards.left
        if self._epoch is not None:
            told, left = self._epoch
            return max(0.0, left - (now - told))
        done = self._fraction
        return (now - self._began) * (1 - done) / done if done >= TELLING_SHARE else None

    def _should_stop(self) -> bool:
        if not self._leave.is_set() and not self._deadline.left():
            self.overran = True
            self._leave.set()
        return self._leave.is_set()
