"""Cancel, finish early, rename, delete: who may, and what stays."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from accounts.models import AuditEvent, Share
from datasets.receiving import uploads
from forecasting import instant, racing, standing, starting, tasks
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.wishes import Wishes
from jobs import moves
from jobs.models import Job
from tests.conftest import browser_of
from tests.datasets.made import make_dataset
from tests.forecasting.made import again, answered, share, start_forecast

pytestmark = pytest.mark.django_db
Status = PredictionTask.Status


def post(client, door, task, **said):
    return client.post(reverse(f"forecasting:{door}", args=[task.pk]), said)


def waiting(owner):
    """A forecast nobody has begun to work on."""
    return start_forecast(owner, make_dataset(owner))


def test_cancelling_before_anybody_began_ends_at_once(owner, owner_client):
    task = waiting(owner)
    assert post(owner_client, "cancel", task).status_code == 302
    assert again(task).status == Status.CANCELLED
    tasks.instant_forecast(str(task.instant_job_id))
    assert not PredictionResult.objects.exists()


def test_cancelling_while_training_waits_keeps_the_instant_answer(owner, owner_client):
    task = answered(owner, quality="balanced")
    post(owner_client, "cancel", task)
    task = again(task)
    assert task.status == Status.CANCELLED
    assert task.results.count() == 3
    html = owner_client.get(task.get_absolute_url()).content.decode()
    assert "You stopped this forecast. What was ready is kept." in html


def test_cancelling_at_the_first_answer_is_not_lost_while_the_network_is_asked_for(
    owner, owner_client, monkeypatch
):
    task = start_forecast(owner, quality="balanced")
    answer = instant.answer

    def answer_and_cancel(task, run):
        answer(task, run)
        post(owner_client, "cancel", task)

    monkeypatch.setattr(instant, "answer", answer_and_cancel)
    tasks.instant_forecast(str(task.instant_job_id))
    task = again(task)
    assert (task.status, task.training_job_id) == (Status.CANCELLED, None)
    assert task.results.count() == 3


def test_cancelling_as_it_is_handed_on_stops_the_network(owner):
    task = start_forecast(owner, quality="balanced")
    as_read_before = again(task)
    tasks.instant_forecast(str(task.instant_job_id))
    starting.cancel(as_read_before)
    assert again(task).status == Status.CANCELLED


def test_finishing_now_completes_with_the_best_so_far(owner, owner_client):
    task = answered(owner, quality="balanced")
    leader = task.model
    assert post(owner_client, "finish", task).status_code == 302
    task = again(task)
    assert (task.status, task.progress, task.error_message) == (Status.COMPLETED, 100, "")
    assert task.model == leader
    html = owner_client.get(task.get_absolute_url()).content.decode()
    assert "You finished early: the best answer so far is shown." in html


def test_finishing_now_while_it_races_asks_the_race_to_end_and_cancels_nothing(
    owner, owner_client, settings
):
    settings.JOB_REPORT_SECONDS = 0.0
    task = answered(owner, quality="balanced")
    moves.claim(task.training_job_id)
    wishes = Wishes(task)
    assert not wishes.to_finish()
    post(owner_client, "finish", task)
    assert again(task).status == Status.RUNNING
    assert not Job.objects.get(pk=task.training_job_id).cancel_requested
    assert wishes.to_finish()


def racing_task(owner, state="running", **runner):
    """A forecast whose race has told how it stands."""
    task = answered(owner, quality="balanced")
    job = moves.claim(task.training_job_id)
    model = {"name": "lstm", "kind": "lstm", "state": state, "fraction": 0.3, "left": 12.0}
    more = {"windows": 0, "score": None, "epoch": 3, "epochs": 20, "curve": [[2, 2], [1, 1]]}
    race = {"stage": "race", "models": [{**model, **more, "reason": None, **runner}]}
    moves.record(job.pk, by=job.attempt, detail={"race": race})
    return again(task)


def test_one_model_of_a_race_is_stopped_by_its_button(owner, owner_client, settings):
    settings.JOB_REPORT_SECONDS = 0.0
    task = racing_task(owner)
    html = owner_client.get(task.get_absolute_url()).content.decode()
    assert 'aria-label="Stop LSTM"' in html
    assert "training, epoch 3 of 20" in html
    assert "0:12 left" in html
    wishes = Wishes(task)
    assert not wishes.to_skip("lstm")
    assert post(owner_client, "stop", task, model="lstm").status_code == 302
    assert (wishes.to_skip("lstm"), wishes.to_skip("tide")) == (True, False)
    html = owner_client.get(task.get_absolute_url()).content.decode()
    assert 'aria-label="Stop LSTM"' not in html
    assert "stopping" in html


@pytest.mark.parametrize(
    ("model", "state", "status", "words"),
    [
        ("oracle", "running", 422, "No model oracle is racing here. Use one of: lstm."),
        ("", "running", 422, "Use one of: lstm."),
        ("lstm", "done", 409, "LSTM has already ended."),
        ("lstm", "skipped", 409, "LSTM has already ended."),
    ],
)
def test_only_a_model_that_races_can_be_stopped(owner, owner_client, model, state, status, words):
    answer = post(owner_client, "stop", racing_task(owner, state), model=model)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)


def test_before_the_race_has_begun_no_model_can_be_stopped(owner, owner_client):
    answer = post(owner_client, "stop", answered(owner, quality="balanced"), model="lstm")
    assert answer.status_code == 409
    assert "No models are racing here yet." in answer.content.decode()


def test_models_that_a_cancelled_race_left_are_stopped(owner, owner_client):
    task = racing_task(owner)
    job = Job.objects.get(pk=task.training_job_id)
    post(owner_client, "cancel", task)
    moves.finish(job, to=Job.State.CANCELLED)
    assert [one["state"] for one in standing.runners_of(again(task))] == ["stopped"]


def test_where_nothing_races_no_model_can_be_stopped(owner, owner_client):
    answer = post(owner_client, "stop", answered(owner), model="linear")
    assert answer.status_code == 409
    assert "No models are racing here any more." in answer.content.decode()


def test_there_is_nothing_to_finish_before_the_first_answer(owner, owner_client):
    task = waiting(owner)
    answer = post(owner_client, "finish", task)
    assert answer.status_code == 409
    assert "There is no answer yet." in answer.content.decode()
    assert again(task).status == Status.PENDING


@pytest.mark.parametrize("name", ["cancel", "finish"])
def test_what_has_ended_cannot_be_stopped(owner, owner_client, name):
    answer = post(owner_client, name, answered(owner))
    assert answer.status_code == 409
    assert "This forecast is not running any more." in answer.content.decode()


def test_a_forecast_gets_another_name(owner, owner_client):
    task = waiting(owner)
    assert post(owner_client, "rename", task, name="  Load   next week ").status_code == 302
    assert again(task).name == "Load next week"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_that_is_none_is_refused(owner, owner_client, name):
    task = waiting(owner)
    assert post(owner_client, "rename", task, name=name).status_code == 422
    assert again(task).name == task.name


def files():
    return [path for path in Path(django_settings.VAR_DIR).rglob("*.safetensors") if path.is_file()]


def test_deleting_takes_results_models_and_files_and_leaves_the_dataset(
    owner, owner_client, django_capture_on_commit_callbacks
):
    task = answered(owner)
    assert len(files()) == 3
    page = owner_client.get(reverse("forecasting:delete", args=[task.pk])).content.decode()
    assert "The forecast and its 3 models go with their files." in page
    with django_capture_on_commit_callbacks(execute=True):
        assert post(owner_client, "delete", task).status_code == 302
    assert not PredictionTask.objects.exists()
    assert not PredictionResult.objects.exists()
    assert not TrainedModel.objects.exists()
    assert files() == []
    assert type(task.dataset).objects.filter(pk=task.dataset_id).exists()
    assert AuditEvent.objects.filter(action="forecast.deleted").exists()


def test_deleting_a_running_forecast_stops_it_first(owner, owner_client):
    task = answered(owner, quality="balanced")
    moves.claim(task.training_job_id)
    post(owner_client, "delete", task)
    assert Job.objects.get(pk=task.training_job_id).cancel_requested


def test_deleting_the_dataset_stops_its_forecasts_too(owner):
    task = answered(owner, quality="balanced")
    moves.claim(task.training_job_id)
    uploads.delete(task.dataset)
    assert not PredictionTask.objects.exists()
    assert Job.objects.get(pk=task.training_job_id).cancel_requested


def test_training_whose_forecast_was_deleted_meanwhile_ends_quietly(owner, monkeypatch, settings):
    settings.JOB_REPORT_SECONDS = 0.0
    task = answered(owner, quality="balanced")
    hear = racing.Listener.hear

    def delete_first(listener, event):
        if PredictionTask.objects.filter(pk=task.pk).exists():
            starting.delete(again(task))
        hear(listener, event)

    monkeypatch.setattr(racing.Listener, "hear", delete_first)
    tasks.train_forecast(str(task.training_job_id))
    assert Job.objects.get(pk=task.training_job_id).state == Job.State.CANCELLED


@pytest.mark.parametrize("name", ["cancel", "finish", "stop", "rename"])
def test_an_editor_may_steer_a_reader_may_not_a_stranger_finds_nothing(
    owner, collaborator, viewer, stranger_client, name
):
    task = racing_task(owner)
    share(task, viewer, Share.Level.EDITOR)
    reader = browser_of(collaborator)
    said = {"name": "Other", "model": "lstm"}
    assert post(stranger_client, name, task, **said).status_code == 404
    share(task, collaborator)
    assert post(reader, name, task, **said).status_code == 403
    assert post(browser_of(viewer), name, task, **said).status_code == 403
    assert again(task).is_live
    Share.objects.filter(person=collaborator).update(level=Share.Level.EDITOR)
    assert post(reader, name, task, **said).status_code == 302


def test_only_its_owner_may_delete(owner, collaborator, stranger_client):
    task = waiting(owner)
    share(task, collaborator, Share.Level.EDITOR)
    assert post(browser_of(collaborator), "delete", task).status_code == 403
    assert post(stranger_client, "delete", task).status_code == 404
    assert PredictionTask.objects.exists()


@pytest.mark.parametrize("name", ["cancel", "finish", "stop"])
def test_steering_needs_a_post(owner, owner_client, name):
    task = waiting(owner)
    assert owner_client.get(reverse(f"forecasting:{name}", args=[task.pk])).status_code == 405
