"""Forecasts on demand over REST: from the newest rows of the dataset, or from rows sent along."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.embedded.ports import free_port
from datasets import storage
from datasets.frames import read_panel
from forecasting.engine import artifacts
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.models import TrainedModel
from forecasting.serving import client, counting, predicting
from tests.forecasting.made import answered, hourly_dataset, share
from tests.forecasting.serving_in_a_thread import drain, served

ROOT = Path(__file__).resolve().parents[2]
QUICK_LSTM = {"epochs": 1, "epoch_windows": 64, "hidden_size": 8}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_memory():
    predicting._answers.cache_clear()
    client._pool.cache_clear()


def url(row):
    return f"/api/v1/models/{row.pk}/predict/"


@pytest.fixture
def linear(owner):
    return answered(owner).results.get(type="linear").model


@pytest.fixture
def lstm(owner, tmp_path):
    """A network that takes the place of a ridge: quicker than a race."""
    row = answered(owner).results.get(type="linear").model
    panel = read_panel(row.version, ["load"])
    model = create("lstm", **QUICK_LSTM).fit(panel, horizon=24)
    storage.delete_tree(row.model_path)
    for path in artifacts.save(model, tmp_path / "lstm").iterdir():
        storage.put(path, f"{row.model_path}/{path.name}")
    row.type = "lstm"
    row.save()
    return row, model


def rows_of(panel, name="load"):
    times = panel.times(panel.ids[0])
    return [
        {"ds": str(ds), name: value}
        for ds, value in zip(times, panel.values[:, 0].tolist(), strict=True)
    ]


def test_without_rows_the_newest_of_the_dataset_are_taken(owner_api, linear):
    answer = owner_api.post(url(linear))
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["type"], said["asked_with"], said["number"]) == ("linear", "dataset", 1)
    panel = read_panel(linear.version, ["load"])
    expected = artifacts.load(artifact_of(linear)).predict(panel)
    [series] = said["results"]
    assert np.allclose(series["mean"], expected.mean[0, :, 0])
    assert np.allclose(series["hi-95"], expected.upper[95][0, :, 0])
    assert series["last"] == str(panel.times("load")[-1].to_datetime64().astype("datetime64[s]"))
    assert len(series["ds"]) == 24


def artifact_of(row):
    return storage.local_copy(f"{row.model_path}/model.json").parent


def test_the_answer_equals_the_stored_result(owner_api, linear):
    [stored] = linear.results.get().predictions["series"]
    [series] = owner_api.post(url(linear)).json()["results"]
    assert np.allclose(series["mean"], stored["mean"])
    assert series["ds"] == stored["times"]


def test_rows_that_are_sent_move_the_forecast(owner_api, linear):
    panel = read_panel(linear.version, ["load"]).drop_last(30)
    answer = owner_api.post(
        url(linear), {"rows": rows_of(panel), "horizon": 6, "levels": [50]}
    ).json()
    expected = artifacts.load(artifact_of(linear)).predict(panel, 6, (50,))
    [series] = answer["results"]
    assert answer["asked_with"] == "rows"
    assert np.allclose(series["mean"], expected.mean[0, :, 0])
    assert {key for key in series if key.startswith(("lo", "hi"))} == {"lo-50", "hi-50"}


def test_a_new_version_of_the_data_moves_the_forecast_without_a_fit(owner_api, linear, owner):
    before = owner_api.post(url(linear)).json()["results"][0]
    longer = hourly_dataset(owner, hours=500).current_version
    type(longer).objects.filter(pk=longer.pk).update(dataset=linear.dataset, number=2)
    after = owner_api.post(url(linear)).json()["results"][0]
    assert after["last"] > before["last"]
    assert after["mean"] != before["mean"]


def test_every_forecast_is_counted(owner_api, linear):
    assert counting.lately([linear.pk])[linear.pk] == 0
    owner_api.post(url(linear))
    owner_api.post(url(linear))
    assert counting.lately([linear.pk])[linear.pk] == 2


@pytest.mark.parametrize(
    ("asked", "field", "sentence"),
    [
        ({"rows": []}, "rows", "There are no rows"),
        ({"rows": "x"}, "rows", "a list of objects"),
        ({"rows": [{"load": 3}]}, "rows", 'its time in "ds"'),
        ({"rows": [{"ds": "2026-01-01", "wind": 3}]}, "rows", "lacks load"),
        ({"rows": [{"ds": "soon", "load": 3}]}, "rows", '"soon" in ds is not a time'),
        ({"rows": [{"ds": "2026-01-01", "load": "x"}]}, "rows", '"x" in load is not a number'),
        (
            {"rows": [{"ds": f"2026-01-01 00:{m}:00", "load": 3} for m in (10, 20, 30)]},
            "rows",
            "not on the h grid",
        ),
        ({"horizon": 25}, "", "fitted for 24 steps; 25 need a new fit"),
        ({"horizon": 0}, "horizon", "1 or more"),
        ({"horizon": "week"}, "horizon", "1 or more"),
        ({"levels": [0]}, "levels", "between 0 and 100"),
        ({"levels": "80"}, "levels", "between 0 and 100"),
        ([1, 2], "", "Send one JSON object"),
    ],
)
def test_what_does_not_fit_is_a_sentence(owner_api, linear, asked, field, sentence):
    answer = owner_api.post(url(linear), asked)
    problem = answer.json()["error"]
    assert answer.status_code == 422
    assert sentence in problem["message"]
    assert problem["field"] == field


def test_a_model_that_is_not_ready_says_so(owner_api, linear):
    TrainedModel.objects.filter(pk=linear.pk).update(status=TrainedModel.Status.TRAINING)
    answer = owner_api.post(url(linear))
    assert answer.status_code == 409
    assert "not trained yet" in answer.json()["error"]["message"]


def test_a_damaged_file_is_a_sentence(owner_api, linear):
    path = storage.local_copy(f"{linear.model_path}/model.safetensors")
    path.write_bytes(b"nothing")
    answer = owner_api.post(url(linear))
    assert answer.status_code == 422
    assert "damaged or was changed" in answer.json()["error"]["message"]


def test_strangers_find_nothing_and_readers_may_ask(
    owner, collaborator_api, collaborator, stranger_api, linear
):
    share(linear, collaborator)
    assert collaborator_api.post(url(linear)).status_code == 200
    assert stranger_api.post(url(linear)).status_code == 404


def test_a_network_answers_from_the_serving_process(owner_api, lstm, settings):
    row, model = lstm
    panel = read_panel(row.version, ["load"]).drop_last(10)
    with served(settings) as app:
        said = owner_api.post(url(row), {"rows": rows_of(panel)})
        newest = owner_api.post(url(row))
        assert app.health()["models"] == 1
    assert said.status_code == 200, said.content
    expected = model.predict(panel)
    assert np.allclose(said.json()["results"][0]["mean"], expected.mean[0, :, 0])
    assert np.allclose(said.json()["results"][0]["lo-80"], expected.lower[80][0, :, 0])
    whole = model.predict(read_panel(row.version, ["load"]))
    assert np.allclose(newest.json()["results"][0]["mean"], whole.mean[0, :, 0])


def test_what_a_network_refuses_reaches_people(owner_api, lstm, settings):
    with served(settings):
        answer = owner_api.post(url(lstm[0]), {"horizon": 99})
    assert answer.status_code == 422
    assert "fitted for 24 steps; 99 need a new fit" in answer.json()["error"]["message"]


def test_while_the_serving_process_starts_people_are_told_when_to_ask_again(
    owner_api, lstm, settings
):
    settings.SERVING_URL = f"http://127.0.0.1:{free_port()}"
    answer = owner_api.post(url(lstm[0]))
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer.json()["error"]["code"] == "serving_starts"


def test_without_a_serving_process_the_remedy_is_named(owner_api, lstm, settings):
    settings.SERVING_URL = ""
    answer = owner_api.post(url(lstm[0]))
    assert answer.status_code == 503
    assert "ALMANAC_SERVING_URL" in answer.json()["error"]["message"]


def test_a_serving_process_that_was_restarted_is_asked_again(owner_api, lstm, settings):
    port = free_port()
    for _ in range(2):
        with served(settings, port=port, keep=True):
            assert owner_api.post(url(lstm[0])).status_code == 200
    drain(settings)


def test_nobody_without_the_token_is_answered(owner_api, lstm, settings):
    with served(settings, secret="another") as app:
        assert owner_api.post(url(lstm[0])).status_code == 503
        assert app.health()["models"] == 0


def test_a_panel_goes_over_the_wire_to_the_bit(lstm, settings):
    row, _ = lstm
    panel = read_panel(row.version, ["load"])
    noisy = Panel.from_arrays({"load": panel.values[:, 0] + 1e-13}, panel.starts[0], "h")
    question = predicting.Question(
        predicting.Stored(row.model_path, "1"), panel=noisy, levels=(33.3,)
    )
    with served(settings):
        far = client.ask(question).forecast
    near = predicting.Answers(1 << 24).answer(question).forecast
    assert np.array_equal(far.mean, near.mean)
    assert np.array_equal(far.upper[33.3], near.upper[33.3])
    assert np.array_equal(far.times, near.times)
    assert far.notes == near.notes


@pytest.mark.slow
def test_the_process_itself_starts_answers_and_goes(lstm, settings, owner_api):
    port = free_port()
    settings.SERVING_URL = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "ALMANAC_VAR": str(settings.VAR_DIR)}
    environment["SECRET_KEY"] = settings.SECRET_KEY
    command = [sys.executable, "-m", "forecasting.serving", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not healthy(port):
            time.sleep(0.2)
        assert owner_api.post(url(lstm[0])).status_code == 200
        assert healthy(port)["models"] == 1
    finally:
        drain(settings)
        process.terminate()
        assert process.wait(timeout=15) in (0, -15)


def healthy(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return json.load(answer)
    except OSError:
        return None


def test_rows_may_carry_times_in_any_order(owner_api, linear):
    rows = rows_of(read_panel(linear.version, ["load"]))
    expected = owner_api.post(url(linear), {"rows": rows}).json()["results"]
    shuffled = pd.DataFrame(rows).sample(frac=1, random_state=1).to_dict("records")
    assert owner_api.post(url(linear), {"rows": shuffled}).json()["results"] == expected
