"""After a forecast or a model was stopped or failed: one word everywhere, and the way on."""

import pytest
from django.urls import reverse

from forecasting.models import PredictionTask, TrainedModel
from forecasting.transitions import follow
from jobs.models import Job
from tests.forecasting.made import answered, start_forecast

pytestmark = pytest.mark.django_db
NEW = "forecasting:new"


def end(task, state, error=""):
    """Let the only job of a forecast end like this."""
    Job.objects.filter(pk=task.instant_job_id).update(state=state, error=error)
    follow(Job.objects.get(pk=task.instant_job_id))


def page_of(client, row):
    return client.get(row.get_absolute_url()).content.decode()


def model_of(task):
    """A model whose training ends with the job of this forecast."""
    return TrainedModel.objects.create(
        owner=task.owner,
        name="Linear",
        type="linear",
        dataset=task.dataset,
        version=task.version,
        job=task.instant_job,
    )


@pytest.mark.parametrize(
    ("state", "word", "pill"),
    [(Job.State.CANCELLED, "Stopped", ""), (Job.State.FAILED, "Failed", "bad")],
)
def test_a_model_that_somebody_stopped_did_not_fail(owner, owner_client, state, word, pill):
    task = start_forecast(owner)
    row = model_of(task)
    end(task, state, "It broke." if state == Job.State.FAILED else "")
    row.refresh_from_db()
    assert row.status == TrainedModel.Status.ERROR
    assert f'<span class="pill plain {pill}">{word}</span>' in page_of(owner_client, row)


def test_a_failed_forecast_leads_to_the_form_with_its_settings(owner, owner_client):
    task = start_forecast(owner, horizon=36, levels=(50, 90))
    end(task, Job.State.FAILED, "The disk is full. Free some space.")
    html = page_of(owner_client, task)
    link = f"{reverse(NEW)}?copy={task.pk}"
    assert "The disk is full. Free some space." in html
    assert f'href="{link}"' in html
    again = owner_client.get(link).content.decode()
    assert "<b>next 36 hours</b>" in again
    assert "gives <b>50% and 90%</b> intervals" in again


@pytest.mark.parametrize("make", [start_forecast, answered])
def test_so_does_a_stopped_one_with_or_without_an_answer(owner, owner_client, make):
    task = make(owner, horizon=36)
    PredictionTask.objects.filter(pk=task.pk).update(status="cancelled")
    html = page_of(owner_client, task)
    assert "You stopped this forecast" in html
    notice = html[html.index("You stopped this forecast") :][:300]
    assert f'href="{reverse(NEW)}?copy={task.pk}">Forecast again</a>' in notice
