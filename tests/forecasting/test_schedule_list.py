"""The list of schedules: sorted by its heads, searched, and turned over page by page."""

import html
import re

import pytest
from django.urls import reverse

from forecasting.fresh import firing, scheduling
from forecasting.models import PredictionTask, Schedule
from tests.datasets.made import read_dataset
from tests.forecasting.made import again, answered, hourly_text

Every = Schedule.Every


def planned(task, **fields):
    return scheduling.make(Schedule(forecast=task, zone="UTC", **fields), by=task.owner)


def names_on(client, address):
    """Forecasts in the order of the list, over all its pages."""
    found, seen = [], set()
    while address not in seen:
        seen.add(address)
        page = client.get(address).content.decode()
        found += re.findall(r'<a class="name"[^>]*>([^<]+)</a>', page)
        onwards = re.search(r'href="([^"]*)" rel="next"', page)
        address = (
            reverse("forecasting:schedules") + html.unescape(onwards[1]) if onwards else address
        )
    return found


@pytest.fixture
def three(owner):
    """Three forecasts: one paused, one that waits for drift, one that is next."""
    dataset = read_dataset(owner, hourly_text(240))
    rows = {}
    for name, fields in (
        ("alpha", {"every": Every.DAY}),
        ("Beta", {"every": Every.DRIFT}),
        ("gamma", {"every": Every.HOUR}),
    ):
        task = answered(owner, dataset)
        PredictionTask.objects.filter(pk=task.pk).update(name=name)
        rows[name] = planned(again(task), **fields)
    scheduling.switch(rows["alpha"], on=False, by=owner)
    return rows


@pytest.mark.django_db
def test_the_list_is_sorted_by_what_comes_next_by_name_and_by_the_last_run(
    three, owner, client, monkeypatch
):
    monkeypatch.setattr("forecasting.views.schedules.PAGE_SIZE", 2)
    client.force_login(owner)
    address = reverse("forecasting:schedules")
    assert names_on(client, address) == ["gamma", "Beta", "alpha"]
    assert names_on(client, f"{address}?sort=-next") == ["alpha", "Beta", "gamma"]
    assert names_on(client, f"{address}?sort=what") == ["alpha", "Beta", "gamma"]
    firing.fire(three["Beta"])
    assert names_on(client, f"{address}?sort=-last")[0] == "Beta"
    assert names_on(client, f"{address}?sort=mood") == ["gamma", "Beta", "alpha"]


@pytest.mark.django_db
def test_the_list_is_searched_and_says_where_nothing_is_found(three, owner, client):
    client.force_login(owner)
    address = reverse("forecasting:schedules")
    assert names_on(client, f"{address}?q=gam&sort=what") == ["gamma"]
    page = client.get(f"{address}?q=gam").content.decode()
    assert "?q=gam&amp;sort=-last" in page
    assert (
        "No schedule of a forecast called “nothing”."
        in client.get(f"{address}?q=nothing").content.decode()
    )
