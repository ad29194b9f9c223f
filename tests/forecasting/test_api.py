"""Forecasts and models for programs: the same rules, errors of one shape."""

import io
import json
import uuid
import zipfile

import pytest

from accounts.models import Share
from forecasting.models import PredictionTask, TrainedModel
from jobs.models import Job
from tests.conftest import api_of
from tests.datasets.made import make_dataset
from tests.factories import make_token
from tests.forecasting.made import again, answered, hourly_dataset, share, start_forecast

pytestmark = pytest.mark.django_db
URL = "/api/v1/predictions/"


def one(task, *rest):
    return "/".join([f"{URL}{task.pk}", *rest]) + "/"


def problem(answer):
    return answer.json()["error"]


def test_asking_answers_202_with_the_forecast_and_the_job_to_follow(owner, owner_api):
    dataset = make_dataset(owner)
    answer = owner_api.post(URL, {"dataset": str(dataset.pk), "horizon": "2 days"})
    task = PredictionTask.objects.get()
    assert answer.status_code == 202
    body = answer.json()
    assert body["prediction"]["id"] == str(task.pk)
    assert body["prediction"]["parameters"]["horizon"] == 48
    assert body["prediction"]["status"] == "pending"
    assert body["job"]["id"] == str(task.instant_job_id)
    assert body["job"]["url"] == f"/api/v1/jobs/{task.instant_job_id}/"


def test_everything_may_be_said(owner, owner_api):
    dataset = make_dataset(owner)
    said = {"targets": ["load"], "horizon": 12, "quality": "instant", "levels": [50, 90]}
    owner_api.post(URL, {"dataset": str(dataset.pk), "name": "Mine", **said})
    task = PredictionTask.objects.get()
    assert (task.name, task.horizon, task.levels) == ("Mine", 12, [50, 90])
    assert not task.races


def test_the_same_key_makes_one_forecast(owner, owner_api):
    said = {"dataset": str(make_dataset(owner).pk)}
    first = owner_api.post(URL, said, headers={"Idempotency-Key": "abc"})
    second = owner_api.post(URL, said, headers={"Idempotency-Key": "abc"})
    assert first.json() == second.json()
    assert PredictionTask.objects.count() == Job.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"horizon": 0}, "horizon", "Enter 1 or more"),
        ({"horizon": 1_000_000}, "horizon", "is too long for 240 rows. Use 48 or fewer."),
        ({"horizon": "soon"}, "horizon", "is not a horizon"),
        ({"targets": ["wind"]}, "targets", "There is no number column called wind."),
        ({"quality": "best"}, "quality", "Choose instant, balanced or thorough."),
        ({"levels": [5]}, "levels", "from 50 to 99"),
        ({"levels": ["x"]}, "levels", "from 50 to 99"),
        ({"dataset": str(uuid.UUID(int=7))}, "dataset", "There is no such dataset."),
        ({"dataset": "load"}, "dataset", "There is no such dataset."),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_made(owner, owner_api, said, field, words):
    said = {"dataset": str(make_dataset(owner).pk), **said}
    answer = owner_api.post(URL, said)
    assert answer.status_code == 422
    assert problem(answer)["field"] == field
    assert words in problem(answer)["message"]
    assert not Job.objects.exists()


@pytest.mark.parametrize("body", [[], "load", 7, None])
def test_a_body_that_is_no_object_is_refused(owner, owner_api, body):
    make_dataset(owner)
    answer = owner_api.post(URL, json.dumps(body), content_type="application/json")
    assert answer.status_code in {400, 422}
    assert not PredictionTask.objects.exists()


def test_viewers_may_not_ask_and_strangers_find_no_dataset(owner, viewer_api, stranger_api):
    said = {"dataset": str(make_dataset(owner).pk)}
    assert viewer_api.post(URL, said).status_code == 403
    assert problem(stranger_api.post(URL, said))["code"] == "unknown_dataset"


def test_results_come_as_rows_with_what_they_are(owner, owner_api):
    task = answered(owner)
    body = owner_api.get(one(task, "results")).json()
    assert body["model"] == "linear"
    assert body["data_hash"] == task.version.content_hash
    assert (body["total"], body["next_offset"], len(body["results"])) == (24, None, 24)
    first = body["results"][0]
    assert list(first) == ["unique_id", "ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95"]
    assert (first["unique_id"], first["ds"]) == ("load", "2026-01-21T00:00:00")
    assert first["lo-95"] <= first["lo-80"] <= first["mean"] <= first["hi-80"] <= first["hi-95"]


def test_results_of_another_model_in_pages(owner, owner_api):
    task = answered(owner)
    query = {"model": "naive", "limit": 10, "offset": 20}
    body = owner_api.get(one(task, "results"), query).json()
    assert (body["model"], len(body["results"]), body["next_offset"]) == ("naive", 4, None)
    assert owner_api.get(one(task, "results"), {"limit": 10}).json()["next_offset"] == 10


@pytest.mark.parametrize(
    ("query", "field"),
    [({"model": "oracle"}, "model"), ({"limit": "many"}, "limit"), ({"offset": "-1"}, "offset")],
)
def test_a_choice_that_does_not_exist_is_named(owner, owner_api, query, field):
    answer = owner_api.get(one(answered(owner), "results"), query)
    assert answer.status_code == 422
    assert problem(answer)["field"] == field


def test_one_series_of_several(owner, owner_api):
    dataset = hourly_dataset(owner, columns=("load", "wind"))
    task = answered(owner, dataset, columns=["load", "wind"])
    assert owner_api.get(one(task, "results")).json()["total"] == 48
    body = owner_api.get(one(task, "results"), {"series": "wind"}).json()
    assert {row["unique_id"] for row in body["results"]} == {"wind"}


