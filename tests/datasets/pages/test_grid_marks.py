"""What the grid marks: outliers dotted, and how the values of every column are spread."""

import pytest
from django.urls import reverse

from datasets.repairs.ignoring import ignore
from tests.datasets.made import read_dataset

pytestmark = pytest.mark.django_db


def table():
    """Ten days of hours with a spike in row 101, a text that repeats and one that never does."""
    for hour in range(240):
        load = 9000 if hour == 100 else 100 + (hour % 24) * 10 + (hour * 7) % 5
        who = f"station {hour % 90}"
        yield f"2026-01-{1 + hour // 24:02d} {hour % 24:02d}:00,{load},{who},note {hour}"


@pytest.fixture
def dataset(owner):
    return read_dataset(owner, "time,load,who,note\n" + "\n".join(table()) + "\n")


def grid(client, dataset, query="?page=2"):
    return client.get(reverse("datasets:data", args=[dataset.pk]) + query)


def odd(answer):
    return [line.number for line in answer.context["body"] if any(c.is_odd for c in line.cells)]


def test_an_outlier_is_dotted_and_says_so(dataset, owner_client):
    answer = grid(owner_client, dataset)
    assert odd(answer) == [101]
    assert 'class="num cell-odd"' in answer.content.decode()
    assert 'aria-description="outlier"' in answer.content.decode()
    assert odd(grid(owner_client, dataset, "")) == []


def test_it_is_found_wherever_it_stands_after_sorting(dataset, owner_client):
    answer = grid(owner_client, dataset, "?sort=-c2")
    assert odd(answer) == [101]
    assert answer.context["body"][0].number == 101


def test_an_outlier_that_somebody_keeps_is_not_dotted(dataset, owner_client):
    ignore(dataset, "outliers:c2", is_ignored=True)
    assert odd(grid(owner_client, dataset)) == []


def test_an_edited_cell_is_shown_as_edited(dataset, owner_client):
    address = reverse("datasets:edit_cell", args=[dataset.pk])
    owner_client.post(address, {"row": 101, "key": "c2", "value": "140"})
    assert odd(grid(owner_client, dataset)) == []


def test_times_and_texts_have_a_distribution_too(dataset, owner_client):
    heads = {
        head.shown.column.name: head.shown for head in grid(owner_client, dataset).context["heads"]
    }
    assert heads["time"].counts == [15] * 16
    assert sum(heads["load"].counts) == 240
    assert heads["who"].counts == [3] * 10
    assert heads["note"].counts == []
    who = dataset.current_version.columns.get(name="who")
    assert who.stats["top"][0] == ["station 0", 3]
