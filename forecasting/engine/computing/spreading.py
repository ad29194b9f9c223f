"""The one loop behind every engine: hand over, wait, answer as the results come, stop at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from forecasting.engine.computing.problems import UnsendableError
from forecasting.engine.computing.task import Failed
from forecasting.engine.computing.workers import Workers
from forecasting.engine.watch import Watch

Task = TypeVar("Task")
# Seconds between two looks at the caller's wishes.
LOOK: Final = 0.2


@dataclass(frozen=True)
class Outcome(Generic[Task]):
    """What became of a task: a value, or the problem that kept it from one."""

    task: Task
    value: Any = None
    problem: Exception | None = None


def spread(
    workers: Workers,
    function: Callable[[Any], Any],
    tasks: deque[Task],
    watch: Watch,
    send: Callable[[Task], Any] = lambda task: task,
    over: Callable[[], bool] = lambda: False,
) -> Generator[Outcome[Task], None, None]:
    """``function(send(task))`` for every task, in the order they are done.

    The caller may put more into ``tasks`` between two outcomes. Ends early when ``over`` says so.
    Close the iterator in any case (``contextlib.closing``), which ends what still runs. Raises
    Cancelled, and UnsendableError for what no worker could ever be given.
    """
    running: dict[Future[Any], Task] = {}
    try:
        while (tasks or running) and not over():
            while tasks and len(running) < workers.size:
                watch.check()
                task = tasks.popleft()
                running[workers.submit(function, send(task))] = task
            done, _ = wait(running, timeout=LOOK, return_when=FIRST_COMPLETED)
            watch.check()
            for future in done:
                yield _outcome(workers, running.pop(future), future)
    finally:
        workers.drop(running)


def _outcome(workers: Workers, task: Task, future: Future[Any]) -> Outcome[Task]:
    problem = future.exception()
    if problem is None:
        answer = future.result()
        if isinstance(answer, Failed):
            return Outcome(task, problem=answer.exception())
        return Outcome(task, answer.value)
    trouble = workers.trouble(problem)
    trouble.__cause__ = problem
    if isinstance(trouble, UnsendableError):
        raise trouble
    return Outcome(task, problem=trouble)
