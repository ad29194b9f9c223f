"""Plain numbers over REST: the shapes that clients send, the best instant model, and refusals."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.serving import instantly, plain_numbers
from tests.factories import make_token

URL = "/api/v1/forecast/"


def wave(count=240):
    return [round(50 + 20 * math.sin(2 * math.pi * t / 24) + (t * t % 7), 3) for t in range(count)]


def ask(**fields):
    return instantly.answer(plain_numbers.read({"freq": "h", "h": 12, **fields}))


def refused(client, expected, **fields):
    answer = client.post(URL, {"freq": "h", "h": 12, "y": wave(), **fields})
    assert answer.status_code == 422, answer.content
    problem = answer.json()["error"]
    assert problem["field"] == expected
    return problem["message"]


@pytest.mark.django_db
def test_numbers_are_answered_with_intervals_and_the_model_that_made_them(owner_api):
    answer = owner_api.post(URL, {"y": wave(), "freq": "h", "h": 12, "level": [80]})
    assert answer.status_code == 200
    said = answer.json()
    panel = Panel.from_arrays({"series 1": wave()}, frequency="h")
    expected = create(said["model"]).fit(panel, horizon=12).predict(levels=(80,))
    assert np.allclose(said["mean"], expected.mean[0, :, 0])
    assert np.allclose(said["intervals"]["hi-80"], expected.upper[80][0, :, 0])
    assert said["sizes"] == [12]
    assert said["why"].startswith("Linear had the smallest error on 4 past windows: ")
    assert [one["model"] for one in said["scores"]] == ["linear", "seasonal_naive", "naive"]
    assert "ds" not in said


@pytest.mark.django_db
def test_a_token_that_may_only_read_is_enough(owner, anonymous_api):
    _, token = make_token(owner, scopes=["read"])
    headers = {"Authorization": f"Token {token}"}
    answer = anonymous_api.post(URL, {"y": wave(), "freq": "h", "h": 3}, headers=headers)
    assert answer.status_code == 200
    assert anonymous_api.post(URL, {"y": wave(), "freq": "h", "h": 3}).status_code == 401


def test_the_body_of_a_timegpt_client_is_understood():
    said = ask(series={"y": wave() + wave(), "sizes": [240, 240]}, model="timegpt-1", level=None)
    assert len(said["mean"]) == 24
    assert said["mean"][:12] == said["mean"][12:]
    assert said["intervals"] is None
    assert any("timegpt-1 is no model of Almanac" in note for note in said["notes"])
    assert {"weights_x", "feature_contributions"} <= said.keys()


def test_an_object_of_times_is_understood_in_any_order():
    times = [f"2026-03-{1 + t // 24:02d}T{t % 24:02d}:00" for t in range(240)]
    table = dict(zip(times, wave(), strict=True))
    shuffled = {time: table[time] for time in sorted(times, key=hash)}
    said = instantly.answer(plain_numbers.read({"y": shuffled, "h": 2}))
    assert said["ds"] == ["2026-03-11T00:00:00", "2026-03-11T01:00:00"]
    assert said["mean"] == ask(y=wave(), h=2)["mean"]


def test_a_start_gives_the_answer_times():
    assert ask(y=wave(48), start="2026-01-01", h=1)["ds"] == ["2026-01-03T00:00:00"]


def test_features_known_ahead_move_the_forecast():
    price = [float(t % 5) for t in range(240)]
    y = [value + 9 * cost for value, cost in zip(wave(), price, strict=True)]
    ahead = [float((240 + t) % 5) for t in range(12)]
    plain = ask(y=y, model="linear")
    told = ask(y=y, X=[price], X_future=[ahead], model="linear")
    moved = ask(y=y, X=[price], X_future=[[0.0] * 12], model="linear")
    assert told["mean"] != moved["mean"]
    assert told["mean"] != plain["mean"]


def test_features_without_a_future_are_said_to_be_unused():
    said = ask(y=wave(), X=[[1.0] * 240])
    assert any("no future in X_future" in note for note in said["notes"])


def test_what_another_product_can_do_and_this_one_cannot_is_said():
    assert "Not used here: finetune_steps." in ask(y=wave(), finetune_steps=10)["notes"]


@pytest.mark.django_db
def test_what_clients_of_timegpt_send_along_is_named_and_anything_else_refused(owner_api):
    body = {
        "series": {"y": wave(), "sizes": [240]},
        "freq": "h",
        "h": 3,
        "model": "timegpt-1",
        "clean_ex_first": True,
        "finetune_steps": 0,
        "finetuned_model_id": None,
    }
    said = owner_api.post(URL, body).json()
    assert said["ignored"] == ["clean_ex_first", "finetune_steps"]
    assert said["mean"] == ask(y=wave(), h=3)["mean"]
    assert ask(y=wave())["ignored"] == []
    answer = owner_api.post(URL, {**body, "finetune_step": 3})
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (400, "finetune_step")
    assert 'Did you mean "finetune_steps"?' in error["message"]


def test_the_model_can_be_chosen():
    said = ask(y=wave(), model="seasonal_naive")
    assert said["mean"] == wave()[-24:-12]
    assert said["why"] == "Seasonal naive was asked for."


def test_a_random_walk_is_not_given_to_the_ridge_for_nothing():
    walk = np.cumsum(np.random.default_rng(3).normal(size=300)).tolist()
    said = ask(y=walk)
    best = min((one["mase"], one["model"]) for one in said["scores"])
    assert said["model"] == best[1]


@pytest.mark.parametrize("y", [[5.0, 6.0], [7.0] * 50, [None, 4.0, None, 5.0]])
def test_short_and_constant_series_are_answered_finitely(y):
    said = ask(y=y, h=3)
    assert all(math.isfinite(value) for value in said["mean"])
    assert len(said["mean"]) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("y", [[None] * 30, [5.0]])
def test_too_little_is_a_sentence_that_names_the_series(owner_api, y):
    assert "series 1" in refused(owner_api, "y", y=y)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "fields", "sentence"),
    [
        ("y", {"y": []}, "send a list of them"),
        ("y", {"y": "1,2,3"}, "send a list of them"),
        ("y", {"y": [1, "two", 3]}, "Value 2 of y is not a number"),
        ("y", {"y": [1, True]}, "Value 2 of y is not a number"),
        ("y", {"y": {"yesterday": 1}}, "yesterday is not a time"),
        ("y", {"y": [0.0] * 200_001}, "200,001 values for y are more than the 200,000"),
        ("sizes", {"sizes": [100, 100]}, "together they must be 240"),
        ("sizes", {"sizes": [0, 240]}, "together they must be 240"),
        ("h", {"h": 0}, "a whole number from 1 to 10,000"),
        ("h", {"h": "12"}, "a whole number from 1 to 10,000"),
        ("h", {"h": 10_001}, "a whole number from 1 to 10,000"),
        ("h", {"h": 9_000, "sizes": [20] * 12}, "108,000 values for h"),
        ("freq", {"freq": "fortnight-ish"}, "fortnight-ish"),
        ("freq", {"freq": None}, "freq says how far apart"),
        ("level", {"level": [120]}, "between 0 and 100"),
        ("level", {"level": 80}, "between 0 and 100"),
        ("X", {"X": [1, 2, 3]}, "a list of features"),
        ("X", {"X": [[1.0] * 9]}, "has 9 values; it needs 240"),
        ("X_future", {"X": [[1.0] * 240], "X_future": [[1.0]]}, "has 1 values; it needs 12"),
        ("X", {"X": [], "X_future": [[1.0] * 12]}, "X only 0"),
        ("ids", {"ids": ["a", "b"]}, "send 1 different names"),
        ("start", {"start": "soon"}, "soon is not a time"),
        ("model", {"model": "crystal_ball"}, "no instant model crystal_ball"),
    ],
)
def test_what_is_wrong_is_named_with_the_remedy(owner_api, field, fields, sentence):
    assert sentence in refused(owner_api, field, **fields)


@pytest.mark.django_db
def test_a_body_that_is_no_object_is_refused(owner_api):
    assert owner_api.post(URL, [1, 2, 3]).status_code == 422


def test_the_smallest_numbers_there_are_have_no_score_and_still_an_answer():
    said = ask(y=[None, 1.0, None, 5e-324, None, 1.0], h=2)
    assert all(math.isfinite(value) for value in said["mean"])
    json.dumps(said, allow_nan=False)


@given(
    st.lists(
        st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1, max_size=30), min_size=1, max_size=4
    )
)
def test_any_numbers_get_an_answer_or_a_sentence(blocks):
    y = [value for block in blocks for value in block]
    try:
        said = ask(y=y, sizes=[len(block) for block in blocks], h=2)
    except plain_numbers.ForecastProblem as refusal:
        problem = str(refusal.message)
    else:
        assert len(said["mean"]) == 2 * len(blocks)
        assert all(math.isfinite(value) for value in said["mean"])
        return
    assert problem.endswith(".")
    assert "series" in problem
