"""The pools of workers: what each is busy with, and what it did last."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from jobs import memory
from jobs.models import Job, JobQuerySet


@dataclass(frozen=True)
class Pool:
    """One pool. `running` and `waiting` count everybody's jobs; `job` is one of the reader's own
    that runs there, `last` the newest of theirs that ended there. `processes` say themselves what
    they hold; none where they have not yet.
    """

    name: str
    label: str
    running: int
    waiting: int
    job: Job | None
    last: Job | None
    processes: list[memory.Process]


def pools(mine: JobQuerySet) -> list[Pool]:
    """Every pool of this installation; of other people's jobs no more than how many there are."""
    live = Counter(Job.objects.live().order_by().values_list("pool", "state"))
    processes = memory.processes()
    told = {job.pool: job for job in mine.newest_of_pools()}
    found = []
    for name, label in Job.Pool.choices:
        job = told.get(name)
        runs = job is not None and job.is_live
        found.append(
            Pool(
                name=str(name),
                label=str(label),
                running=live[name, Job.State.RUNNING],
                waiting=live[name, Job.State.QUEUED],
                job=job if runs else None,
                last=None if runs else job,
                processes=[one for one in processes if one.pool == name],
            )
        )
    return found
