"""A person who looked elsewhere hears that a forecast is ready, and who leads by how much."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Notification
from forecasting import endings
from forecasting.models import PredictionTask
from jobs import registry, telling
from jobs.models import Job
from tests.forecasting.made import again, answered, raced

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(owner):
    cache.clear()
    return answered(owner)


def long_ago(job):
    job.created_at = timezone.now() - timedelta(seconds=30)
    job.refresh_from_db(fields=["finished_at"])
    return job


def test_the_end_of_a_long_forecast_names_leader_and_skill(task, owner):
    job = Job.objects.get(pk=task.instant_job_id)
    telling.tell(long_ago(job))
    row = Notification.objects.of(owner).get()
    assert (row.kind, row.title, row.link) == (
        "job.done", f"{task.name} is ready", task.get_absolute_url(),
    )  # fmt: skip
    assert re.fullmatch(r".+ leads(, [\d.]+% better than seasonal naive)?\.", row.body)


def test_while_the_race_goes_on_nothing_is_ready(task):
    PredictionTask.objects.filter(pk=task.pk).update(status="running")
    assert endings.words_of(Job.objects.get(pk=task.instant_job_id)) is None


def test_a_forecast_that_was_deleted_tells_nothing(task):
    job = Job.objects.get(pk=task.instant_job_id)
    again(task).delete()
    assert endings.words_of(job) is None


def test_the_list_of_jobs_says_who_leads_and_by_how_much(owner, owner_client):
    task = answered(owner)
    score = task.results.ranked().first().metrics["mase"]
    html = owner_client.get("/jobs/").content.decode()
    assert f"{task.results.ranked().first().label} leads, MASE {score:.2f}" in html


def test_an_instant_answer_before_a_race_does_not_take_what_came_later(owner, owner_client):
    task = raced(owner, "window_mean")
    html = owner_client.get("/jobs/").content.decode()
    assert html.count(" leads, MASE ") == 1
    assert task.instant_job.outcome == ""


def test_outcomes_of_many_jobs_are_read_at_once(owner, owner_client, django_assert_num_queries):
    jobs = [answered(owner).instant_job for _ in range(3)]
    with django_assert_num_queries(1):
        assert len(registry.outcomes(jobs)) == 3
