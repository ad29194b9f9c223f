"""What relies on a model is named where it is shown and before it is deleted."""

import pytest
from django.urls import reverse

from forecasting.fresh import following, move_jobs, scheduling
from forecasting.models import AlertRule, Schedule, TrainedModel
from forecasting.registry import promoting, using
from tests.datasets.made import read_dataset
from tests.forecasting.appended import append
from tests.forecasting.made import answered, hourly_text, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(owner):
    return answered(owner, read_dataset(owner, hourly_text(240)))


def planned(task, **fields):
    return scheduling.make(Schedule(forecast=task, zone="UTC", **fields), by=task.owner)


def page(client, name, pk):
    return " ".join(client.get(reverse(f"forecasting:{name}", args=[pk])).content.decode().split())


def spare(task):
    """A model of the forecast that leads nothing and is no version in use."""
    return task.results.exclude(model=task.model).get(type="naive").model


def test_the_card_counts_the_schedules_and_leads_to_each(task, owner_client):
    row = planned(task)
    other = planned(task, every="week")
    said = page(owner_client, "model", task.model_id)
    assert "2 schedules" in said
    assert row.get_absolute_url() in said
    assert other.get_absolute_url() in said


def test_a_model_without_schedules_says_nothing(task, owner_client):
    assert "Used by" not in page(owner_client, "model", task.model_id)


def test_a_stranger_to_the_forecast_is_told_no_names(task, owner, collaborator, client):
    planned(task)
    share(spare(task), collaborator)
    found = using.of_model(spare(task), collaborator)
    assert (found.forecasts, found.schedules, found.unseen) == ([], [], 1)
    assert found.forecast_names == "1 more"


def test_a_model_that_leads_is_refused_with_the_names_before_anybody_presses(task, owner_client):
    promoting.promote(spare(task).registered, actor=task.owner)
    said = page(owner_client, "model_delete", task.model_id)
    assert f"This model answers the forecast {task.name}. Delete that forecast first." in said
    assert "Delete model" not in said
    answer = owner_client.post(reverse("forecasting:model_delete", args=[task.model_id]))
    assert answer.status_code == 409
    assert TrainedModel.objects.filter(pk=task.model_id).exists()


def test_a_model_that_may_go_says_who_works_with_it(task, owner_client):
    planned(task)
    said = page(owner_client, "model_delete", spare(task).pk)
    assert f"New rows move it no more in: {task.name}." in said
    assert "Used by 1 schedule: these go on with the other models." in said
    assert "Delete model" in said


def test_a_forecast_says_what_goes_with_it_and_what_stays(task, owner_client, owner):
    planned(task)
    AlertRule.objects.create(owner=owner, dataset=task.dataset, task=task, limit=1.0)
    promoting.promote(spare(task).registered, actor=owner)
    said = page(owner_client, "delete", task.pk)
    assert "1 schedule, 1 alert rule go with it." in said
    version = spare(task).registered
    assert f"relies on them: {version.line.name} v{version.number}." in said


def test_a_model_of_an_earlier_run_still_names_the_schedules_of_its_forecast(task, owner):
    planned(task)
    old = task.results.get(name="naive").model
    append(task.dataset, [150.0] * 24, 240)
    run = following.move(task)
    move_jobs.move_forecast(str(run.instant_job_id))
    run.results.filter(model=old).delete()
    found = using.of_model(old, owner)
    assert (found.forecasts, found.going) == ([], "1 schedule")
