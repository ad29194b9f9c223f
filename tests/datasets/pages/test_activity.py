"""What happened to a dataset."""

from django.urls import reverse

from accounts.audit import record
from tests.datasets.made import read_dataset
from tests.datasets.pages.test_versions import edited
from tests.factories import make_share


def at(dataset, query=""):
    return reverse("datasets:activity", args=[dataset.pk]) + query


def titles(response):
    return [one.title for one in response.context["page"].rows]


def test_imports_versions_downloads_and_shares_stand_newest_first(
    hourly, owner, owner_client, collaborator
):
    edited(hourly, owner, note="Meter reset")
    owner_client.get(reverse("datasets:download", args=[hourly.pk]))
    make_share(hourly, collaborator)
    response = owner_client.get(at(hourly))
    assert titles(response) == ["Shared", "Downloaded", "Edited cells", "Upload"]
    text = response.content.decode()
    for words in ("colin: Can view", "1 value changed, Meter reset", "240 rows, load.csv"):
        assert words in text


def test_it_is_searched_by_person_action_and_note(hourly, owner, owner_client, collaborator):
    edited(hourly, owner, note="Meter reset")
    make_share(hourly, collaborator)
    assert titles(owner_client.get(at(hourly, "?q=meter"))) == ["Edited cells"]
    assert titles(owner_client.get(at(hourly, "?q=colin"))) == ["Shared"]
    assert titles(owner_client.get(at(hourly, "?q=v1"))) == ["Upload"]
    assert "Nothing fits" in owner_client.get(at(hourly, "?q=zebra")).content.decode()


def test_long_lists_come_in_pages_without_gaps_or_repeats(hourly, owner, owner_client):
    for number in range(120):
        record(owner, "dataset.download", hourly, format=f"n{number}")
    seen, query = [], ""
    while True:
        response = owner_client.get(at(hourly, query))
        seen += [one.detail for one in response.context["page"].rows]
        if not response.context["next"]:
            break
        query = response.context["next"]
    assert len(seen) == 121
    assert seen[:120] == [f"n{number}" for number in reversed(range(120))]


def test_what_happened_elsewhere_is_not_shown(owner, owner_client, hourly):
    other = read_dataset(owner)
    record(owner, "dataset.download", other, format="csv")
    assert titles(owner_client.get(at(hourly))) == ["Upload"]


def test_a_cursor_that_makes_no_sense_is_page_one(hourly, owner_client):
    assert titles(owner_client.get(at(hourly, "?after=nonsense_x"))) == ["Upload"]


def test_a_reader_sees_it_and_a_stranger_does_not(
    hourly, collaborator, collaborator_client, stranger_client
):
    make_share(hourly, collaborator)
    assert collaborator_client.get(at(hourly)).status_code == 200
    assert stranger_client.get(at(hourly)).status_code == 404
