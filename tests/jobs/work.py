"""Tasks that only tests run; a real worker finds them through `tests.jobs.worker_app`."""

import os
import time
from pathlib import Path

from celery import shared_task

from accounts.problems import Problem
from forecasting.engine.parallel import run as spread
from jobs.running import running
from tests.jobs.loop_body import whoami

STEPS = 40


@shared_task(name="tests.count")
def count(job_id):
    """Counts to STEPS, a checkpoint after each step; `starts` keeps where each attempt began."""
    with running(job_id) as run:
        if run is None:
            return
        kept = run.checkpoint_dir / "step"
        begun = int(kept.read_text()) if kept.exists() else 0
        with Path(run.arguments["starts"]).open("a") as starts:
            starts.write(f"{os.getpid()} {begun}\n")
        for step in range(begun, STEPS):
            time.sleep(float(run.arguments.get("pause", 0.05)))
            kept.write_text(str(step + 1))
            run.report((step + 1) / STEPS, f"step {step + 1}", step=step + 1)


@shared_task(name="tests.fan_out")
def fan_out(job_id):
    """Runs a parallel loop and keeps the process ids it saw."""
    with running(job_id) as run:
        if run is None:
            return
        seen = spread(whoami, list(range(8)), processes=2)
        run.report(1.0, "spread", pids=sorted(set(seen)), parent=os.getpid())


@shared_task(name="tests.refuse")
def refuse(job_id):
    with running(job_id) as run:
        if run is not None:
            raise Problem("Row 7 has no date. Add one.")


@shared_task(name="tests.break")
def break_(job_id):
    with running(job_id) as run:
        if run is not None:
            raise ZeroDivisionError("secret internals")
