"""The network: trained beside the instant answer, taking the lead only when backtests say so."""

import pytest

from forecasting import racing, stacked, tasks, training, transitions
from forecasting.engine.errors import TrainingError
from forecasting.engine.neural import loop
from forecasting.engine.registry import create
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from jobs import moves
from jobs.models import Job
from jobs.progress import Progress
from tests.datasets.made import make_dataset
from tests.forecasting.made import again, answered, start_forecast, trained

pytestmark = pytest.mark.django_db
Status = PredictionTask.Status


def test_the_network_joins_the_leaderboard_with_the_same_windows_and_its_loss_curve(owner):
    task = trained(owner)
    assert (task.status, task.progress, task.error_message) == (Status.COMPLETED, 100, "")
    ranked = list(task.results.ranked())
    assert [one.rank for one in ranked] == [1, 2, 3, 4, 5]
    lstm, linear = task.results.get(type="lstm"), task.results.get(type="linear")
    stack = task.results.get(type="linear_stack")
    windows = [[w["cutoff"] for w in one.metrics["windows"]] for one in (lstm, linear, stack)]
    assert windows[0] == windows[1] == windows[2]
    assert lstm.model.status == TrainedModel.Status.READY
    assert lstm.metrics["seconds"] > 0
    curve = task.training_job.detail["curve"]
    assert len(curve) == task.training_job.detail["epoch"] >= 1
    assert all(len(point) == 2 for point in curve)


def test_the_network_learns_nothing_from_the_windows_it_is_tested_on(owner, monkeypatch):
    seen = []
    fit = training._fit

    def look(model, course, run):
        seen.append((course.past.times("load")[-1], len(course.past.times("load"))))
        fit(model, course, run)

    monkeypatch.setattr(training, "_fit", look)
    trained(owner)
    # 480 rows less 4 windows of 24.
    assert [(str(time), rows) for time, rows in seen] == [("2026-01-16 23:00:00", 384)]


def give(task, **scores):
    """Results as if the models had scored this on the past."""
    for name, mase in scores.items():
        row = TrainedModel.objects.create(
            owner=task.owner,
            name=name,
            type=name,
            dataset=task.dataset,
            version=task.version,
        )
        PredictionResult.objects.create(
            task=task, name=name, type=name, model=row, metrics={"mase": mase, "mae": 1.0}
        )


@pytest.mark.parametrize(
    ("lstm", "leader"),
    [(0.5, "lstm"), (0.61, "linear"), (0.9, "linear"), (None, "linear")],
)
def test_the_leader_changes_only_for_a_better_backtest(owner, lstm, leader):
    task = start_forecast(owner, make_dataset(owner))
    give(task, seasonal_naive=0.8, linear=0.6)
    racing.place_all(task)
    assert again(task).model.type == "linear"
    give(task, lstm=lstm)
    racing.place_all(task)
    assert again(task).model.type == leader


def test_skill_is_one_less_error_over_that_of_seasonal_naive(owner):
    task = start_forecast(owner, make_dataset(owner))
    give(task, seasonal_naive=0.8, linear=0.6, naive=1.0)
    racing.place_all(task)
    skills = {row.type: row.accuracy for row in TrainedModel.objects.all()}
    assert skills == pytest.approx({"seasonal_naive": 0.0, "linear": 0.25, "naive": -0.25})


def test_a_refusal_of_the_engine_leaves_the_earlier_answers_and_says_why(owner, monkeypatch):
    task = answered(owner, quality="balanced")

    def diverge(*_given):
        raise TrainingError("Training broke down in epoch %(epoch)s. Lower it.", epoch=1)

    monkeypatch.setattr(loop, "_pass", diverge)
    tasks.train_forecast(str(task.training_job_id))
    task = again(task)
    assert task.training_job.state == Job.State.FAILED
    assert task.status == Status.COMPLETED
    assert task.error_message == "Training broke down in epoch 1. Lower it."
    earlier = {"naive", "seasonal_naive", "linear", "linear_stack"}
    assert set(task.results.values_list("type", flat=True)) == earlier
    assert task.model.type in earlier
    assert TrainedModel.objects.get(type="lstm").status == TrainedModel.Status.ERROR


