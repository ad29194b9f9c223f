"""A person who looked elsewhere hears that a forecast is ready, and who leads by how much."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Notification
from forecasting import endings
from forecasting.models import PredictionTask
from jobs import telling
from jobs.models import Job
from tests.forecasting.made import again, answered

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
