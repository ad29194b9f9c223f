"""A race by program: follow it, stop one model, read how it went."""

import pytest

from forecasting import standing
from tests.conftest import api_of
from tests.forecasting.made import again, answered, raced, share
from tests.forecasting.test_api import one
from tests.forecasting.test_steering import racing_task

pytestmark = pytest.mark.django_db


def test_a_program_reads_every_model_of_a_race(owner, owner_api):
    task = raced(owner, "window_mean", "drift")
    said = owner_api.get(one(task)).json()
    assert (said["race"]["stage"], said["race"]["windows"]) == ("calibrate", 6)
    rows = {row["name"]: row for row in said["race"]["models"]}
    assert rows["window_mean"]["state"] == standing.DONE
    assert rows["window_mean"]["score"] == pytest.approx(
        task.results.get(name="window_mean").metrics["mase"]
    )
    assert said["receipt"]["ended"] == "done"
    board = {row["model"]: row for row in said["leaderboard"]}
    assert set(board) == {"linear", "seasonal_naive", "naive", "window_mean", "drift"}


def test_an_instant_forecast_has_no_race(owner, owner_api):
    assert owner_api.get(one(answered(owner))).json()["race"] == {}


def test_one_model_is_stopped(owner, owner_api):
    task = racing_task(owner)
    answer = owner_api.post(one(task, "stop"), {"model": "lstm"})
    assert answer.status_code == 202
    assert answer.json()["race"]["models"][0]["name"] == "lstm"
    assert again(task).stopped_models == ["lstm"]


def test_the_reason_of_a_model_is_a_sentence(owner, owner_api):
    why = {"template": "%(model)s needs %(rows)s rows.", "details": {"model": "tft", "rows": 900}}
    task = racing_task(owner, "skipped", reason=why)
    assert owner_api.get(one(task)).json()["race"]["models"][0]["reason"] == "TFT needs 900 rows."


@pytest.mark.parametrize(
    ("said", "status", "field"),
    [({}, 400, "model"), ({"model": "oracle"}, 422, "model"), ({"model": "x" * 61}, 400, "model")],
)
def test_a_model_that_does_not_race_cannot_be_stopped(owner, owner_api, said, status, field):
    answer = owner_api.post(one(racing_task(owner), "stop"), said)
    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field)


def test_readers_may_not_stop_and_strangers_find_nothing(owner, collaborator, stranger_api):
    task = racing_task(owner)
    share(task, collaborator)
    said = {"model": "lstm"}
    assert api_of(collaborator).post(one(task, "stop"), said).status_code == 403
    assert stranger_api.post(one(task, "stop"), said).status_code == 404
    assert again(task).stopped_models == []