def test_a_failure_nobody_expected_leaves_the_instant_answer_too(owner, monkeypatch):
    task = answered(owner, quality="balanced")

    def break_down(*_given):
        raise RuntimeError("disk full")

    monkeypatch.setattr(racing, "run_trained", break_down)
    with pytest.raises(RuntimeError, match="disk full"):
        tasks.train_forecast(str(task.training_job_id))
    task = again(task)
    assert task.status == Status.COMPLETED
    assert "disk full" not in task.error_message
    assert task.error_message
    assert task.results.count() == 4


def test_cancelling_while_it_trains_stops_within_one_step_and_keeps_what_was_ready(
    owner, monkeypatch, settings
):
    settings.JOB_REPORT_SECONDS = 0.0
    task = answered(owner, quality="balanced")
    batches = []
    learn = loop._pass

    def cancel_first(*given):
        moves.cancel(Job.objects.get(pk=task.training_job_id))
        batches.append(1)
        return learn(*given)

    monkeypatch.setattr(loop, "_pass", cancel_first)
    tasks.train_forecast(str(task.training_job_id))
    task = again(task)
    assert batches == [1]
    assert (task.status, task.training_job.state) == (Status.CANCELLED, Job.State.CANCELLED)
    assert task.results.count() == 4
    assert task.model is not None


def test_a_killed_worker_is_followed_by_one_that_goes_on_from_its_checkpoint(
    owner, monkeypatch, settings
):
    settings.FORECAST_TRAINING_SECONDS = 30.0
    monkeypatch.setattr(training, "create", small_network)
    task = answered(owner, quality="balanced")
    epochs = []
    step = loop._epoch

    def die_in_the_third(state, *given):
        if state.run.epoch == 2 and 3 not in epochs:
            epochs.append(3)
            raise SystemExit
        epochs.append(state.run.epoch + 1)
        step(state, *given)

    monkeypatch.setattr(loop, "_epoch", die_in_the_third)
    job = Job.objects.get(pk=task.training_job_id)
    claimed = moves.claim(job.pk)
    monkeypatch.setattr(moves, "finish", lambda *_given, **_fields: None)
    with pytest.raises(SystemExit):
        train_as(claimed)
    monkeypatch.undo()
    monkeypatch.setattr(training, "create", small_network)

    def watch(state, *given):
        epochs.append(state.run.epoch + 1)
        step(state, *given)

    monkeypatch.setattr(loop, "_epoch", watch)
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    tasks.train_forecast(str(job.pk))
    task = again(task)
    assert epochs == [1, 2, 3, 3, 4]
    assert task.status == Status.COMPLETED
    codes = [event.data["code"] for event in job.events.all()]
    assert codes[0] in {"lead", "kept"}
    assert codes[1:3] == ["starts", "resumed"]
    assert task.results.filter(type="linear_stack").count() == 1
    assert job.events.get(data__code="resumed").data["epoch"] == 2
    assert len(task.training_job.detail["curve"]) == 4


def small_network(name, **settings):
    """The network of the product, trained on little."""
    return create(name, **settings | {"epochs": 4, "epoch_windows": 64, "hidden_size": 8})


def train_as(job):
    """Training inside an attempt that the test holds."""
    run = Progress(job)
    task = PredictionTask.objects.select_related("owner", "dataset", "version")
    training.train(task.get(pk=run.arguments["task"]), run)


def test_what_training_is_expected_to_take_is_what_it_took_lately(owner, settings):
    settings.FORECAST_TRAINING_SECONDS = 30.0
    # 30 s and 5 around them.
    assert training.seconds_expected() == 35
    task = start_forecast(owner, make_dataset(owner))
    row = racing.new_row(task, "lstm", task.instant_job)
    TrainedModel.objects.filter(pk=row.pk).update(status="ready", metrics={"seconds": 6.2})
    # 6.2 and 5 are 11.2: the next 5 is 15.
    assert training.seconds_expected() == 15


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({}, ""),
        ({"step": "train", "epoch": 3, "epochs": 20}, "epoch 3 of 20"),
        ({"step": "test", "epoch": 20, "epochs": 20}, "being tested"),
    ],
)
def test_a_training_job_says_what_it_is_at(detail, words):
    assert Job(kind=transitions.TRAINING, detail=detail).saying == words


def test_too_many_series_go_to_the_network_without_the_stack(owner, monkeypatch):
    monkeypatch.setattr(stacked, "MOST_SERIES", 0)
    task = trained(owner)
    assert not task.results.filter(type="linear_stack").exists()
    assert task.results.filter(type="lstm").exists()
