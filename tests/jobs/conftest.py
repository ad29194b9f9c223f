"""Jobs in every state, and real workers."""

import os
import signal
import subprocess
import sys
import time

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

from config.embedded.spawn import child_setup
from jobs.models import Job
from jobs.running import enqueue
from tests.jobs import work

QUICK = {
    "ALMANAC_JOB_HEARTBEAT": "0.2",
    "ALMANAC_JOB_LOST": "1.5",
    "ALMANAC_JOB_REAP": "0.3",
    "ALMANAC_JOB_REPORT": "0.05",
}


@pytest.fixture
def make_job(owner, django_capture_on_commit_callbacks, settings, tmp_path):
    """A queued job whose message was not sent, in the owner's name unless told otherwise."""
    settings.VAR_DIR = tmp_path

    def make(task=work.count, **fields):
        given = {"owner": owner, "kind": "count", "title": "Count", **fields}
        with django_capture_on_commit_callbacks(execute=False):
            return enqueue(task, **given)

    return make


@pytest.fixture
def lose_messages():
    """Empties the queues, as a broker that lost its memory would."""

    def lose():
        with current_app.connection_for_write() as broker:
            broker.default_channel.client.delete("fast", "training")

    return lose


@pytest.fixture(autouse=True)
def _empty_queues(lose_messages):
    """Messages of one test are not work for the workers of the next."""
    lose_messages()


@pytest.fixture
def processes(tmp_path):
    """Starts Celery processes on the test services; none is left at the end."""
    started = []

    def start(*arguments, **environment):
        database = connection.settings_dict
        url = (
            f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:"
            f"{database['PORT']}/{database['NAME']}"
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--quiet", "-A", "tests.jobs.worker_app", *arguments],
            env={
                **os.environ,
                **QUICK,
                "DATABASE_URL": url,
                "DJANGO_SETTINGS_MODULE": "config.settings_test",
                "ALMANAC_VAR": str(tmp_path),
                "PYTHONWARNINGS": "ignore",
                **environment,
            },
            cwd=settings.BASE_DIR,
            preexec_fn=child_setup(signal.SIGTERM),  # noqa: PLW1509
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture
def start_worker(processes, tmp_path):
    def start(name="training"):
        return processes(
            "worker", "-n", f"{name}@%h", "-Q", "training,fast", "--pool=threads",
            "--concurrency=1", "--without-gossip", "--without-mingle", "--loglevel=WARNING",
        )  # fmt: skip

    return start


@pytest.fixture
def start_scheduler(processes):
    def start():
        return processes("beat", "--pidfile=")

    return start


@pytest.fixture
def until():
    """Wait for a job to satisfy a condition; answers the job or fails with its state."""

    def wait(job, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = Job.objects.get(pk=job.pk)
            if condition(found):
                return found
            time.sleep(0.05)
        raise AssertionError(f"still {found.state}, attempt {found.attempt}: {found.message}")

    return wait
