"""Many series in shards: told live, kept in the receipt, cancelled inside, resumed after a kill."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from config.compute import Compute
from forecasting import results, shards, standing, tasks
from forecasting.engine.computing import dask_workers
from forecasting.engine.sharding import rule
from forecasting.engine.statistical import sharding
from forecasting.models import PredictionTask
from jobs import stopping
from jobs.progress import Progress
from tests.datasets.made import read_dataset
from tests.forecasting.made import again, raced, ready_to_race

pytestmark = pytest.mark.django_db
KIND = "dynamic_optimized_theta"
STORES = 24


def stores(owner, days=40):
    lines = ["date,store,sales"]
    for store in range(STORES):
        for day in range(days):
            sales = store * 10 + day % 7 + day * day % (store + 8)
            lines.append(f"{date(2026, 1, 1) + timedelta(day)},store {store},{sales}")
    return read_dataset(owner, "\n".join(lines) + "\n", name="stores.csv")


@pytest.fixture
def many(monkeypatch, settings):
    """24 series are many, and are fitted two at a time in this process."""
    settings.COMPUTE = Compute("local", 1, "")
    settings.JOB_REPORT_SECONDS = 0
    monkeypatch.setattr(rule, "LEAST_SERIES", STORES)
    monkeypatch.setattr(rule, "LEAST_IN_SHARD", 3)
    monkeypatch.setattr(sharding, "chunk", lambda *_: 2)


def runner_of(task):
    (found,) = [one for one in standing.runners_of(again(task)) if one["name"] == KIND]
    return found


def counting(monkeypatch):
    """How many series were fitted, call by call."""
    done, whole = [], sharding.fit_all

    def counted(job):
        found = whole(job)
        done.append(len(job.rows))
        return found

    monkeypatch.setattr(sharding, "fit_all", counted)
    return done


def on_report(monkeypatch, hear):
    """Let `hear` have the shards of every report before it is written."""
    report = Progress.report

    def heard(self, *given, **detail):
        race = detail.get("race") or {"models": []}
        hear(next((one["shards"] for one in race["models"] if one["name"] == KIND), []))
        return report(self, *given, **detail)

    monkeypatch.setattr(Progress, "report", heard)


def test_shards_are_told_and_stay_in_the_receipt_with_the_numbers_of_one_fit(
    owner, owner_client, many, monkeypatch
):
    dataset = stores(owner)
    told = []
    on_report(monkeypatch, told.append)
    task = raced(owner, KIND, dataset=dataset, horizon=7)
    assert task.status == "completed"
    halfway = [one for one in told if one and 0 < sum(have for have, _ in one) < STORES]
    assert halfway
    assert all(sum(series for _, series in one) == STORES for one in halfway)
    runner = runner_of(task)
    assert runner["shards"] == [[3, 3]] * 8
    assert runner["workers"] == 1
    html = owner_client.get(task.get_absolute_url()).content.decode()
    assert "Dynamic theta: 8 shards on 1 worker" in html
    monkeypatch.setattr(rule, "LEAST_SERIES", STORES + 1)
    alone = raced(owner, KIND, dataset=dataset, horizon=7)
    assert runner_of(alone)["shards"] == []
    one, other = (each.results.get(name=KIND) for each in (task, alone))
    assert results.table_of(one).equals(results.table_of(other))


def test_the_running_page_lists_every_shard_with_pace_and_time_left(owner, owner_client, many):
    task = ready_to_race(owner, KIND, dataset=stores(owner), horizon=7)
    job = task.training_job
    live = {"name": KIND, "kind": KIND, "state": "running", "fraction": 0.4, "left": 9.0}
    live |= {"windows": 0, "score": None, "epoch": 0, "epochs": 0, "curve": [], "reason": None}
    live |= {"shards": [[155, 155], [115, 155], [0, 155]], "workers": 2, "per_second": 11.4}
    live |= {"shards_left": 46.0, "seconds": None, "resumed": False}
    job.detail = {"race": {"stage": "race", "leader": "", "windows": 1, "models": [live]}}
    job.state = "running"
    job.save(update_fields=["detail", "state"])
    PredictionTask.objects.filter(pk=task.pk).update(status="running")
    for address in (task.get_absolute_url(), reverse("forecasting:portfolio", args=[task.pk])):
        html = owner_client.get(address).content.decode()
        assert html.count('id="forecast-shards"') == 1
        card = html.split('id="forecast-shards"')[1].split("</section>")[0]
        assert "3 shards on 2 workers" in card
        assert "270 of 465 series" in card
        assert "11 a second" in card
        assert "0:46 left" in card
        assert card.count("<li>") == 3
        assert 'aria-label="Shard 2, running"' in card
    job.detail = {}
    job.save(update_fields=["detail"])
    assert "Shard 2" not in owner_client.get(address).content.decode()


def test_cancel_is_heard_inside_a_shard(owner, many, monkeypatch):
    task = ready_to_race(owner, KIND, dataset=stores(owner), horizon=7)
    jobs = type(task.training_job).objects.filter(pk=task.training_job_id)

    def cancel(told):
        if sum(have for have, _ in told) >= 8:
            jobs.update(cancel_requested=True)

    on_report(monkeypatch, cancel)
    done = counting(monkeypatch)
    tasks.train_forecast(str(task.training_job_id))
    assert again(task).status == "cancelled"
    assert 8 <= sum(done) < STORES
    assert not again(task).results.filter(name=KIND).exists()


def test_the_successor_of_a_worker_that_went_fits_only_what_is_left(owner, many, monkeypatch):
    task = ready_to_race(owner, KIND, dataset=stores(owner), horizon=7)
    seen = []

    def going(told):
        seen.append(sum(have for have, _ in told))

    on_report(monkeypatch, going)
    monkeypatch.setattr(stopping, "requested", lambda: bool(seen) and seen[-1] >= 10)
    first = counting(monkeypatch)
    tasks.train_forecast(str(task.training_job_id))
    assert 10 <= sum(first) < STORES
    monkeypatch.setattr(stopping, "requested", lambda: False)
    job = again(task).training_job
    assert job.state == "queued"
    tasks.train_forecast(str(job.pk))
    assert again(task).status == "completed"
    # Each series once, those on their way when it went twice; the last fit, if any, is of all.
    assert sum(first) % STORES <= 3
    assert sum(first) // STORES in (1, 2)


def test_a_cluster_that_does_not_answer_keeps_nobody_from_a_forecast(
    owner, many, settings, monkeypatch
):
    monkeypatch.setattr(dask_workers, "CONNECT_SECONDS", 1)
    settings.COMPUTE = Compute("dask", 1, "tcp://127.0.0.1:9")
    task = raced(owner, KIND, dataset=stores(owner), horizon=7)
    assert task.status == "completed"
    events = [one.data for one in task.training_job.events.all()]
    (told,) = [one for one in events if one.get("code") == "here"]
    assert told["reason"]["details"]["name"] == "Dask"


@pytest.mark.parametrize(
    ("per_second", "words"), [(0.42, "0.4"), (9.96, "10.0"), (11.4, "11"), (1234.5, "1,234")]
)
def test_a_pace_in_words(per_second, words):
    assert shards.pace(per_second) == words


def test_the_last_fit_shows_its_shards_too(monkeypatch):
    runners = [
        {"name": "auto_ets", "kind": "auto_ets", "state": "done", "shards": [[3, 5]]},
        {"name": "auto_ces", "kind": "auto_ces", "state": "done", "shards": [[5, 5]]},
    ]
    for one in runners:
        one |= {"workers": 2, "per_second": None, "shards_left": None}
    monkeypatch.setattr(standing, "runners_of", lambda _: runners)
    monkeypatch.setattr(standing, "of_task", lambda _: {"stage": "calibrate"})
    assert shards.of_task(SimpleNamespace()).done == 3
