"""The page of one dataset."""

import uuid

import pytest
from django.urls import reverse

from tests.datasets.made import make_dataset, read_dataset
from tests.factories import make_share

PAGES = ["detail", "data", "columns", "versions"]


def at(name, dataset):
    return reverse(f"datasets:{name}", args=[dataset.pk])


def test_the_overview_says_what_was_understood(hourly, owner_client):
    text = owner_client.get(at("detail", hourly)).content.decode()
    for words in ("240", "Hourly", "1 Jan 2026 – 10 Jan 2026", ">load<", ">target<", ">time<"):
        assert words.lower() in text.lower()
    assert f"{reverse('forecasting:new')}?dataset={hourly.pk}" in text


def test_a_gap_is_stated_before_the_chart(owner, owner_client):
    lines = [f"2026-01-{day:02d},{day}" for day in range(1, 29) if day not in {10, 11}]
    dataset = read_dataset(owner, "day,load\n" + "\n".join(lines))
    text = owner_client.get(at("detail", dataset)).content.decode()
    assert "1 thing to check before forecasting" in text
    assert text.index("thing to check") < text.index('id="explorer-chart"')


def test_a_gap_is_offered_the_step_that_the_proposed_recipe_has_for_it(owner, owner_client):
    lines = [f"2026-01-{day:02d},{day}" for day in range(1, 29) if day not in {10, 11}]
    dataset = read_dataset(owner, "day,load\n" + "\n".join(lines))
    text = owner_client.get(at("detail", dataset)).content.decode()
    assert "Fill gaps: same place in the season" in text
    assert "Resample" not in text


def test_hostile_names_are_shown_as_text(owner, owner_client):
    rows = "".join(f"2026-01-{day:02d},{day}\n" for day in range(1, 20))
    dataset = read_dataset(owner, "day,<script>alert(1)</script>{{7*7}}\n" + rows)
    for page in PAGES:
        text = owner_client.get(at(page, dataset)).content.decode()
        assert "<script>alert" not in text
        assert "{{7*7}}" in text or page == "versions"


def test_a_refused_file_shows_the_rows_around_the_place_and_the_ways_out(owner, owner_client):
    lines = [f"2026-01-{day:02d},{day}" for day in range(1, 29)]
    lines[9] = "2026-01-10,10,surplus"
    dataset = read_dataset(owner, "day,load\n" + "\n".join(lines))
    text = owner_client.get(at("detail", dataset)).content.decode()
    assert "was not imported" in text
    assert "surplus" in text
    assert "Read it again" in text
    assert "Choose a corrected file" in text


def test_a_table_without_times_is_drawn_by_row_and_offers_no_forecast(owner, owner_client):
    dataset = read_dataset(owner, "name,height\nann,1.7\nbob,1.8\ncat,1.6\n")
    text = owner_client.get(at("detail", dataset)).content.decode()
    assert "a forecast needs a time column" in text
    assert "height over 3 rows, from 1.6 to 1.8" in text
    assert f"{reverse('forecasting:new')}?dataset=" not in text


def test_a_table_without_numbers_says_why_there_is_no_chart(owner, owner_client):
    dataset = read_dataset(owner, "name,town\nann,Bonn\nbob,Ulm\ncat,Trier\n")
    text = owner_client.get(at("detail", dataset)).content.decode()
    assert 'id="explorer-chart"' not in text
    assert "There is no chart" in text


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_nothing(hourly, stranger_client, page):
    assert stranger_client.get(at(page, hourly)).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_a_collaborator_may_look_but_is_offered_no_changes(
    hourly, collaborator, collaborator_client, page
):
    make_share(hourly, collaborator)
    text = collaborator_client.get(at(page, hourly)).content.decode()
    assert at("describe", hourly) not in text
    assert at("delete", hourly) not in text


@pytest.mark.parametrize("page", PAGES)
def test_signed_out_people_go_to_sign_in(hourly, client, page):
    assert "next=" in client.get(at(page, hourly))["Location"]


def test_an_id_that_does_not_exist_is_not_found(owner_client):
    assert owner_client.get(f"/data/{uuid.uuid4()}/").status_code == 404


@pytest.mark.parametrize("page", ["data", "columns", "versions"])
def test_pages_of_rows_lead_back_while_the_file_is_read(owner, owner_client, page):
    dataset = make_dataset(owner, status="processing")
    assert owner_client.get(at(page, dataset))["Location"] == dataset.get_absolute_url()


def test_the_overview_costs_few_queries(hourly, owner_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        owner_client.get(at("detail", hourly))


def test_statistics_of_a_column_share_their_decimals(owner, owner_client):
    rows = "".join(f"2026-01-{day:02d},{4.3 + day / 8}\n" for day in range(1, 20))
    dataset = read_dataset(owner, "day,load\n" + rows)
    text = owner_client.get(at("columns", dataset)).content.decode()
    for shown in ("4.425", "5.550", "6.675"):
        assert f">{shown}<" in text
    assert ">0%<" in text
