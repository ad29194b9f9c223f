"""The instant answer: committed results first, and only then is training asked for."""

import json
import math
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation

from datasets import storage
from forecasting import instant, results, tasks
from forecasting.engine import artifacts
from forecasting.engine.baselines import Naive
from forecasting.engine.errors import TooShortError
from forecasting.models import PredictionResult, PredictionTask, TrainedModel
from forecasting.transitions import instant_words
from jobs.models import Job
from jobs.progress import Progress
from tests.datasets.made import read_dataset
from tests.forecasting import remembered
from tests.forecasting.made import again, answered, hourly_dataset, hourly_text, start_forecast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(remembered, "instant_forecast", tasks.instant_forecast)


def test_an_instant_forecast_is_complete_with_three_ranked_models(owner):
    task = answered(owner)
    assert (task.status, task.progress) == (PredictionTask.Status.COMPLETED, 100)
    assert task.completed_at is not None
    ranked = list(task.results.ranked())
    assert [one.rank for one in ranked] == [1, 2, 3]
    assert {one.type for one in ranked} == {"linear", "seasonal_naive", "naive"}
    scores = [one.metrics["mase"] for one in ranked]
    assert scores == sorted(scores)
    assert task.model == ranked[0].model


def test_every_model_is_tested_on_the_same_past_windows(owner):
    task = answered(owner)
    cutoffs = [[w["cutoff"] for w in one.metrics["windows"]] for one in task.results.all()]
    assert cutoffs[0] == cutoffs[1] == cutoffs[2]
    # A third of 480 rows holds 6 windows of 24, 27 rows apart; the newest ends at the last row,
    # 20 Jan 23:00.
    assert cutoffs[0] == [
        "2026-01-14T08:00:00",
        "2026-01-15T11:00:00",
        "2026-01-16T14:00:00",
        "2026-01-17T17:00:00",
        "2026-01-18T20:00:00",
        "2026-01-19T23:00:00",
    ]
    assert task.receipt["windows"] == 6


def test_the_answer_begins_after_the_last_row_and_has_bands_around_the_mean(owner):
    task = answered(owner)
    line = results.line_of(task.results.get(type="linear"), "load")
    assert line.times[0] == "2026-01-21T00:00:00"
    assert line.times[-1] == "2026-01-21T23:00:00"
    for step in range(24):
        assert line.lower[95][step] <= line.lower[80][step] <= line.mean[step]
        assert line.mean[step] <= line.upper[80][step] <= line.upper[95][step]


def test_seasonal_naive_repeats_the_last_day(owner):
    task = answered(owner)
    line = results.line_of(task.results.get(type="seasonal_naive"), "load")
    history = task.results.get(type="naive").visualization_data["history"]["load"]["values"]
    assert line.mean == pytest.approx(history[-24:])
    naive = results.line_of(task.results.get(type="naive"), "load")
    assert naive.mean == pytest.approx([history[-1]] * 24)


def test_models_are_kept_as_files_that_forecast_the_same(owner):
    task = answered(owner)
    row = task.results.get(type="linear").model
    assert (row.status, row.owner) == (TrainedModel.Status.READY, owner)
    folder = Path(storage.local_copy(f"{row.model_path}/model.json")).parent
    assert {path.name for path in folder.iterdir()} == {"model.json", "model.safetensors"}
    again_loaded = artifacts.load(folder).predict()
    line = results.line_of(task.results.get(type="linear"), "load")
    assert again_loaded.mean[0, :, 0].tolist() == pytest.approx(line.mean)


def test_a_balanced_forecast_asks_for_training_only_after_its_results_are_committed(
    owner, monkeypatch
):
    seen = []

    def look(task, **how):
        seen.append(PredictionResult.objects.filter(task_id=how["arguments"]["task"]).count())
        return enqueue(task, **how)

    enqueue = tasks.enqueue
    monkeypatch.setattr(tasks, "enqueue", look)
    task = answered(owner, quality="balanced")
    assert seen == [3]
    assert task.training_job.pool == Job.Pool.TRAINING
    assert (task.status, task.progress) == (PredictionTask.Status.RUNNING, 10)


def test_an_instant_forecast_asks_for_no_training(owner):
    assert answered(owner).training_job is None


def test_a_second_message_for_the_same_job_changes_nothing(owner):
    task = answered(owner, quality="balanced")
    before = set(task.results.values_list("pk", flat=True))
    tasks.instant_forecast(str(task.instant_job_id))
    assert set(again(task).results.values_list("pk", flat=True)) == before
    assert Job.objects.filter(kind=tasks.TRAINING).count() == 1


def test_an_attempt_after_a_lost_worker_replaces_its_own_results(owner):
    task = start_forecast(owner)
    tasks.instant_forecast(str(task.instant_job_id))
    Job.objects.filter(pk=task.instant_job_id).update(state=Job.State.QUEUED)
    tasks.instant_forecast(str(task.instant_job_id))
    assert again(task).results.count() == 3
    assert TrainedModel.objects.count() == 3


