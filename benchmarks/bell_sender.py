"""The worker's half of the bell: writes a job's progress and rings, as fast as it is told to.

Prints the session key and the job's id, waits for a line, then one line `seq time` an event.
"""

from __future__ import annotations

import sys
import time

from benchmarks import people

EVENTS = 1000
PAUSE = 0.01


def main() -> None:
    people.setup()
    from jobs import moves  # noqa: PLC0415
    from jobs.models import Job  # noqa: PLC0415

    person, session = people.make_person()
    job = Job.objects.create(owner=person, kind="bench", title="Ring", task="none")
    claimed = moves.claim(job.pk)
    assert claimed is not None
    print(session, job.pk, flush=True)
    sys.stdin.readline()
    for number in range(1, EVENTS + 1):
        sent = time.time()
        moved = moves.record(job.pk, by=claimed.attempt, progress=number / EVENTS)
        assert moved is not None
        print(moved.seq, repr(sent), flush=True)
        time.sleep(PAUSE)
    moves.finish(claimed, to=Job.State.SUCCEEDED)


if __name__ == "__main__":
    main()
