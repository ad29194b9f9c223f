"""The race: every judged model is committed at once, the best leads, nothing is run twice."""

import pytest

from datasets import storage
from forecasting import backtests, expected, racing, ranking, results, standing, starting, tasks
from forecasting.engine import artifacts
from forecasting.engine.errors import EngineError
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from jobs import moves, stopping
from jobs.models import Job
from jobs.progress import Progress
from tests.datasets.made import make_dataset
from tests.forecasting import slow_model
from tests.forecasting.made import again, answered, raced, ready_to_race, start_forecast

pytestmark = pytest.mark.django_db
Status = PredictionTask.Status
NET = {"name": "small", "type": "dlinear", "settings": {"epochs": 3, "epoch_windows": 64}}


@pytest.fixture
def slow(monkeypatch, settings):
    """Models that take their time and that break, and a worker that listens closely."""
    slow_model.register(monkeypatch)
    settings.JOB_REPORT_SECONDS = 0.0
    return slow_model.SlowNaive


def states(task):
    return {one["name"]: one["state"] for one in standing.runners_of(task)}


def test_a_race_commits_every_model_it_has_judged_and_writes_how_it_went(owner):
    task = raced(owner, "drift", "window_mean", NET)
    assert (task.status, task.progress, task.error_message) == (Status.COMPLETED, 100, "")
    names = {"linear", "seasonal_naive", "naive", "drift", "window_mean", "small"}
    assert set(task.results.values_list("name", flat=True)) == names
    assert [one.rank for one in task.results.ranked()] == [1, 2, 3, 4, 5, 6]
    small = task.results.get(name="small")
    assert (small.type, small.model.status) == ("dlinear", TrainedModel.Status.READY)
    assert small.metrics["fit_seconds"] > 0
    assert {name for name, state in states(task).items() if state == standing.DONE} == {
        "drift",
        "window_mean",
        "seasonal_naive",
        "small",
    }
    raced_small = next(one for one in task.receipt["race"]["models"] if one["name"] == "small")
    assert len(raced_small["curve"]) == raced_small["epoch"] == 3
    assert (task.receipt["ended"], task.receipt["race"]["leader"]) == ("done", task.model.type)
    assert task.receipt["compute_seconds"] > task.receipt["race"]["models"][0]["seconds"]


def test_every_model_is_judged_on_the_windows_of_the_instant_answer(owner):
    task = raced(owner, "window_mean")
    cutoffs = {
        one.name: [window["cutoff"] for window in one.metrics["windows"]]
        for one in task.results.all()
    }
    assert len({tuple(one) for one in cutoffs.values()}) == 1
    kept = [time for _, time in backtests.cutoffs(task.results.get(name="window_mean"))]
    assert kept == cutoffs["linear"]


def test_the_instant_answer_stays_as_it_was(owner):
    task = ready_to_race(owner, "linear", "window_mean")
    before = {one.name: (one.pk, one.model_id, one.predictions) for one in task.results.all()}
    tasks.train_forecast(str(task.training_job_id))
    after = {one.name: (one.pk, one.model_id, one.predictions) for one in task.results.all()}
    assert {name: after[name] for name in before} == before


def test_a_raced_model_forecasts_from_the_last_row_and_is_kept_as_it_answered(owner, tmp_path):
    task = raced(owner, "window_mean")
    result = task.results.get(name="window_mean")
    line = results.line_of(result, "load")
    assert line.times[0] == "2026-01-21T00:00:00"
    loaded = artifacts.load(storage_folder(result.model))
    assert loaded.predict().mean[0, :, 0].tolist() == pytest.approx(line.mean)


def storage_folder(row):
    return storage.local_copy(f"{row.model_path}/model.json").parent


def test_the_winner_learns_from_all_rows_the_others_do_not(owner):
    task = raced(owner, {"name": "week", "type": "linear_stack", "settings": {"preset": "fast"}})
    week = task.results.get(name="week")
    if task.model_id == week.model_id:
        assert week.model.parameters["refitted"]
        assert week.model.model_path.endswith("-refitted")
    else:
        assert not week.model.parameters["refitted"]
    assert task.receipt["refitted"]


def test_the_test_against_seasonal_naive_is_that_of_the_engine(owner):
    task = raced(owner, "window_mean")
    tested = task.results.get(name="linear").metrics["significance"]
    assert tested["count"] == len(task.results.get(name="linear").metrics["windows"])
    assert (tested["difference"] < 0) == (
        task.results.get(name="linear").metrics["mase"]
        < task.results.get(name="seasonal_naive").metrics["mase"]
    )
    assert 0 <= tested["p_better"] <= 1
    assert task.results.get(name="seasonal_naive").metrics["significance"] is None
    assert task.receipt["significance"] == task.results.get(rank=1).metrics["significance"]


