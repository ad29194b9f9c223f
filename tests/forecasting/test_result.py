"""The page of a forecast: running, done, chosen series and models, for everybody who may look."""

import pytest
from django.urls import reverse

from accounts.models import Share
from forecasting import figures, live, tasks
from forecasting.shown import ShownForecast
from jobs import moves
from tests.conftest import browser_of
from tests.forecasting.made import again, answered, hourly_dataset, raced, share, start_forecast

pytestmark = pytest.mark.django_db


def look(client, task, name="detail", **query):
    return client.get(reverse(f"forecasting:{name}", args=[task.pk]), query)


def test_the_result_opens_with_a_sentence_with_numbers_and_proves_it_below(owner, owner_client):
    task = answered(owner)
    html = look(owner_client, task).content.decode()
    assert "load will average <b>" in html
    assert "better than seasonal naive on 6 past windows" in html
    assert 'id="fan"' in html
    assert "Do the bands hold?" in html
    assert "6 past windows of 24 hours" in html
    assert f"{task.dataset.name} v1" in html
    assert "480, none missing" in html
    assert "baseline" in html
    assert "data-live-job" not in html


def test_before_the_answer_the_page_waits_with_the_job_that_makes_it(owner, owner_client):
    task = start_forecast(owner)
    html = look(owner_client, task).content.decode()
    assert f'data-live-job="{task.instant_job_id}"' in html
    assert f"/ws/jobs/{task.instant_job_id}/" in html
    assert "24 hours&lt;br&gt;to forecast" in html
    assert "Finish now" not in html


def test_while_the_race_waits_for_a_worker_the_answer_stands(owner, owner_client):
    task = answered(owner, quality="balanced")
    html = look(owner_client, task).content.decode()
    assert f'data-live-job="{task.training_job_id}"' in html
    assert "Waiting for a free worker." in html
    assert "Finish now with the best so far" in html
    assert "Instant answer ready" in html


def runner(name, state, **more):
    """A model of a race as its job tells it."""
    plain = {"name": name, "kind": name, "state": state, "fraction": 0.0, "left": None}
    rest = {"windows": 0, "score": None, "epoch": 0, "epochs": 0, "curve": [], "reason": None}
    return {**plain, **rest, **more}


def racing(owner, *models, stage="race"):
    """A forecast whose race has told how it stands."""
    task = answered(owner, quality="balanced")
    job = moves.claim(task.training_job_id)
    race = {"stage": stage, "models": list(models)}
    moves.record(job.pk, by=job.attempt, progress=0.5, eta=19.0, detail={"race": race})
    return again(task)


def test_a_reload_shows_the_true_state_of_the_race(owner, owner_client):
    curve = [[1.0, 0.9], [0.8, 0.7]]
    lstm = runner("lstm", "running", fraction=0.4, epoch=2, epochs=20, curve=curve, left=9.0)
    why = {"template": "%(model)s needs %(rows)s rows.", "details": {"model": "tft", "rows": 900}}
    task = racing(owner, lstm, runner("tft", "skipped", reason=why), runner("ensemble", "waiting"))
    html = look(owner_client, task).content.decode()
    assert "training, epoch 2 of 20" in html
    assert 'aria-valuenow="55"' in html
    assert 'aria-valuenow="40"' in html
    assert "about 0:19 left" in html
    assert "0:09 left" in html
    assert "4 of 6 models done" in html
    assert "<b>left out:</b> TFT needs 900 rows." in html
    assert "waits for all models" in html
    assert html.count('class="spark') == 1
    assert html.index("Race models") < html.index("Calibrate intervals")


def test_a_model_whose_score_so_far_is_known_stands_where_that_puts_it(owner, owner_client):
    worst = answered(owner).results.ranked().last().metrics["mase"]
    task = racing(owner, runner("lstm", "running", fraction=0.9, windows=4, score=worst - 0.01))
    names = [row.name for row in ShownForecast(task).rows]
    assert names.index("lstm") == 2
    html = look(owner_client, task).content.decode()
    assert "partial" in html
    assert "4 / 6" in html


def test_the_running_page_draws_the_instant_answer_or_the_best_so_far(owner, owner_client):
    task = racing(owner, runner("lstm", "running"))
    html = look(owner_client, task).content.decode()
    assert "Best so far: Linear" in html
    assert "data-follow-leader" in html
    html = look(owner_client, task, model="linear").content.decode()
    assert "data-follow-leader" not in html
    assert "ready after" in html


def test_the_bell_of_the_first_answer_brings_the_whole_page(owner):
    task = answered(owner, quality="balanced")
    html = live.fragment(task.instant_job, owner)
    assert 'id="forecast"' in html
    assert f'data-live-job="{task.training_job_id}"' in html
    assert 'id="fan"' in html


def test_the_bell_of_training_leaves_the_chart_alone(owner):
    task = answered(owner, quality="balanced")
    moves.claim(task.training_job_id)
    html = live.fragment(again(task).training_job, owner)
    assert 'id="forecast-board"' in html
    assert 'id="fan"' not in html
    assert "data-live-job" not in html


def test_the_last_bell_brings_the_result(owner):
    task = raced(owner, "window_mean")
    html = live.fragment(task.training_job, owner)
    assert "will average" in html
    assert 'id="forecast-actions"' in html
    assert "Export" in html


def test_the_bell_of_a_deleted_forecast_says_nothing(owner):
    task = start_forecast(owner)
    job = task.instant_job
    task.delete()
    assert live.fragment(job, owner) == ""