def test_nothing_that_json_cannot_carry_is_stored(owner):
    answered(owner, hourly_dataset(owner, skip=range(100, 130)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT predictions::text, metrics::text FROM prediction_results")
        texts = [text for row in cursor.fetchall() for text in row]
    for text in texts:
        assert json.loads(text, parse_constant=pytest.fail)


def test_missing_values_are_counted_in_the_receipt_and_bridged(owner):
    task = answered(owner, hourly_dataset(owner, skip=range(100, 109)))
    assert (task.receipt["rows"], task.receipt["missing"]) == (480, 9)


def test_each_column_gets_a_line_of_its_own(owner):
    dataset = hourly_dataset(owner, columns=("load", "wind"))
    task = answered(owner, dataset, columns=["load", "wind"])
    result = task.results.get(rank=1)
    assert results.labels_of(result) == ["load", "wind"]
    low, high = (results.line_of(result, name).mean for name in ("load", "wind"))
    # The columns differ by 100 and by nothing else.
    assert [b - a for a, b in zip(low, high, strict=True)] == pytest.approx([100] * 24, abs=3)


def test_more_than_5_000_points_lie_in_parquet(owner):
    text = "shop,day,sales\n" + "".join(
        f"s{shop:03d},2026-{1 + day // 28:02d}-{1 + day % 28:02d},"
        f"{shop + math.sin(day) + day % 7}\n"
        for shop in range(300)
        for day in range(84)
    )
    dataset = read_dataset(owner, text, name="sales.csv")
    task = answered(owner, dataset, horizon=20)
    result = task.results.get(rank=1)
    assert result.result_path
    assert "series" not in result.predictions
    assert (result.predictions["points"], result.predictions["labels_total"]) == (6000, 300)
    assert len(results.table_of(result)) == 6000
    line = results.line_of(result, "s299")
    assert len(line.mean) == 20
    assert line.mean[0] == pytest.approx(302, abs=12)


def test_repeated_times_end_in_a_sentence_that_names_the_series_and_the_remedy(owner):
    dataset = read_dataset(owner, hourly_text(240, twice=[30]), name="twice.csv")
    task = start_forecast(owner, dataset)
    tasks.instant_forecast(str(task.instant_job_id))
    task = again(task)
    assert task.status == PredictionTask.Status.FAILED
    assert "load" in task.error_message or "2026-01-02 06:00" in task.error_message
    assert task.error_message == task.instant_job.error
    assert not task.results.exists()


def test_a_deleted_forecast_leaves_its_job_nothing_to_do(owner):
    task = start_forecast(owner)
    job = task.instant_job
    PredictionTask.objects.filter(pk=task.pk).delete()
    tasks.instant_forecast(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED


def test_what_is_kept_speaks_the_language_of_the_person_who_asked(owner):
    with translation.override("zh-hans"):
        task = answered(owner)
    assert task.model.name.startswith("线性（")


def test_of_much_data_the_ridge_answers_before_the_others_are_ready(owner, monkeypatch):
    monkeypatch.setattr(instant, "MANY_VALUES", 100)
    seen = []
    quick = instant.quick

    def look(entrant, *given):
        seen.append((entrant.name, PredictionResult.objects.count()))
        return quick(entrant, *given)

    monkeypatch.setattr(instant, "quick", look)
    task = answered(owner)
    assert seen == [("linear", 0), ("seasonal_naive", 0), ("naive", 2)]
    assert [one.rank for one in task.results.ranked()] == [1, 2, 3]
    codes = [event.data["code"] for event in task.instant_job.events.order_by("seq")]
    assert codes == ["read", "instant"]


def test_a_model_that_the_data_are_too_short_for_is_left_out_with_the_reason(owner, monkeypatch):
    class Picky(Naive):
        def _fit(self, *_given):
            raise TooShortError("Series %(series)s has only %(rows)s rows.", series="x", rows=3)

    make = instant.create
    monkeypatch.setattr(
        instant, "create", lambda name, **given: Picky() if name == "linear" else make(name)
    )
    task = answered(owner)
    assert task.status == PredictionTask.Status.COMPLETED
    assert task.receipt["left_out"]["linear"]["details"] == {"series": "x", "rows": 3}
    assert set(task.results.values_list("name", flat=True)) == {"seasonal_naive", "naive"}


def test_of_much_data_the_job_says_which_model_is_on_how_many_series(owner, monkeypatch):
    monkeypatch.setattr(instant, "MANY_VALUES", 100)
    told = []
    report = Progress.report

    def listen(run, fraction, message="", eta=None, **detail):
        told.append((fraction, eta, detail.get("instant")))
        report(run, fraction, message, eta, **detail)

    monkeypatch.setattr(Progress, "report", listen)
    answered(owner)
    models = [detail["model"] for _, _, detail in told if detail]
    assert list(dict.fromkeys(models)) == ["linear", "seasonal_naive", "naive"]
    assert {detail["series"] for _, _, detail in told if detail} == {1}
    shares = [fraction for fraction, _, detail in told if detail]
    assert shares == sorted(shares)
    assert all(eta >= 0 for _, eta, detail in told if detail and detail["done"])
    last = [detail for _, _, detail in told if detail][-1]
    assert last["done"] == 1
    assert instant_words(Job(detail={"instant": last})) == "Naive on 1 series"


def test_a_wish_to_stop_is_heard_between_two_steps_of_a_model(owner, monkeypatch):
    task = start_forecast(owner)
    heard = []

    def stopping(run):
        heard.append(run)
        run._cancel = len(heard) > 4
        return run._cancel

    monkeypatch.setattr(Progress, "should_stop", stopping)
    tasks.instant_forecast(str(task.instant_job_id))
    task = again(task)
    assert task.instant_job.state == Job.State.CANCELLED
    assert not task.results.exists()
