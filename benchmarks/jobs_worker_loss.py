"""kill -9 of the worker that trains: how soon it is noticed, and how the forecast ends.

A real forecast on a generated series; the training worker's process is killed in mid-epoch, twice
in a second run. Also 100 claim races between two connections.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

from benchmarks import report
from tests.browser.stack import Stack

RACES = 100


def main() -> int:
    stack = Stack().start()
    environment = {**stack.environment, "DJANGO_SETTINGS_MODULE": "config.settings"}
    os.environ.update(environment)
    try:
        from benchmarks import people  # noqa: PLC0415

        people.setup()
        holds = once(stack)
        holds &= races()
    finally:
        stack.stop()
    return 0 if holds else 1


def once(stack: Stack) -> bool:
    """Kill the worker once in a race; the job must go on where it was and succeed."""
    from benchmarks.long_forecast import start  # noqa: PLC0415

    job = start()
    wait(job, lambda j: judged(j) >= 3, 120)
    (worker,) = stack.pids("-Q training")[:1]
    os.kill(worker, signal.SIGKILL)
    killed = time.monotonic()
    wait(job, lambda j: j.attempt == 2 or j.state == "queued", 90)
    noticed = time.monotonic() - killed
    ended = wait(job, lambda j: not j.is_live, 180)
    resumed = ended.events.filter(data__code="goes_on").first()
    holds = report.row("killed training worker: noticed after", noticed, "s", 60)
    holds &= report.row("killed training worker: attempts", ended.attempt, "attempts", 2)
    succeeded = float(ended.state == "succeeded")
    holds &= report.row("killed training worker: ended well", succeeded, "", 1, better="higher")
    went_on = float(resumed is not None)
    holds &= report.row("continued from its checkpoint", went_on, "", 1, better="higher")
    return holds


def judged(job: Any) -> int:
    """Models of the race that are done."""
    race = job.detail.get("race") or {}
    return sum(one["state"] == "done" for one in race.get("models", ()))


def races() -> bool:
    """Two processes claim the same 100 jobs at the same moment."""
    from benchmarks import people  # noqa: PLC0415
    from jobs.models import Job  # noqa: PLC0415

    person, _ = people.make_person()
    jobs = [
        Job.objects.create(owner=person, kind="bench", title="race", task="none").pk
        for _ in range(RACES)
    ]
    rivals = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.claim_rival", *map(str, jobs)],
            cwd=report.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for rival in rivals:
        assert rival.stdout is not None
        rival.stdout.readline()
    won = [rival.communicate("go\n")[0].split() for rival in rivals]
    twice = len(set(won[0]) & set(won[1]))
    nobody = RACES - len(set(won[0]) | set(won[1]))
    return report.row("jobs run twice or never in 100 races", twice + nobody, "jobs", 0)


def wait(job: Any, condition: Any, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job.refresh_from_db()
        if condition(job):
            return job
        time.sleep(0.1)
    raise TimeoutError(f"still {job.state}, attempt {job.attempt}: {job.message}")


if __name__ == "__main__":
    sys.exit(main())
