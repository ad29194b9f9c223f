"""Choosing series of a long table by a part of their name."""

import pytest
from django.urls import reverse

from forecasting.choosing import which_series
from forecasting.models import PredictionTask
from tests.datasets.made import read_dataset
from tests.forecasting.asked import NEW, power_dataset, press, store_dataset

pytestmark = pytest.mark.django_db
FIND = "forecasting:ask_series"


def meters(owner, many):
    """Meters 001, 002, … with twelve hours each, and one called Total."""
    names = [f"meter {n:03d}" for n in range(1, many)] + ["Total"]
    rows = [f"2026-01-01 {hour:02d}:00,{name},{hour % 5}" for name in names for hour in range(14)]
    return read_dataset(owner, "\n".join(["time,meter,load", *rows]) + "\n", name="meters.csv")


def found(client, dataset, text, **more):
    """Names that a search lists, and the sentence below them."""
    page = client.get(reverse(FIND), {"dataset": dataset.pk, "find_series": text, **more})
    assert page.status_code == 200
    return page.context["found"].names, page.content.decode()


def test_a_series_beyond_the_listed_ones_is_found_by_a_part_of_its_name(owner, owner_client):
    dataset = meters(owner, 230)
    html = owner_client.get(reverse(NEW), {"dataset": dataset.pk}).content.decode()
    assert "The first 200 of 230. Type a part of a name to find the others." in html
    assert 'value="meter 229"' not in html
    names, html = found(owner_client, dataset, "229")
    assert names == ["meter 229"]
    assert "1 series found" in html


def test_letters_may_be_large_or_small_and_spaces_around_do_not_count(owner, owner_client):
    assert found(owner_client, meters(owner, 14), "  toTAL ")[0] == ["Total"]


def test_what_is_ticked_is_not_found_again(owner, owner_client):
    dataset = store_dataset(owner, stores=3, days=20)
    names, _ = found(owner_client, dataset, "shop", series=["shop 2"])
    assert names == ["shop 1", "shop 3"]


def test_a_name_that_nobody_has_is_said_and_not_taken_for_markup(owner, owner_client):
    names, html = found(owner_client, store_dataset(owner, days=20), "<b>")
    assert names == []
    assert "No other series has “&lt;b&gt;” in its name." in html


def test_chosen_series_stay_ticked_when_the_page_is_refused(owner, owner_client):
    dataset = meters(owner, 230)
    answer = press(owner_client, dataset, which="chosen", series=["meter 229"], horizon="soon")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="meter 229" checked' in html


def test_a_found_series_is_forecast(owner, owner_client):
    dataset = meters(owner, 230)
    answer = press(
        owner_client, dataset, which="chosen", series=["meter 229"], horizon="2", targets="c3"
    )
    assert answer.status_code == 302
    assert PredictionTask.objects.get().parameters["series"] == ["meter 229"]


def test_a_table_with_one_series_has_nothing_to_find(owner, owner_client):
    dataset = power_dataset(owner)
    assert found(owner_client, dataset, "load")[0] == []
    html = owner_client.get(reverse(NEW), {"dataset": dataset.pk}).content.decode()
    assert "find-series" not in html


def test_a_short_list_needs_no_search_and_a_long_one_has_it(owner, owner_client):
    few = owner_client.get(reverse(NEW), {"dataset": store_dataset(owner, days=20).pk})
    many = owner_client.get(reverse(NEW), {"dataset": meters(owner, 20).pk})
    assert b"data-find-series" not in few.content
    assert b"data-find-series" in many.content


def test_at_most_as_many_are_listed_as_the_page_shows(owner):
    names, total = which_series.find(meters(owner, 230).current_version, "meter")
    assert (len(names), total) == (200, 229)


def test_an_address_with_what_was_filled_in_shows_it_even_for_a_draft(owner, owner_client):
    dataset = power_dataset(owner)
    press(owner_client, dataset, keep="draft", horizon="48")
    draft = owner_client.get(reverse("forecasting:list")).context["drafts"][0]
    filled = {"dataset": dataset.pk, "draft": draft.pk, "targets": "c2", "targets_shown": "1"}
    html = owner_client.get(reverse(NEW), {**filled, "horizon": "12"}).content.decode()
    assert "<b>next 12 hours</b>" in html
    assert "<b>next 2 days</b>" in owner_client.get(draft.get_absolute_url()).content.decode()
