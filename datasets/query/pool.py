"""Query processes kept started, and never too many of them at once.

A child answers one question only, so the next one is started as soon as one is taken. Children
die with the thread that started them (the kernel's parent-death signal is bound to a thread), so
a thread of their own starts them all; threads of requests come and go.
"""

from __future__ import annotations

import atexit
import math
import os
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from django.conf import settings

from datasets.query.process import Answer, QueryProcess, Question
from datasets.query.refusals import Refused


class Busy(Exception):  # noqa: N818 (it is an answer, not a fault)
    """Nobody's turn: too many wait already, or the wait was too long."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Pool:
    """Children for one web process."""

    def __init__(self, *, at_once: int, started: int, waiting: int, patience: float) -> None:
        self.at_once = at_once
        self.waiting = waiting
        self.patience = patience
        self._started = started
        self._ready: deque[QueryProcess] = deque()
        self._running: Counter[Hashable] = Counter()
        self._line: list[tuple[Hashable, object]] = []
        self._turn = threading.Condition()
        self._starter = _Starter()

    def warm(self) -> None:
        """Start what should stand ready; returns at once."""
        with self._turn:
            self._ready = deque(child for child in self._ready if child.is_alive)
            missing = self._started - len(self._ready) - self._starter.pending
        for _ in range(missing):
            self._starter.start(self._keep)

    def ask(self, person: Hashable, question: Question) -> Answer:
        """Answer when it is this person's turn; Busy when that would take too long."""
        with self._place(person, question.should_stop):
            child = self._take()
            try:
                return child.ask(question)
            finally:
                # Dead at once; its remains are cleared away while the answer travels.
                child.kill()
                self._starter.clear_away(child)
                self.warm()

    def running(self) -> int:
        """How many children work right now."""
        with self._turn:
            return self._running.total()

    def close(self) -> None:
        """End every child that stands ready, and start no more."""
        self._starter.stop()
        with self._turn:
            children = list(self._ready)
            self._ready.clear()
        for child in children:
            child.end()

    @contextmanager
    def _place(self, person: Hashable, should_stop: Callable[[], bool]) -> Iterator[None]:
        ticket = (person, object())
        with self._turn:
            self._queue_up(ticket)
            try:
                self._wait_for_turn(ticket, should_stop)
            finally:
                self._line.remove(ticket)
            self._running[person] += 1
        try:
            yield
        finally:
            with self._turn:
                self._running[person] -= 1
                self._running += Counter()
                self._turn.notify_all()

    def _queue_up(self, ticket: tuple[Hashable, object]) -> None:
        mine = sum(1 for person, _ in self._line if person == ticket[0])
        if mine >= self.waiting:
            raise Busy(self._estimate())
        self._line.append(ticket)

    def _wait_for_turn(
        self, ticket: tuple[Hashable, object], should_stop: Callable[[], bool]
    ) -> None:
        deadline = time.monotonic() + self.patience
        while not self._is_turn(ticket):
            left = deadline - time.monotonic()
            if left <= 0:
                raise Busy(self._estimate())
            self._turn.wait(min(left, 0.2))
            if should_stop():
                raise Refused("cancelled")

    def _is_turn(self, ticket: tuple[Hashable, object]) -> bool:
        """Is there a place, and nobody before us who may take it? One stays free for others."""
        if self._running.total() >= self.at_once:
            return False
        for waiting in self._line:
            if waiting == ticket:
                return self._may_run(ticket[0])
            if self._may_run(waiting[0]):
                return False
        return False

    def _may_run(self, person: Hashable) -> bool:
        return self._running[person] < max(self.at_once - 1, 1)

    def _estimate(self) -> int:
        rounds = math.ceil((len(self._line) + 1) / self.at_once)
        return max(1, min(60, rounds))

    def _take(self) -> QueryProcess:
        with self._turn:
            while self._ready:
                child = self._ready.popleft()
                if child.is_alive:
                    return child
        return self._starter.start(None).result()

    def _keep(self, child: QueryProcess) -> None:
        with self._turn:
            self._ready.append(child)


class _Starter:
    """The one thread that starts children, as long as the process lives, and one that buries."""

    def __init__(self) -> None:
        self.pending = 0
        self._orders: queue.Queue[
            tuple[Future[QueryProcess], Callable[[QueryProcess], None] | None] | None
        ] = queue.Queue()
        self._dead: queue.Queue[QueryProcess | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="sql-children", daemon=True)
        self._undertaker = threading.Thread(target=self._bury, name="sql-ended", daemon=True)
        self._thread.start()
        self._undertaker.start()

    def start(self, keep: Callable[[QueryProcess], None] | None) -> Future[QueryProcess]:
        """A child that will be started next; `keep` is called with it."""
        future: Future[QueryProcess] = Future()
        if keep is not None:
            self.pending += 1
        self._orders.put((future, keep))
        return future

    def clear_away(self, child: QueryProcess) -> None:
        """Wait for the end of a killed child, so that it does not stay as a zombie."""
        self._dead.put(child)

    def stop(self) -> None:
        """Start nothing more."""
        self._dead.put(None)
        self._undertaker.join(5)
        self._orders.put(None)
        self._thread.join(5)

    def _bury(self) -> None:
        while (child := self._dead.get()) is not None:
            child.end()

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            future, keep = order
            try:
                child = QueryProcess()
            except OSError as error:
                future.set_exception(error)
                self.pending -= keep is not None
                continue
            if keep is not None:
                keep(child)
                self.pending -= 1
            future.set_result(child)


_pools: dict[int, Pool] = {}
_making = threading.Lock()


def pool() -> Pool:
    """The pool of this process; a forked process makes its own."""
    with _making:
        found = _pools.get(os.getpid())
        if found is None:
            found = _pools[os.getpid()] = Pool(
                at_once=settings.SQL_AT_ONCE,
                started=settings.SQL_STARTED,
                waiting=settings.SQL_WAITING,
                patience=float(settings.SQL_SECONDS),
            )
            atexit.register(found.close)
        return found