def test_results_before_the_answer_are_a_conflict(owner, owner_api):
    answer = owner_api.get(one(start_forecast(owner, make_dataset(owner)), "results"))
    assert answer.status_code == 409
    assert problem(answer)["code"] == "no_answer"


def test_metrics_tell_the_skill_over_seasonal_naive(owner, owner_api):
    rows = owner_api.get(one(answered(owner), "metrics")).json()["metrics"]
    by_model = {row["model"]: row for row in rows}
    assert by_model["seasonal_naive"]["skill"] == pytest.approx(0)
    linear, naive = by_model["linear"], by_model["seasonal_naive"]
    assert linear["skill"] == pytest.approx(1 - linear["mase"] / naive["mase"])
    assert 0 <= linear["coverage-80"] <= 1
    assert linear["windows"] == 6


def test_one_forecast_tells_its_headline_and_the_list_does_without(owner, owner_api):
    task = answered(owner)
    body = owner_api.get(one(task)).json()
    assert body["headline"].startswith("load will average ")
    assert "<b>" not in body["headline"]
    assert (body["status"], body["model"]) == ("completed", "linear")
    listed = owner_api.get(URL).json()["results"]
    assert [row["id"] for row in listed] == [str(task.pk)]


def test_lists_can_be_searched_and_narrowed(owner, owner_api):
    first = start_forecast(owner, make_dataset(owner, name="Solar"))
    start_forecast(owner, make_dataset(owner, name="Wind"))
    found = owner_api.get(URL, {"search": "solar"}).json()["results"]
    assert [row["id"] for row in found] == [str(first.pk)]
    assert owner_api.get(URL, {"status": "completed"}).json()["results"] == []
    assert owner_api.get(URL, {"status": "odd"}).status_code == 422


def test_the_list_costs_the_same_for_one_and_for_many(
    owner, owner_api, django_assert_max_num_queries
):
    dataset = make_dataset(owner)
    for _ in range(12):
        start_forecast(owner, dataset)
    with django_assert_max_num_queries(14):
        owner_api.get(URL)


def test_a_forecast_is_renamed_and_nothing_else_changes(owner, owner_api):
    task = start_forecast(owner, make_dataset(owner))
    answer = owner_api.patch(one(task), {"name": "Other", "status": "completed"})
    assert answer.status_code == 200
    assert (again(task).name, again(task).status) == ("Other", "pending")


def test_cancel_and_finish(owner, owner_api):
    waiting = start_forecast(owner, make_dataset(owner))
    answer = owner_api.post(one(waiting, "cancel"))
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")
    training = answered(owner, quality="balanced")
    answer = owner_api.post(one(training, "finish"))
    assert (answer.status_code, answer.json()["status"]) == (202, "completed")
    assert owner_api.post(one(training, "finish")).status_code == 409


def test_delete_is_for_the_owner(owner, owner_api, collaborator):
    task = start_forecast(owner, make_dataset(owner))
    share(task, collaborator, Share.Level.EDITOR)
    assert api_of(collaborator).delete(one(task)).status_code == 403
    assert owner_api.delete(one(task)).status_code == 204
    assert not PredictionTask.objects.exists()


@pytest.mark.parametrize("rest", [(), ("results",), ("metrics",), ("export",)])
def test_readers_may_read_and_strangers_find_nothing(owner, collaborator, stranger_api, rest):
    task = answered(owner)
    share(task, collaborator)
    assert api_of(collaborator).get(one(task, *rest)).status_code == 200
    assert stranger_api.get(one(task, *rest)).status_code == 404


@pytest.mark.parametrize("verb", ["cancel", "finish"])
def test_readers_may_not_steer(owner, collaborator, stranger_api, verb):
    task = answered(owner, quality="balanced")
    share(task, collaborator)
    assert api_of(collaborator).post(one(task, verb)).status_code == 403
    assert stranger_api.post(one(task, verb)).status_code == 404


def test_a_token_that_may_only_read_cannot_ask(owner, anonymous_api):
    dataset = make_dataset(owner)
    _row, secret = make_token(owner, ["read"])
    headers = {"Authorization": f"Token {secret}"}
    said = {"dataset": str(dataset.pk)}
    assert anonymous_api.post(URL, said, headers=headers).status_code == 403
    assert anonymous_api.get(URL, headers=headers).status_code == 200


def test_types_of_models_come_with_their_settings(owner_api):
    types = {entry["name"]: entry for entry in owner_api.get("/api/v1/models/types/").json()}
    assert {"naive", "seasonal_naive", "linear", "lstm"} <= set(types)
    assert types["lstm"]["settings"]["hidden_size"] == 128
    assert types["lstm"]["trains_long"] is True
    # Nobody can train them without weights, which this installation does not have.
    assert not {"chronos", "timesfm"} & set(types)


def test_a_trained_model_is_listed_and_downloaded(owner, owner_api, stranger_api):
    task = answered(owner)
    url = f"/api/v1/models/{task.model_id}/"
    body = owner_api.get(url).json()
    assert (body["type"], body["status"], body["dataset"]) == (
        "linear",
        "ready",
        str(task.dataset_id),
    )
    listed = owner_api.get("/api/v1/models/", {"status": "ready"}).json()["results"]
    assert str(task.model_id) in {row["id"] for row in listed}
    content = owner_api.get(f"{url}download/").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["card.md", "model.json", "model.safetensors"]
    assert stranger_api.get(url).status_code == 404
    assert stranger_api.get(f"{url}download/").status_code == 404


def test_a_model_that_is_not_ready_cannot_be_downloaded(owner, owner_api):
    task = answered(owner)
    TrainedModel.objects.filter(pk=task.model_id).update(status="training")
    assert owner_api.get(f"/api/v1/models/{task.model_id}/download/").status_code == 409
