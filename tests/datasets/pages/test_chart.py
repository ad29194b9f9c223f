"""The numbers behind the zoomable chart."""

import json

import pytest
from django.urls import reverse


def chart(client, dataset, **asked):
    return client.get(reverse("datasets:chart", args=[dataset.pk]), asked)


def test_a_short_series_is_drawn_with_every_point(hourly, owner_client):
    trace = chart(owner_client, hourly).json()["data"][0]
    assert len(trace["x"]) == 240
    assert trace["y"][:3] == [100, 110, 120]


def test_a_range_asks_for_its_part_only(hourly, owner_client):
    asked = {"start": "2026-01-02T00:00", "end": "2026-01-02T05:00"}
    trace = chart(owner_client, hourly, **asked).json()["data"][0]
    assert trace["y"][0] == 100
    assert 5 <= len(trace["x"]) <= 10


def test_a_named_range_counts_back_from_the_last_time(hourly, owner_client):
    trace = chart(owner_client, hourly, range="1d").json()["data"][0]
    assert 24 <= len(trace["x"]) <= 30


def test_the_overview_holds_the_whole_span(hourly, owner_client):
    figure = chart(owner_client, hourly, part="overview").json()
    assert figure["data"][0]["x"][0].startswith("2026-01-01")
    assert figure["layout"]["dragmode"] == "select"


def test_figures_carry_no_bare_nan(hourly, owner_client):
    json.loads(
        chart(owner_client, hourly).content,
        parse_constant=lambda name: pytest.fail(f"{name} in JSON"),
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"start": "yesterday"}, "yesterday is not a time. Write it as 2026-11-14 16:00."),
        ({"column": "c9"}, "There is no number column called c9. Choose one of: load."),
        ({"column": "c3"}, "There is no number column called c3"),
        ({"width": "wide"}, "wide is not a width in pixels. Use 100 to 4000."),
        ({"width": "nan"}, "nan is not a width in pixels"),
    ],
)
def test_bad_questions_are_answered_with_a_sentence(hourly, owner_client, asked, words):
    response = owner_client.get(
        reverse("datasets:chart", args=[hourly.pk]), asked, headers={"Accept": "application/json"}
    )
    assert response.status_code == 422
    assert words in response.json()["error"]["message"]


def test_a_stranger_finds_nothing(hourly, stranger_client):
    assert chart(stranger_client, hourly).status_code == 404
