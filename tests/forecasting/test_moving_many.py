"""New rows move a forecast of many series: totals still add up, who came and went is named."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.urls import reverse

from datasets.versioning import appending
from forecasting import results, tasks
from forecasting.fresh import following, move_jobs, roll, runs
from forecasting.models import PredictionTask
from forecasting.portfolio import summary
from tests.datasets.given import Quietly, build_here
from tests.datasets.made import read_dataset
from tests.forecasting.asked import ask_api
from tests.forecasting.made import again
from tests.forecasting.serving_in_a_thread import served

pytestmark = pytest.mark.django_db
REGIONS = {"a": "north", "b": "north", "c": "south"}
BEGIN = date(2026, 1, 1)
DAYS = 100


def table(first, days, regions=REGIONS, without=()):
    lines = ["date,store,region,sales"]
    random = np.random.default_rng(first)
    for place, (store, region) in enumerate(regions.items()):
        for day in range(first, first + days):
            if store not in without:
                sales = 20 * (place + 1) + 5 * (day % 7) + random.normal(0, 2)
                lines.append(f"{BEGIN + timedelta(day)},{store},{region},{sales:.3f}")
    return "\n".join(lines) + "\n"


def answered(client, dataset, **body):
    made = ask_api(client, dataset, horizon="7", targets=["sales"], quality="instant", **body)
    assert made.status_code == 202, made.json()
    task = PredictionTask.objects.get()
    tasks.instant_forecast(str(task.instant_job_id))
    return again(task)


def moved(task, text):
    dataset = task.dataset
    arrived = appending.keep(dataset, name="more.csv", content=[text.encode()])
    run = Quietly(dataset=str(dataset.pk), same="ask", **arrived.to_dict())
    appending.append(run, reader=build_here)
    dataset.refresh_from_db()
    following.move(again(task), moved_by=runs.MovedBy.ASKED)
    made = runs.underway(task)
    move_jobs.move_forecast(str(made.instant_job_id))
    made = again(made)
    if made.training_job_id:
        move_jobs.move_forecast(str(made.training_job_id))
    return again(made)


def by_name(result):
    frame = results.table_of(result)
    return {name: rows["mean"].to_numpy() for name, rows in frame.groupby("unique_id", sort=False)}


def assert_adds_up(found):
    np.testing.assert_allclose(found["north"], found["a"] + found["b"], rtol=1e-9)
    np.testing.assert_allclose(found["total"], found["north"] + found["c"], rtol=1e-9)


def test_a_new_series_is_named_and_the_others_move(owner, owner_client, monkeypatch):
    monkeypatch.setattr(summary, "MANY_SERIES", 3)
    made = []
    monkeypatch.setattr(summary, "path_of", lambda task, *_: made.append(task.run))
    task = answered(owner_client, read_dataset(owner, table(0, DAYS), name="shops.csv"))
    later = table(DAYS, 5, REGIONS | {"d": "south"}, without=("b",))
    run = moved(task, later)
    assert run.status == "completed"
    told = run.receipt["moved"]["series"]
    assert told == {
        "new": {"count": 1, "names": ["d"]},
        "quiet": {"count": 1, "names": ["b"]},
    }
    assert results.labels_of(run.results.get(name="linear")) == ["a", "b", "c"]
    assert made == [1, run.run]
    html = owner_client.get(run.get_absolute_url()).content.decode()
    assert "1 new series is not in this forecast until it is trained again: d." in html
    assert "1 series has no new row and is forecast from its own last one: b." in html
    listed = owner_client.get(f"/api/v1/predictions/{task.pk}/runs/").json()
    assert [one["series"] for one in listed] == [told, {}]


def test_totals_still_add_up_after_new_rows_and_a_new_series(owner, owner_client):
    dataset = read_dataset(owner, table(0, DAYS), name="shops.csv")
    task = answered(owner_client, dataset, hierarchy={"columns": ["region"]})
    run = moved(task, table(DAYS, 5, REGIONS | {"d": "south"}))
    assert run.status == "completed"
    assert run.receipt["moved"]["series"]["new"]["names"] == ["d"]
    before, after = (by_name(one.results.get(name="linear")) for one in (task, run))
    assert_adds_up(after)
    assert not np.allclose(before["total"], after["total"])
    assert "d" not in after
    html = owner_client.get(reverse("forecasting:portfolio", args=[run.pk])).content.decode()
    assert "Totals add up" in html


def test_a_model_of_totals_that_is_asked_adds_up(owner, owner_client, settings):
    dataset = read_dataset(owner, table(0, DAYS), name="shops.csv")
    task = answered(owner_client, dataset, hierarchy={"columns": ["region"]})
    model = task.results.get(name="linear").model
    run = moved(task, table(DAYS, 5, REGIONS | {"d": "south"}))
    address = f"/api/v1/models/{model.pk}/predict/"
    # The single series are enough: the model makes the levels itself.
    rows = [
        {"unique_id": store, "ds": str(BEGIN + timedelta(day)), "sales": 20.0 + day % 7}
        for store in REGIONS
        for day in range(DAYS)
    ]
    with served(settings):
        newest, own = (
            owner_client.post(address, body, content_type="application/json")
            for body in ({}, {"rows": rows})
        )
    assert newest.status_code == own.status_code == 200, (newest.json(), own.json())
    for answer in (newest, own):
        told = {one["unique_id"]: np.array(one["mean"]) for one in answer.json()["results"]}
        assert_adds_up(told)
        assert "d" not in told
    told = {one["unique_id"]: np.array(one["mean"]) for one in newest.json()["results"]}
    expected = by_name(run.results.get(name="linear"))
    np.testing.assert_allclose(told["total"], expected["total"], rtol=1e-6)


def test_a_series_that_went_is_named_and_the_others_are_answered(owner, owner_client):
    task = answered(owner_client, read_dataset(owner, table(0, DAYS), name="shops.csv"))
    fewer = task.parameters | {"series": ["a", "b"]}
    PredictionTask.objects.filter(pk=task.pk).update(parameters=fewer)
    run = moved(task, table(DAYS, 3))
    assert run.status == "completed"
    assert run.receipt["moved"]["series"] == {"gone": {"count": 1, "names": ["c"]}}
    for name in ("linear", "seasonal_naive", "naive"):
        found = by_name(run.results.get(name=name))
        assert list(found) == ["a", "b"]
    assert roll.words(run) == ["1 series is no longer in the data: c."]


def test_many_names_are_counted():
    found = roll.Roll(gone=[f"s{n}" for n in range(1_007)])
    run = PredictionTask(receipt={"moved": {"series": found.as_receipt()}})
    assert roll.words(run) == [
        "1,007 series are no longer in the data: s0, s1, s2, s3, s4 and 1,002 more."
    ]
