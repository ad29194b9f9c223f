"""Tables of very many columns and of very many series stay usable."""

import time

import pytest
from django.urls import reverse

from datasets.repairs.applying import apply_recipe
from tests.datasets.made import read_dataset

pytestmark = pytest.mark.django_db


def wide(columns):
    """Forty hours; every column has one value far from the others."""
    yield "time," + ",".join(f"s{number}" for number in range(1, columns + 1))
    for hour in range(40):
        cells = (
            900 if hour == number % 40 else (hour * 7 + number) % 10 for number in range(columns)
        )
        yield f"2026-01-{1 + hour // 24:02d} {hour % 24:02d}:00," + ",".join(map(str, cells))


def long(count):
    """Three hours of so many series."""
    yield "id,time,load"
    for number in range(count):
        for hour in range(3):
            yield f"station-{number:06d},2026-01-01 {hour:02d}:00,{number % 7 + hour}"


def get(client, name, dataset, query=""):
    answer = client.get(reverse(f"datasets:{name}", args=[dataset.pk]) + query)
    assert answer.status_code == 200
    return answer


@pytest.mark.parametrize("columns", [260, pytest.param(1_100, marks=pytest.mark.slow)])
def test_the_quality_page_of_very_many_columns_shows_what_it_has_room_for(
    columns, owner, owner_client
):
    dataset = read_dataset(owner, "\n".join(wide(columns)) + "\n")
    answer = get(owner_client, "quality", dataset)
    words = answer.content.decode()
    assert words.count("data-ignore=") == 200
    assert f"{columns - 200:,} more findings stand in the export." in words
    assert f"{columns - 100:,} columns were left out of the preview." in words
    last = get(owner_client, "data", dataset, f"?columns={columns + 1}").content.decode()
    assert f"s{columns}" in last
    recipe = answer.context["repair"].recipe
    repaired = apply_recipe(dataset.current_version, recipe, made_by=owner)
    assert repaired.diff["cells_changed"] == columns


def test_series_are_searched_not_listed(owner, owner_client):
    dataset = read_dataset(owner, "\n".join(long(2_000)) + "\n")
    words = get(owner_client, "detail", dataset).content.decode()
    assert words.count("<option") < 250
    assert reverse("datasets:series_names", args=[dataset.pk]) in words
    found = get(owner_client, "series_names", dataset, "?series=1999").content.decode()
    assert found.split() == ["<option", 'value="station-001999"></option>']
    figure = get(owner_client, "chart", dataset, "?series=station-001999").json()
    assert figure["data"][0]["y"] == [4.0, 5.0, 6.0]


@pytest.mark.slow
def test_a_hundred_thousand_series_open_at_once(owner, owner_client):
    dataset = read_dataset(owner, "\n".join(long(100_000)) + "\n")
    looks = [
        ("detail", ""), ("data", ""), ("data", "?page=3000"), ("data", "?q=station-099998"),
        ("data", "?f=c1:eq:station-050000"), ("detail", "?series=station-077777"),
        ("series_names", "?series=0777"), ("quality", ""),
    ]  # fmt: skip
    for name, query in looks:
        began = time.process_time()
        answer = get(owner_client, name, dataset, query)
        assert time.process_time() - began < 2, name
        assert len(answer.content) < 200_000, name
