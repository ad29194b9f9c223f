"""New rows move a forecast without training: a new run, within one job, weights unchanged."""

import numpy as np
import pytest

from accounts.models import AuditEvent
from accounts.problems import Conflict
from forecasting import backtests, live, results, starting
from forecasting.engine import artifacts
from forecasting.fresh import comparing, following, move_jobs, refitting, runs, tasks, words
from forecasting.fresh.shown import ShownRuns
from forecasting.models import AlertRule, ModelVersion, PredictionTask, TrainedModel
from forecasting.serving.answering import fetched
from forecasting.shown import ShownForecast
from forecasting.tasks import instant_forecast
from jobs import moves
from tests.datasets.made import read_dataset
from tests.factories import make_user
from tests.forecasting.appended import append
from tests.forecasting.made import again, answered, hourly_text, raced, share

pytestmark = pytest.mark.django_db

HOURS = 240


@pytest.fixture
def owner():
    return make_user()


@pytest.fixture
def dataset(owner):
    return read_dataset(owner, hourly_text(HOURS))


def grown(dataset, hours=24, first=HOURS):
    """The same cycle goes on for so many hours, 50 higher than before."""
    values = [150 + 30 * np.sin(2 * np.pi * hour / 24) for hour in range(hours)]
    return append(dataset, values, first)


def moved(task, dataset, **how):
    """The run that new rows bring, at its end."""
    version = grown(dataset, **how)
    tasks.bring_up_to_date(str(version.pk))
    return finished(runs.underway(task))


def finished(run):
    move_jobs.move_forecast(str(run.instant_job_id))
    run = again(run)
    if run.training_job_id:
        move_jobs.move_forecast(str(run.training_job_id))
    return again(run)


def learned(row):
    """Every array that a model learned, apart from the rows it remembers and its intervals."""
    return artifacts.load(fetched(row.model_path)[0]).learned_arrays()


def first_time(task):
    return results.table_of(task.results.ranked().first())["ds"].min()


def test_new_rows_move_a_forecast_and_no_weight_changes(owner, dataset):
    task = answered(owner, dataset)
    weights = {one.name: learned(one.model) for one in task.results.select_related("model")}
    models, versions = TrainedModel.objects.count(), ModelVersion.objects.count()
    run = moved(task, dataset)
    assert (run.run, run.origin_id, run.moved_by, run.status) == (2, task.pk, "append", "completed")
    assert (run.version.number, run.refits) == (2, False)
    assert first_time(run) - first_time(task) == np.timedelta64(24, "h")
    assert (TrainedModel.objects.count(), ModelVersion.objects.count()) == (models, versions)
    assert set(run.results.values_list("name", flat=True)) == set(weights)
    for one in run.results.select_related("model"):
        after = learned(one.model)
        assert after.keys() == weights[one.name].keys()
        for name, array in after.items():
            np.testing.assert_array_equal(array, weights[one.name][name], err_msg=name)


def test_a_moved_run_keeps_ranks_and_tests_and_says_on_which_version_they_are_of(owner, dataset):
    task = answered(owner, dataset)
    run = moved(task, dataset)
    before = {one.name: (one.rank, one.metrics) for one in task.results.all()}
    assert {one.name: (one.rank, one.metrics) for one in run.results.all()} == before
    assert run.receipt["moved"] == {
        "from": str(task.pk),
        "run": 1,
        "last": task.receipt["last"],
        "rows": 24,
        "tested_on": 1,
        "reasons": {},
        "series": {},
    }
    assert run.receipt["rows"] == HOURS + 24


def test_a_second_move_starts_from_the_first_and_outlives_it(owner, dataset):
    task = answered(owner, dataset)
    run = moved(task, dataset)
    third = moved(task, dataset, first=HOURS + 24)
    assert (third.run, third.origin_id) == (3, task.pk)
    assert third.receipt["moved"]["run"] == 2
    assert first_time(third) - first_time(run) == np.timedelta64(24, "h")
    starting.delete_run(run)
    assert backtests.cutoffs(third.results.ranked().first())
    assert learned(third.results.ranked().first().model)


def test_lists_show_the_newest_run_with_an_answer(owner, dataset):
    task = answered(owner, dataset)
    version = grown(dataset)
    tasks.bring_up_to_date(str(version.pk))
    run = runs.underway(task)
    assert list(PredictionTask.objects.for_list(owner)) == [task]
    finished(run)
    assert list(PredictionTask.objects.for_list(owner)) == [run]


