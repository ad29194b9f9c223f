"""What came before a total is drawn for every one of them, wherever it stands in the list."""

import json
from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from tests.datasets.made import read_dataset
from tests.forecasting.test_totals import answer_of

pytestmark = pytest.mark.django_db
DAYS = 60


def sales(store, day):
    return 10 * (store + 1) + day % 7 + day * store % 5


@pytest.fixture
def task(owner, owner_client):
    """Sixty stores in thirty regions, of which each has two: more than travel with a result."""
    lines = ["date,store,region,sales"] + [
        f"{date(2026, 1, 1) + timedelta(day)},shop {store:02d},region {store // 2:02d},"
        f"{sales(store, day)}"
        for store in range(60)
        for day in range(DAYS)
    ]
    dataset = read_dataset(owner, "\n".join(lines) + "\n", name="shops.csv")
    return answer_of(owner_client, dataset, hierarchy={"columns": ["region"]})


def figure(client, task, **query):
    return client.get(reverse("forecasting:chart", args=[task.pk]), query).json()


def observed(client, task, **query):
    return next(
        one for one in figure(client, task, **query)["data"] if one.get("name") == "Observed"
    )


def in_region(number):
    return [sales(2 * number, day) + sales(2 * number + 1, day) for day in range(DAYS)]


def test_the_past_of_a_total_is_the_sum_of_its_series(owner, owner_client, task):
    for number in (0, 17, 25, 29):
        line = observed(owner_client, task, series=f"region {number:02d}")
        assert line["y"][-7:] == in_region(number)[-7:]
        assert line["x"][-1].startswith("2026-03-01")
    every = observed(owner_client, task, series="region 28", history="all")
    assert every["y"] == in_region(28)
    shop = observed(owner_client, task, series="shop 57")
    assert shop["y"][-7:] == [sales(57, day) for day in range(DAYS)][-7:]


def test_a_total_is_unknown_where_one_of_its_series_is(owner, owner_client):
    lines = ["date,store,region,sales"] + [
        f"{date(2026, 1, 1) + timedelta(day)},s{store:02d},r{store // 2:02d},"
        f"{'' if (store, day) == (59, 55) else sales(store, day)}"
        for store in range(60)
        for day in range(DAYS)
    ]
    dataset = read_dataset(owner, "\n".join(lines) + "\n", name="gap.csv")
    task = answer_of(owner_client, dataset, hierarchy={"columns": ["region"]})
    line = observed(owner_client, task, series="r29")
    assert [place for place, value in enumerate(line["y"][-7:]) if value is None] == [2]


def test_past_windows_of_a_total_stand_on_its_past(owner, owner_client, task):
    address = reverse("forecasting:backtest", args=[task.pk])
    html = owner_client.get(address, {"series": "region 27"}).content.decode()
    text = html.split('id="backtest-figure" hidden>')[1].split("</div>")[0]
    came = [one for one in json.loads(unescape(text))["data"] if one.get("name") == "Observed"]
    assert came
    assert set(came[0]["y"]) <= set(in_region(27))
    assert len(came[0]["y"]) >= 7