def test_the_headline_says_in_words_that_the_race_found_nothing_better(owner, owner_client):
    task = raced(owner, "window_mean", "drift")
    html = look(owner_client, task).content.decode()
    assert task.model.type == "linear"
    assert "No improvement: none of the 2 other models did better." in html


def test_how_a_net_learned_is_drawn_beside_its_answer(owner, owner_client):
    net = {"name": "small", "type": "dlinear", "settings": {"epochs": 3, "epoch_windows": 32}}
    task = raced(owner, net)
    html = look(owner_client, task, model="small").content.decode()
    assert "How small learned" in html
    assert "epoch 3 of 3" in html
    assert "How" not in look(owner_client, task, model="linear").content.decode().split("</h1>")[1]


def test_the_fan_joins_the_last_value_and_the_last_span_is_dashed(owner, owner_client):
    task = answered(owner)
    figure = look(owner_client, task, "chart").json()
    by_name = {trace.get("name"): trace for trace in figure["data"]}
    observed, forecast = by_name["Observed"], by_name["Forecast"]
    assert forecast["x"][0] == observed["x"][-1] == "2026-01-20T23:00:00"
    assert forecast["y"][0] == observed["y"][-1]
    last = by_name["Last 24 hours"]
    assert last["line"]["dash"] == "dash"
    assert (last["x"][1:], last["y"][1:]) == (forecast["x"][1:], observed["y"][-24:])
    assert by_name["80%"]["y"][0] == forecast["y"][0]
    assert all("#" not in str(trace.get("line", "")) for trace in figure["data"])
    texts = [note["text"] for note in figure["layout"]["annotations"]]
    assert texts[0] == "now"
    assert texts[1].startswith("Peak <b>")


def test_more_or_less_of_the_past_may_be_drawn(owner, owner_client):
    task = answered(owner)
    points = {
        how: len(look(owner_client, task, "chart", history=how).json()["data"][4]["x"])
        for how in ("ahead", "usual", "all")
    }
    assert points["ahead"] < points["usual"] < points["all"] == 480


def test_another_model_may_be_looked_at(owner, owner_client):
    task = answered(owner)
    html = look(owner_client, task, model="naive").content.decode()
    assert "load will stay at <b>" in html
    assert '>Naive</a><span class="chip on">shown</span>' in html


def test_another_series_may_be_looked_at(owner, owner_client):
    dataset = hourly_dataset(owner, columns=("load", "wind"))
    task = answered(owner, dataset, columns=["load", "wind"])
    assert "load will average" in look(owner_client, task).content.decode()
    assert "wind will average" in look(owner_client, task, series="wind").content.decode()
    assert "load will average" in look(owner_client, task, series="nothing").content.decode()


def test_the_data_page_lists_every_value(owner, owner_client):
    html = look(owner_client, answered(owner), "data").content.decode()
    assert html.count("2026-01-21 ") == 24
    assert "2026-01-21 23:00<" in html
    assert "lo-80" in html


@pytest.mark.parametrize("name", ["detail", "backtest", "data", "chart", "labels", "snippet"])
def test_people_it_is_shared_with_may_look_and_strangers_find_nothing(
    owner, collaborator, stranger_client, anonymous_client, name
):
    task = answered(owner)
    share(task, collaborator)
    assert look(browser_of(collaborator), task, name).status_code == 200
    assert look(stranger_client, task, name).status_code == 404
    assert look(anonymous_client, task, name).status_code == 302


def test_people_it_is_shared_with_follow_it_by_asking_again(owner, collaborator):
    task = answered(owner, quality="balanced")
    share(task, collaborator, Share.Level.EDITOR)
    html = look(browser_of(collaborator), task).content.decode()
    assert "data-live-job" not in html
    assert 'hx-trigger="every 3s"' in html
    assert "Finish now" in html


def test_a_reader_is_offered_nothing_to_change(owner, collaborator):
    task = answered(owner, quality="balanced")
    share(task, collaborator)
    html = look(browser_of(collaborator), task).content.decode()
    assert "Finish now" not in html
    assert reverse("forecasting:cancel", args=[task.pk]) not in html


def test_a_failed_forecast_says_why_and_draws_nothing(owner, owner_client, monkeypatch):
    task = start_forecast(owner)

    def fail(*_given):
        raise RuntimeError("boom")

    monkeypatch.setattr(tasks.instant, "answer", fail)
    with pytest.raises(RuntimeError):
        tasks.instant_forecast(str(task.instant_job_id))
    html = look(owner_client, task).content.decode()
    assert "The forecast failed." in html
    assert "boom" not in html
    assert 'id="fan"' not in html


def test_data_without_an_answer_is_a_conflict_with_a_sentence(owner, owner_client):
    answer = look(owner_client, start_forecast(owner), "data")
    assert answer.status_code == 409
    assert "This forecast has no answer yet." in answer.content.decode()


def test_a_page_costs_few_queries_whatever_the_number_of_models(
    owner, owner_client, django_assert_max_num_queries
):
    task = raced(owner, "window_mean", "drift")
    with django_assert_max_num_queries(26):
        look(owner_client, task)


def test_the_now_line_stands_at_the_last_value(owner):
    shown = ShownForecast(answered(owner))
    figure = figures.fan(shown.line, shown.history, shown.frequency)
    assert figure["layout"]["shapes"][0]["x0"] == "2026-01-20T23:00:00"