def test_a_failed_run_leaves_the_answer_before_it_standing(owner, dataset):
    task = answered(owner, dataset)
    version = grown(dataset)
    TrainedModel.objects.all().update(model_path="")
    tasks.bring_up_to_date(str(version.pk))
    run = finished(runs.underway(task))
    assert run.status == "failed"
    assert "deleted" in run.error_message
    assert runs.newest(run) == task
    shown = ShownRuns(ShownForecast(task))
    assert (shown.is_newest, shown.failed) == (True, run)


def test_only_the_newest_forecast_of_a_thing_follows_until_somebody_switches(owner, dataset):
    old, other = answered(owner, dataset), answered(owner, dataset, horizon=12)
    new = answered(owner, dataset)
    follow = {one.pk: one.follows for one in PredictionTask.objects.all()}
    assert follow == {old.pk: False, other.pk: True, new.pk: True}
    following.set_following(old, on=True, by=owner)
    following.set_following(new, on=False, by=owner)
    tasks.bring_up_to_date(str(grown(dataset).pk))
    moving = set(PredictionTask.objects.filter(run=2).values_list("origin", flat=True))
    assert moving == {old.pk, other.pk}
    assert AuditEvent.objects.filter(action="forecast.follows").exists()


def test_rows_that_were_seen_move_nothing(owner, dataset):
    task = answered(owner, dataset)
    with pytest.raises(Conflict, match="has seen all rows"):
        following.move(task)
    values = [100.0] * 24
    version = append(dataset, values, HOURS)
    PredictionTask.objects.filter(pk=task.pk).update(receipt=task.receipt | {"last": "2030-01-01"})
    tasks.bring_up_to_date(str(version.pk))
    assert not PredictionTask.objects.filter(run=2).exists()


def test_one_run_is_made_at_a_time(owner, dataset):
    task = answered(owner, dataset)
    grown(dataset)
    following.move(task)
    with pytest.raises(Conflict, match="Run 2 of this forecast is being made"):
        refitting.refit(task)


def test_rows_that_come_during_a_run_bring_the_next_one(
    owner, dataset, django_capture_on_commit_callbacks, monkeypatch
):
    task = answered(owner, dataset)
    sent = []
    monkeypatch.setattr(following, "send", sent.append)
    grown(dataset)
    run = following.move(task)
    newest = grown(dataset, first=HOURS + 24)
    with django_capture_on_commit_callbacks(execute=True):
        finished(run)
    assert newest.pk in sent


def test_a_cancelled_run_changes_nothing(owner, dataset):
    task = answered(owner, dataset)
    grown(dataset)
    run = following.move(task)
    moves.cancel(run.instant_job)
    move_jobs.move_forecast(str(run.instant_job_id))
    assert again(run).status == "cancelled"
    assert runs.newest(task) == task


def test_alert_rules_go_on_with_the_newest_run(owner, dataset):
    task = answered(owner, dataset)
    rule = AlertRule.objects.create(owner=owner, dataset=dataset, task=task, limit=1e9)
    run = moved(task, dataset)
    rule.refresh_from_db()
    assert rule.task == run


def test_who_was_given_one_run_sees_the_next(owner, dataset):
    task, friend, stranger = answered(owner, dataset), make_user(), make_user()
    share(task, friend)
    run = moved(task, dataset)
    assert list(PredictionTask.objects.for_list(friend)) == [run]
    assert not PredictionTask.objects.for_list(stranger).exists()
    assert not PredictionTask.objects.editable_by(friend).exists()


def test_deleting_a_forecast_takes_all_its_runs_and_models(owner, dataset):
    run = moved(answered(owner, dataset), dataset)
    starting.delete(run)
    assert not PredictionTask.objects.exists()
    assert not TrainedModel.objects.exists()


def test_a_new_name_is_that_of_every_run(owner, dataset, client):
    run = moved(answered(owner, dataset), dataset)
    client.force_login(owner)
    client.post(f"{run.get_absolute_url()}rename/", {"name": "Week plan"})
    names = PredictionTask.objects.values_list("name", flat=True)
    assert list(names) == ["Week plan", "Week plan"]


def test_old_runs_are_thinned_to_the_newest_and_one_a_day(owner, dataset, settings):
    settings.FORECAST_RUNS, settings.FORECAST_RUN_DAYS = 2, 90
    task = answered(owner, dataset)
    for number in range(2, 7):
        PredictionTask.objects.create(
            owner=owner,
            dataset=dataset,
            version=task.version,
            name=task.name,
            parameters=task.parameters,
            origin=task,
            run=number,
            status="completed",
        )
    assert runs.thin(task) == 2
    kept = PredictionTask.objects.order_by("run").values_list("run", flat=True)
    # The first, the newest two, and the last of the rest of that day.
    assert list(kept) == [1, 4, 5, 6]


