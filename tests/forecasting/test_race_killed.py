"""A worker that is killed in the middle of a race loses nothing that was judged."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from forecasting import standing, tasks
from forecasting.models import PredictionTask, TrainedModel
from jobs import reaper
from jobs.models import Job
from tests.forecasting import slow_model
from tests.forecasting.made import again, ready_to_race

pytestmark = pytest.mark.django_db(transaction=True)


def kill_in_the_middle(job):
    """Work on the job in a process of its own until the slow model has begun."""
    database = connection.settings_dict
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    process = subprocess.run(
        [sys.executable, "-m", "tests.forecasting.race_worker", str(job)],
        env={
            **os.environ,
            "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{place}",
            "DJANGO_SETTINGS_MODULE": "config.settings_test",
            "ALMANAC_VAR": str(configured.VAR_DIR),
            "PYTHONWARNINGS": "ignore",
        },
        cwd=configured.BASE_DIR,
        check=False,
    )
    assert process.returncode == -signal.SIGKILL


def test_a_killed_race_goes_on_elsewhere_and_runs_no_finished_model_again(owner, monkeypatch):
    slow_model.register(monkeypatch)
    monkeypatch.setattr(slow_model.SlowNaive, "seconds", 0.05)
    task = ready_to_race(owner, "window_mean", "linear_stack", "slow_naive")
    kill_in_the_middle(task.training_job_id)
    task = again(task)
    assert (task.status, task.training_job.state) == ("running", Job.State.RUNNING)
    before = {one.name: one.model_id for one in task.results.all()}
    assert {"window_mean", "linear_stack"} <= set(before)
    assert "slow_naive" not in before

    silent = timezone.now() - timedelta(minutes=2)
    Job.objects.filter(pk=task.training_job_id).update(heartbeat_at=silent)
    assert reaper.reap() == 1
    tasks.train_forecast(str(task.training_job_id))

    task = again(task)
    assert (task.status, task.error_message) == (PredictionTask.Status.COMPLETED, "")
    after = {one.name: one.model_id for one in task.results.all()}
    assert {name: after[name] for name in before} == before
    assert "slow_naive" in after
    assert TrainedModel.objects.count() == len(after)
    resumed = {one["name"] for one in standing.runners_of(task) if one["resumed"]}
    assert {"window_mean", "linear_stack"} <= resumed
    assert task.training_job.attempt == 2
    [event] = task.training_job.events.filter(data__code="goes_on")
    assert event.data["n"] == len(resumed)
