"""What breaks around a job: connections, clocks, the queue, the fragment, time itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from accounts.problems import Problem
from jobs import checkpoints, moves, reaper, stopping
from jobs.heartbeat import beating
from jobs.models import Job, JobEvent
from jobs.running import Superseded, enqueue, running
from jobs.tasks import forget
from tests.jobs import work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_stop():
    stopping.forget()
    yield
    stopping.forget()


def silence(job, seconds):
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


def test_the_heart_beats_on_after_the_database_dropped_its_connection(make_job, settings, until):
    settings.JOB_HEARTBEAT_SECONDS = 0.05
    job = moves.claim(make_job().pk)
    with beating(job):
        until(job, lambda found: found.heartbeat_at > job.heartbeat_at)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)), now() FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            dropped, at = cursor.fetchone()
        assert dropped >= 1
        until(job, lambda found: found.heartbeat_at > at + timedelta(seconds=0.2))


def test_a_job_asked_for_while_the_queue_is_away_waits_and_is_sent_later(
    owner, settings, monkeypatch
):
    def refuse(*_args, **_kwargs):
        raise OperationalError("connection refused")

    with monkeypatch.context() as away:
        away.setattr(current_app, "send_task", refuse)
        job = enqueue(work.count, owner=owner, kind="count", title="Count")
    assert Job.objects.get(pk=job.pk).state == "queued"
    settings.JOB_LOST_SECONDS = 0
    assert reaper.resend() == 1


def test_a_lost_job_that_was_cancelled_is_not_tried_again(make_job):
    job = moves.claim(make_job().pk)
    moves.cancel(job)
    silence(job, 46)
    reaper.reap()
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("cancelled", 1)


def test_a_stopping_worker_does_not_give_a_cancelled_job_back(make_job):
    job = make_job()
    with running(job.pk) as run:
        moves.cancel(Job.objects.get(pk=job.pk))
        stopping.request()
        run.raise_if_cancelled()
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_late_loser_leaves_no_rows_behind_its_fence(make_job):
    def commit(run):
        with transaction.atomic():
            JobEvent.objects.create(job=run.job, seq=99, message="a result")
            run.fence()

    job = make_job()
    with running(job.pk) as run:
        moves.move(job.pk, start=["running"], to="queued", by=1)
        with pytest.raises(Superseded):
            commit(run)
    assert not JobEvent.objects.filter(job=job).exists()


def test_work_that_takes_longer_than_a_job_may_fails_with_the_limit(make_job, settings):
    settings.CELERY_TASK_SOFT_TIME_LIMIT = 0
    job = make_job()
    with running(job.pk) as run:
        run.report(0.5, "half way")
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "half way")
    assert "6 hours" in job.error


def test_the_last_report_before_a_failure_is_kept(make_job, settings):
    settings.JOB_REPORT_SECONDS = 3600
    job = make_job()
    with running(job.pk) as run:
        run._written = run._asked = run._began
        run.report(0.7, "step 7")
        raise Problem("Row 7 has no date. Add one.")
    job.refresh_from_db()
    assert (job.progress, job.message) == (0.7, "step 7")


def test_the_worker_speaks_the_language_of_who_asked(owner):
    with translation.override("zh-hans"):
        job = enqueue(work.count, owner=owner, kind="count", title="Count")
    with running(job.pk):
        assert translation.get_language() == "zh-hans"
    assert translation.get_language() == "en"


def test_checkpoints_of_ended_jobs_are_swept_and_those_of_live_ones_stay(make_job):
    live, ended = make_job(), make_job()
    moves.cancel(ended)
    kept, left = checkpoints.folder(live.pk), checkpoints.folder(ended.pk)
    assert checkpoints.sweep() == 1
    assert (kept.exists(), left.exists()) == (True, False)


def test_cancelling_a_job_that_waits_for_its_second_attempt_removes_its_checkpoint(make_job):
    job = make_job()
    folder = Path(checkpoints.folder(job.pk))
    moves.cancel(job)
    assert not folder.exists()


def test_jobs_that_ended_long_ago_are_forgotten(make_job, settings):
    old, new, waiting = make_job(), make_job(), make_job()
    for job in (old, new):
        moves.cancel(job)
    long_ago = timezone.now() - timedelta(days=settings.JOB_KEEP_DAYS + 1)
    Job.objects.filter(pk=old.pk).update(finished_at=long_ago)
    forget()
    assert set(Job.objects.values_list("pk", flat=True)) == {new.pk, waiting.pk}


def test_this_process_gives_its_own_sign_of_life_only(make_job):
    """An attempt that lost its job cannot keep the winner's lease alive."""
    job = moves.claim(make_job().pk)
    moves.move(job.pk, start=["running"], to="queued", by=1)
    moves.claim(job.pk)
    silence(job, 46)
    assert not moves.alive(job.pk, 1)
    assert reaper.reap() == 1