def give(task, **scores):
    """Results as if the models had scored this on the past."""
    for name, mase in scores.items():
        row = TrainedModel.objects.create(
            owner=task.owner, name=name, type=name, dataset=task.dataset, version=task.version
        )
        metrics = {"mase": mase, "mae": 1.0}
        PredictionResult.objects.create(task=task, name=name, type=name, model=row, metrics=metrics)


@pytest.mark.parametrize(
    ("lstm", "leader"),
    # A net has to save 5 % of the error of a simpler model: 0.57 of 0.60.
    [(0.5, "lstm"), (0.569, "lstm"), (0.571, "linear"), (0.9, "linear"), (None, "linear")],
)
def test_a_complicated_model_leads_only_with_a_gain_that_is_no_luck(owner, lstm, leader):
    task = start_forecast(owner, make_dataset(owner))
    give(task, seasonal_naive=0.8, linear=0.6)
    ranking.place_all(task)
    assert again(task).model.type == "linear"
    give(task, lstm=lstm)
    ranking.place_all(task)
    assert again(task).model.type == leader
    assert task.results.get(name=leader).rank == 1


def test_skill_is_one_less_error_over_that_of_seasonal_naive(owner):
    task = start_forecast(owner, make_dataset(owner))
    give(task, seasonal_naive=0.8, linear=0.6, naive=1.0)
    ranking.place_all(task)
    skills = {row.type: row.accuracy for row in TrainedModel.objects.all()}
    assert skills == pytest.approx({"seasonal_naive": 0.0, "linear": 0.25, "naive": -0.25})


def test_one_model_with_a_bug_never_ends_the_race(owner, slow):
    task = raced(owner, "broken_naive", "window_mean")
    assert task.status == Status.COMPLETED
    assert states(task)["broken_naive"] == standing.FAILED
    assert task.results.filter(name="window_mean").exists()
    [event] = task.training_job.events.filter(data__code="failed")
    assert "no such tensor" in event.data["reason"]["details"]["problem"]


def test_a_model_that_cannot_use_the_data_says_why_in_its_row(owner, owner_client, slow):
    task = raced(owner, "long_naive", "window_mean")
    assert states(task)["long_naive"] == standing.SKIPPED
    html = owner_client.get(task.get_absolute_url()).content.decode()
    assert "<b>left out:</b> long_naive needs at least 10,000 rows of every series" in html


def test_what_the_engine_refuses_altogether_leaves_the_instant_answer_and_says_why(
    owner, monkeypatch
):
    task = ready_to_race(owner, "window_mean")

    def refuse(*_given, **_choices):
        raise EngineError("Nothing can be learned from %(rows)s rows.", rows=3)
        yield

    monkeypatch.setattr(racing, "race", refuse)
    tasks.train_forecast(str(task.training_job_id))
    task = again(task)
    assert (task.training_job.state, task.status) == (Job.State.FAILED, Status.COMPLETED)
    assert task.error_message == "Nothing can be learned from 3 rows."
    assert task.results.count() == 3
    assert {one.model.status for one in task.results.all()} == {TrainedModel.Status.READY}


def test_a_failure_nobody_expected_leaves_what_was_ready_too(owner, monkeypatch):
    task = ready_to_race(owner, "drift", "window_mean")
    commit = racing.Listener._commit

    def break_at_the_second(listener, event):
        if listener.task.results.filter(name="drift").exists():
            raise RuntimeError("disk full")
        commit(listener, event)

    monkeypatch.setattr(racing.Listener, "_commit", break_at_the_second)
    with pytest.raises(RuntimeError, match="disk full"):
        tasks.train_forecast(str(task.training_job_id))
    task = again(task)
    assert task.status == Status.COMPLETED
    assert task.error_message
    assert "disk full" not in task.error_message
    assert task.results.count() == 4


def interrupt(task, monkeypatch, deed, when="slow_naive"):
    """Do something at the first sign of progress of one model."""
    progress = racing.Standing.progress
    done = []

    def hear(race, event):
        progress(race, event)
        if event.model == when and not done:
            done.append(event)
            deed()

    monkeypatch.setattr(racing.Standing, "progress", hear)
    tasks.train_forecast(str(task.training_job_id))
    return again(task)


def test_cancelling_stops_within_a_step_and_keeps_what_was_ready(owner, slow, monkeypatch):
    task = ready_to_race(owner, "window_mean", "slow_naive")
    job = Job.objects.get(pk=task.training_job_id)
    task = interrupt(task, monkeypatch, lambda: moves.cancel(job))
    assert (task.status, task.training_job.state) == (Status.CANCELLED, Job.State.CANCELLED)
    assert task.results.filter(name="window_mean").exists()
    assert not task.results.filter(name="slow_naive").exists()
    took = (task.training_job.finished_at - task.training_job.started_at).total_seconds()
    assert took < 5
    assert {one.model.status for one in task.results.all()} == {TrainedModel.Status.READY}


