"""Status and progress follow the jobs, in the same transaction, for every pair of states."""

import itertools

import pytest
from django.db import transaction

from forecasting.models import PredictionTask, TrainedModel
from forecasting.transitions import INSTANT, TRAINING, follow, status_of
from jobs import moves
from jobs.models import Job
from tests.datasets.made import make_dataset
from tests.forecasting.made import again, answered, start_forecast

pytestmark = pytest.mark.django_db
Status, State = PredictionTask.Status, Job.State

EXPECTED = {
    (INSTANT, State.QUEUED): Status.PENDING,
    (INSTANT, State.RUNNING): Status.RUNNING,
    (INSTANT, State.SUCCEEDED): Status.COMPLETED,
    (INSTANT, State.FAILED): Status.FAILED,
    (INSTANT, State.CANCELLED): Status.CANCELLED,
    (TRAINING, State.QUEUED): Status.RUNNING,
    (TRAINING, State.RUNNING): Status.RUNNING,
    (TRAINING, State.SUCCEEDED): Status.COMPLETED,
    (TRAINING, State.FAILED): Status.COMPLETED,
    (TRAINING, State.CANCELLED): Status.CANCELLED,
}


def waiting(owner):
    """A forecast on a dataset without files, which nobody will work on."""
    return start_forecast(owner, make_dataset(owner))


@pytest.mark.parametrize(("kind", "state"), list(EXPECTED))
def test_each_state_of_a_job_is_one_status_of_its_forecast(kind, state):
    task, job = PredictionTask(), Job(kind=kind, state=state)
    assert status_of(task, job) == EXPECTED[kind, state]


def test_finishing_early_is_a_success():
    task, job = PredictionTask(finish_requested=True), Job(kind=TRAINING, state=State.CANCELLED)
    assert status_of(task, job) == Status.COMPLETED


@pytest.mark.parametrize(("first", "then"), list(itertools.permutations(State, 2)))
def test_every_pair_of_states_leaves_the_status_of_the_last(owner, first, then):
    task = waiting(owner)
    for state in (first, then):
        Job.objects.filter(pk=task.instant_job_id).update(state=state, error="why")
        follow(Job.objects.get(pk=task.instant_job_id))
    task = again(task)
    assert task.status == EXPECTED[INSTANT, then]
    assert task.error_message == ("why" if then == State.FAILED else "")
    assert (task.completed_at is None) == (task.is_live or task.instant_job.finished_at is None)


def test_once_training_is_asked_for_the_instant_job_says_nothing_more(owner):
    task = answered(owner, quality="balanced")
    follow(task.instant_job)
    assert again(task).status == Status.RUNNING


def test_progress_is_a_tenth_for_the_instant_answer_and_the_rest_for_training(owner):
    task = answered(owner, quality="balanced")
    assert task.progress == 10
    job = moves.claim(task.training_job_id)
    moves.record(job.pk, by=job.attempt, progress=0.5)
    assert again(task).progress == 55
    moves.finish(job, to=State.SUCCEEDED, progress=1.0)
    assert again(task).progress == 100


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.QUEUED, TrainedModel.Status.TRAINING),
        (State.RUNNING, TrainedModel.Status.TRAINING),
        (State.SUCCEEDED, TrainedModel.Status.READY),
        (State.FAILED, TrainedModel.Status.ERROR),
        (State.CANCELLED, TrainedModel.Status.ERROR),
    ],
)
def test_a_model_follows_the_job_that_trains_it(owner, state, status):
    task = waiting(owner)
    trained_row(task)
    Job.objects.filter(pk=task.instant_job_id).update(state=state)
    follow(Job.objects.get(pk=task.instant_job_id))
    assert set(TrainedModel.objects.values_list("status", flat=True)) == {status}


def trained_row(task, **fields):
    return TrainedModel.objects.create(
        owner=task.owner,
        name="Linear",
        type="linear",
        dataset=task.dataset,
        version=task.version,
        job=task.instant_job,
        **fields,
    )


@pytest.mark.parametrize("state", list(State))
def test_a_model_with_its_files_is_ready_however_its_job_goes_on(owner, state):
    task = waiting(owner)
    row = trained_row(task, model_path="datasets/x/models/y")
    Job.objects.filter(pk=task.instant_job_id).update(state=state)
    follow(Job.objects.get(pk=task.instant_job_id))
    row.refresh_from_db()
    assert row.status == TrainedModel.Status.READY


def test_nobody_else_writes_the_status(owner):
    task = waiting(owner)
    with pytest.raises(ZeroDivisionError):
        _claim_and_fail(task)
    assert again(task).status == Status.PENDING


def _claim_and_fail(task):
    """A transaction that does not commit takes the status back with the job."""
    with transaction.atomic():
        moves.claim(task.instant_job_id)
        assert again(task).status == Status.RUNNING
        raise ZeroDivisionError