@pytest.mark.slow
def test_models_of_a_race_move_and_so_does_what_needs_torch(owner, dataset):
    task = raced(owner, "linear", "lightgbm", dataset=dataset)
    run = moved(task, dataset)
    assert run.training_job is not None
    assert (run.training_job.pool, run.status) == ("training", "completed")
    names = set(task.results.values_list("name", flat=True))
    assert set(run.results.values_list("name", flat=True)) == names
    assert run.model == task.model


def test_a_refit_is_a_run_whose_models_learn_again(owner, dataset):
    task = answered(owner, dataset)
    grown(dataset)
    run = refitting.refit(task, actor=owner)
    instant_forecast(str(run.instant_job_id))
    run = again(run)
    assert (run.run, run.refits, run.moved_by, run.status) == (2, True, "asked", "completed")
    assert run.parameters == task.parameters
    assert set(run.results.values_list("model")).isdisjoint(task.results.values_list("model"))


def test_what_moved_is_said_in_numbers(owner, dataset):
    task = answered(owner, dataset)
    run = moved(task, dataset)
    result = run.results.ranked().first()
    before = results.line_of(task.results.get(name=result.name), "load")
    grown_values = [150 + 30 * np.sin(2 * np.pi * hour / 24) for hour in range(24)]
    found = comparing.between(task, run, result, "load")
    missed = (np.mean(grown_values) - np.mean(before.mean)) / np.mean(np.abs(before.mean))
    assert (found.came, found.shared) == (24, 0)
    assert found.missed == pytest.approx(missed, rel=1e-3)
    said = words.moved(found)
    assert said.startswith("24 values have come since run 1, on average ")
    assert said.endswith("No time is covered by both runs.")


def test_the_shared_steps_of_two_runs_are_compared(owner, dataset):
    task = answered(owner, dataset)
    run = moved(task, dataset, hours=6)
    result = run.results.ranked().first()
    old = results.line_of(task.results.get(name=result.name), "load")
    new = results.line_of(result, "load")
    said = dict(zip(old.times, old.mean, strict=True))
    gaps = {t: v - said[t] for t, v in zip(new.times, new.mean, strict=True) if t in said}
    most = max(gaps, key=lambda time: abs(gaps[time]))
    found = comparing.between(task, run, result, "load")
    assert (found.shared, found.most_time) == (18, most)
    assert found.most_now - found.most_before == pytest.approx(gaps[most])
    assert "on the 18 steps that both cover" in words.moved(found)


def test_the_page_says_the_run_and_leads_to_its_neighbours(owner, dataset, client):
    task = answered(owner, dataset)
    run = moved(task, dataset)
    client.force_login(owner)
    page = client.get(run.get_absolute_url()).content.decode()
    assert "run 2" in page
    assert task.get_absolute_url() in page
    assert "24 values have come since run 1" in page
    page = client.get(task.get_absolute_url()).content.decode()
    assert "This is an earlier run." in page
    assert run.get_absolute_url() in page


def test_the_buttons_of_the_page_move_refit_and_switch(owner, dataset, client):
    task = answered(owner, dataset)
    grown(dataset)
    client.force_login(owner)
    address = task.get_absolute_url()
    assert client.post(f"{address}follow/", {"on": "0"}).status_code == 302
    task.refresh_from_db()
    assert not task.follows
    answer = client.post(f"{address}update/")
    run = PredictionTask.objects.get(run=2)
    assert answer.url == run.get_absolute_url()
    assert client.post(f"{address}refit/").status_code == 409
    finished(run)
    assert client.post(f"{address}refit/").status_code == 302
    assert PredictionTask.objects.get(run=3).refits


def test_the_api_lists_runs_moves_and_refits(owner, dataset, client):
    task = answered(owner, dataset)
    grown(dataset)
    client.force_login(owner)
    at = f"/api/v1/predictions/{task.pk}"
    started = client.post(f"{at}/move/")
    assert started.status_code == 202
    assert started.json()["prediction"]["run"] == 2
    finished(PredictionTask.objects.get(run=2))
    listed = client.get(f"{at}/runs/").json()
    assert [(one["run"], one["moved_by"], one["refits"]) for one in listed] == [
        (2, "asked", False),
        (1, "asked", True),
    ]
    assert client.post(f"{at}/move/").status_code == 409
    newest = client.get("/api/v1/predictions/").json()["results"]
    assert [one["run"] for one in newest] == [2]
    assert len(client.get("/api/v1/predictions/?runs=all").json()["results"]) == 2
    said = client.post(f"{at}/follow/", {"on": False}, content_type="application/json")
    assert said.json() == {"on": False}


def test_the_live_fragment_shows_a_run_that_moves(owner, dataset):
    task = answered(owner, dataset)
    grown(dataset)
    run = following.move(task)
    assert "forecast" in live.fragment(run.instant_job, owner)
