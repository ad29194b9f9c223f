"""Scores and watches of several columns, of stores one under another, of flat series, of nets."""

import numpy as np
import pytest

from datasets.versioning import appending
from forecasting.models import ModelLine, ModelWatch
from forecasting.watching import accuracy, challenging, scoring, watch_jobs, words
from jobs.models import Job
from tests.datasets.given import Quietly, build_here
from tests.datasets.made import read_dataset
from tests.forecasting.appended import HOURS, append, usual_dataset, usual_values
from tests.forecasting.asked import store_dataset
from tests.forecasting.made import answered, raced
from tests.forecasting.watched import as_text

pytestmark = pytest.mark.django_db


def add(dataset, text):
    arrived = appending.keep(dataset, name="more.csv", content=[text.encode()])
    run = Quietly(dataset=str(dataset.pk), same="ask", **arrived.to_dict())
    return appending.append(run, reader=build_here)


def look(dataset):
    watch = watch_jobs.watch_of(ModelLine.objects.get(dataset=dataset))
    job = watch_jobs.start_look(watch)
    watch_jobs.watch_model(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, job.error
    return ModelWatch.objects.for_judging().get(pk=watch.pk)


def store_rows(first, last, stores=4):
    lines = ["date,store,sales"]
    for store in range(1, stores + 1):
        for day in range(first, last):
            month, date = divmod(day, 28)
            sales = store * 10 + day % 7 + day * day % 3
            lines.append(f"2026-{month + 1:02d}-{date + 1:02d},shop {store},{sales}")
    return "\n".join(lines) + "\n"


def test_stores_one_under_another_are_scored_and_watched_each(owner):
    dataset = store_dataset(owner, days=84)
    task = answered(owner, dataset, horizon=7)
    newest = add(dataset, store_rows(84, 98))
    assert scoring.score_all(newest) == 1
    found = accuracy.of_task(task)
    # The days from 29 to 31 March never come.
    assert (found.whole.values, found.known_of_this) == (16, 4)
    assert not found.is_tested
    assert [held.count for held in found.newest.coverage.values()] == [16, 16]
    watch = look(dataset)
    assert (watch.seen["series"], watch.seen["times"], watch.seen["values"]) == (4, 14, 56)


def test_two_columns_are_two_series(owner):
    def text(values, first=0):
        lines = as_text(values, first).splitlines()
        return "\n".join(
            [lines[0] + ",wind", *(f"{line},{50 + n % 5}" for n, line in enumerate(lines[1:]))]
        )

    dataset = read_dataset(owner, text(usual_values(HOURS)))
    task = answered(owner, dataset, columns=["load", "wind"])
    newest = add(dataset, text(usual_values(HOURS + 30)[HOURS:], HOURS))
    scoring.score(task, newest)
    assert accuracy.of_task(task).whole.values == 48
    watch = look(dataset)
    assert (watch.seen["series"], watch.seen["values"]) == (2, 60)


def test_a_flat_series_that_stays_flat_is_steady_and_one_that_moves_drifts(owner):
    dataset = read_dataset(owner, as_text(np.r_[5.5, np.full(HOURS - 1, 5.0)]))
    task = answered(owner, dataset)
    newest = append(dataset, np.full(60, 5.0), HOURS)
    scoring.score(task, newest)
    found = accuracy.of_task(task)
    assert found.whole.mae == pytest.approx(0.0, abs=0.01)
    assert look(dataset).state == ModelWatch.State.STEADY
    # It keeps moving: whichever rule leads among those without an error, none follows.
    append(dataset, 9.0 + 4.0 * np.arange(40), HOURS + 60)
    watch = look(dataset)
    assert watch.state == ModelWatch.State.DRIFTING
    assert words.summary(watch)


@pytest.mark.slow
def test_a_net_is_watched_and_challenged_in_the_training_pool(owner):
    net = {"name": "small", "type": "dlinear", "settings": {"epochs": 2, "epoch_windows": 64}}
    dataset = usual_dataset(owner)
    task = raced(owner, net, dataset=dataset)
    line = ModelLine.objects.get(dataset=dataset)
    ModelLine.objects.filter(pk=line.pk).update(
        champion=task.results.get(name="small").model.registered, challenger=None
    )
    append(dataset, usual_values(HOURS + 120)[HOURS:], HOURS)
    watch = look(dataset)
    assert watch.look_job.pool == Job.Pool.TRAINING
    assert watch.seen["times"] == 120
    job = challenging.start(watch, why=challenging.Why.HAND, actor=owner)
    assert job.pool == Job.Pool.TRAINING
    challenging.train_challenger(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, job.error
    line.refresh_from_db()
    assert line.challenger.model.type == "dlinear"
    assert line.challenger.model.is_ready


def test_a_cancelled_challenger_leaves_nothing(owner, monkeypatch):
    dataset = usual_dataset(owner)
    answered(owner, dataset)
    append(dataset, usual_values(HOURS + 120)[HOURS:], HOURS)
    watch = look(dataset)
    job = challenging.start(watch, why=challenging.Why.HAND, actor=owner)
    before = ModelLine.objects.get(dataset=dataset).versions.count()
    monkeypatch.setattr("jobs.progress.Progress.should_stop", lambda _self: True)
    monkeypatch.setattr("jobs.progress.Progress._cancel", True, raising=False)
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    challenging.train_challenger(str(job.pk))
    line = ModelLine.objects.get(dataset=dataset)
    assert line.versions.count() == before
    assert line.challenger is None