def test_finishing_now_ends_the_model_that_runs_and_completes_with_the_best(
    owner, slow, monkeypatch
):
    task = ready_to_race(owner, "window_mean", "slow_naive", "drift")
    task = interrupt(task, monkeypatch, lambda: starting.finish(again(task)))
    assert (task.status, task.training_job.state) == (Status.COMPLETED, Job.State.SUCCEEDED)
    assert task.receipt["ended"] == "asked"
    assert not task.results.filter(name="slow_naive").exists()
    assert task.model is not None


def test_one_model_is_stopped_and_the_others_go_on(owner, slow, monkeypatch):
    task = ready_to_race(owner, "slow_naive", "window_mean", NET)
    task = interrupt(task, monkeypatch, lambda: starting.stop_model(again(task), "slow_naive"))
    assert task.status == Status.COMPLETED
    assert states(task)["slow_naive"] == standing.STOPPED
    assert task.results.filter(name__in=["window_mean", "small"]).count() == 2
    assert task.training_job.events.filter(data__code="stopped").exists()


def test_a_worker_that_is_asked_to_stop_hands_on_and_nothing_is_run_again(owner, slow, monkeypatch):
    task = ready_to_race(owner, "window_mean", "slow_naive")
    task = interrupt(task, monkeypatch, stopping.request)
    stopping.forget()
    assert task.training_job.state == Job.State.QUEUED
    first = task.results.get(name="window_mean")
    monkeypatch.setattr(slow, "seconds", 0.05)
    tasks.train_forecast(str(task.training_job_id))
    task = again(task)
    assert task.status == Status.COMPLETED
    assert task.results.get(name="window_mean").model_id == first.model_id
    resumed = {one["name"] for one in standing.runners_of(task) if one["resumed"]}
    assert resumed == {"seasonal_naive", "window_mean"}
    assert task.training_job.events.filter(data__code="goes_on").exists()


def test_what_was_judged_but_not_committed_when_the_worker_died_is_committed_from_the_journal(
    owner, monkeypatch
):
    task = ready_to_race(owner, "window_mean")
    job = moves.claim(task.training_job_id)

    def die(*_given):
        raise SystemExit

    monkeypatch.setattr(racing.Listener, "_commit", die)
    with pytest.raises(SystemExit):
        racing.run(task, Progress(job))
    monkeypatch.undo()
    assert not task.results.filter(name="window_mean").exists()
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    tasks.train_forecast(str(job.pk))
    assert task.results.filter(name="window_mean").exists()


def test_bounds_hold_for_the_instant_answer_and_for_every_model_of_the_race(owner):
    task = raced(owner, "window_mean", "drift", bounds={"low": 95, "integer": True})
    for result in task.results.all():
        line = results.line_of(result, "load")
        assert min(line.mean) >= 95, result.name
        assert min(line.lower[95]) >= 95, result.name
        assert all(value == int(value) for value in line.mean), result.name


def test_a_fit_for_every_window_is_scored_with_those_fits(owner):
    plain, each = raced(owner, "linear"), raced(owner, "linear", refit="each")
    scores = [one.results.get(name="linear").metrics["mase"] for one in (plain, each)]
    assert scores[0] != scores[1]


def test_a_balanced_race_of_a_second_ends_with_an_answer(owner):
    task = answered(owner, quality="balanced")
    tasks.train_forecast(str(task.training_job_id))
    task = again(task)
    assert task.status == Status.COMPLETED
    assert task.results.filter(name="drift").exists()
    assert task.receipt["race_seconds"] < 10


def test_what_a_race_is_expected_to_take_is_what_it_took_lately_and_never_more_than_it_may(
    owner, settings
):
    settings.FORECAST_BALANCED_SECONDS = 40.0
    balanced = {"quality": "balanced"}
    # 40 s and 5 around them.
    assert expected.seconds_expected(balanced) == 45
    task = start_forecast(owner, make_dataset(owner), quality="balanced")
    receipt = {"ended": "done", "race_seconds": 6.2}
    PredictionTask.objects.filter(pk=task.pk).update(receipt=receipt)
    # 6.2 and 5 are 11.2: the next 5 is 15.
    assert expected.seconds_expected(balanced) == 15
    assert expected.seconds_expected({"quality": "instant"}) == 1
    assert expected.seconds_expected({"quality": "instant", "models": [{"type": "naive"}]}) == 45
    assert expected.seconds_expected({**balanced, "seconds": 90}) == 95


@pytest.mark.parametrize(
    ("race", "words"),
    [
        ({}, ""),
        ({"stage": "race", "models": [{"name": "x", "kind": "lstm", "state": "waiting"}]}, ""),
        (
            {
                "stage": "race",
                "models": [
                    {"name": "lstm", "kind": "lstm", "state": "running", "epoch": 3, "epochs": 20}
                ],
            },
            "LSTM, epoch 3 of 20",
        ),
        ({"stage": "combine"}, "combining models"),
        ({"stage": "calibrate"}, "calibrating intervals"),
    ],
)
def test_a_race_says_what_it_is_at(race, words):
    assert Job(kind=tasks.TRAINING, detail={"race": race}).saying == words
