"""A worker that dies is noticed; its job goes on from the checkpoint once, then fails."""

import os
import signal
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.utils import timezone

from jobs import moves, reaper
from jobs.models import Job
from jobs.sending import send
from tests.jobs import work

pytestmark = pytest.mark.django_db(transaction=True)


def age(job, seconds):
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


def test_loss_is_noticed_within_a_minute_by_the_settings_in_force():
    longest = configured.JOB_LOST_SECONDS + configured.JOB_REAP_SECONDS
    assert longest <= 60
    assert configured.JOB_LOST_SECONDS >= 3 * configured.JOB_HEARTBEAT_SECONDS


def test_messages_are_not_redelivered_while_a_job_may_run():
    hidden = configured.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert hidden > configured.CELERY_TASK_TIME_LIMIT


def test_a_worker_that_dies_before_its_first_heartbeat_is_noticed(make_job):
    job = moves.claim(make_job().pk)
    assert job.heartbeat_at is not None
    age(job, 46)
    assert reaper.reap() == 1


def test_a_living_worker_is_left_alone(make_job):
    moves.claim(make_job().pk)
    assert reaper.reap() == 0


def test_the_second_loss_fails_the_job_with_a_reason(make_job):
    job = make_job()
    for _attempt in range(2):
        claimed = moves.claim(job.pk)
        moves.record(job.pk, by=claimed.attempt, message="epoch 4 of 20")
        age(job, 46)
        reaper.reap()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "epoch 4 of 20" in job.error
    assert "memory" in job.error


def test_a_waiting_job_whose_message_was_lost_is_sent_again(make_job, lose_messages):
    job = make_job()
    lose_messages()
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now() - timedelta(minutes=2))
    assert reaper.resend() == 1
    assert reaper.resend() == 0


def test_a_killed_worker_is_replaced_and_the_job_goes_on_from_its_checkpoint(
    make_job, start_worker, start_scheduler, until, tmp_path
):
    starts = tmp_path / "starts"
    job = make_job(arguments={"starts": str(starts), "pause": 0.1}, pool="training")
    worker = start_worker()
    start_scheduler()
    send(job.pk, task=work.count.name, pool="training")
    until(job, lambda j: j.detail.get("step", 0) >= 3)
    os.kill(worker.pid, signal.SIGKILL)
    start_worker("second")
    done = until(job, lambda j: not j.is_live, seconds=60)
    first, second = [line.split() for line in starts.read_text().splitlines()]
    assert (done.state, done.attempt) == ("succeeded", 2)
    assert int(first[1]) == 0
    assert int(second[1]) >= 3


def test_a_job_whose_workers_die_twice_ends_as_failed(
    make_job, start_worker, start_scheduler, until, tmp_path
):
    job = make_job(arguments={"starts": str(tmp_path / "s"), "pause": 0.3}, pool="training")
    start_scheduler()
    send(job.pk, task=work.count.name, pool="training")
    for attempt in (1, 2):
        worker = start_worker(f"w{attempt}")
        until(job, lambda j, n=attempt: j.attempt == n and j.state == "running", seconds=40)
        os.kill(worker.pid, signal.SIGKILL)
    failed = until(job, lambda j: not j.is_live)
    assert failed.state == "failed"
    assert "stopped twice" in failed.error


def test_a_parallel_loop_in_a_real_training_worker_sees_two_processes(
    make_job, start_worker, until
):
    job = make_job(work.fan_out, pool="training")
    start_worker()
    send(job.pk, task=work.fan_out.name, pool="training")
    done = until(job, lambda j: not j.is_live, seconds=60)
    assert done.state == "succeeded"
    assert len(set(done.detail["pids"]) - {done.detail["parent"]}) == 2


def test_a_worker_that_is_asked_to_stop_gives_its_job_back(make_job, start_worker, until, tmp_path):
    job = make_job(arguments={"starts": str(tmp_path / "s"), "pause": 0.1}, pool="training")
    worker = start_worker()
    send(job.pk, task=work.count.name, pool="training")
    until(job, lambda j: j.detail.get("step", 0) >= 2)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("queued", 0)
