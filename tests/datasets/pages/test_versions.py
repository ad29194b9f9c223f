"""The versions of a dataset: listed, looked at, compared, undone, made current, taken away."""

import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse

from datasets.cells import editing
from datasets.models import Dataset, Version
from datasets.usage import register_usage
from datasets.versioning import version_jobs
from datasets.versioning.column_changes import ColumnChange, change_columns
from jobs.models import Job
from tests.datasets.made import read_dataset
from tests.factories import make_share


def at(name, dataset, *more):
    return reverse(f"datasets:{name}", args=[dataset.pk, *more])


def edited(dataset, owner, value="4871", note=""):
    """A version in which row 2 of load (110) holds something else."""
    version = Dataset.objects.get(pk=dataset.pk).current_version
    editing.edit(version, owner, row=2, key="c2", text=value)
    if note:
        editing.explain(version.dataset, owner, row=2, key="c2", note=note)
    job = version_jobs.start_saving(version.dataset, owner)
    version_jobs.save_edits(str(job.pk))
    assert Job.objects.get(pk=job.pk).state == "succeeded"
    return Dataset.objects.get(pk=dataset.pk).current_version


def text_of(client, address):
    return client.get(address).content.decode()


def test_the_list_says_where_each_came_from_and_what_it_changed(hourly, owner, owner_client):
    edited(hourly, owner, note="Meter reset")
    text = text_of(owner_client, at("versions", hourly))
    assert text.index(">v2<") < text.index(">v1<")
    for words in ("Edited cells", "1 value changed", "Meter reset", "Upload", "olive", "current"):
        assert words in text


def test_it_says_what_uses_a_version(hourly, owner_client):
    version = hourly.versions.get()
    words = "{} almanacs".format
    register_usage("almanacs", words, lambda user, dataset: {version.pk: 3})
    try:
        assert "3 almanacs" in text_of(owner_client, at("versions", hourly))
        assert "3 almanacs" in text_of(owner_client, hourly.get_absolute_url())
    finally:
        register_usage("almanacs", words, lambda user, dataset: {})


@pytest.mark.parametrize("page", ["detail", "data", "columns"])
def test_an_older_version_is_looked_at_under_a_notice(hourly, owner, owner_client, page):
    edited(hourly, owner)
    text = text_of(owner_client, at(page, hourly) + "?version=1")
    assert "You are looking at version 1" in text
    assert 'href="?version=1"' in text or "?version=1" in text
    assert "data-edit" not in text


def test_an_older_version_shows_its_own_rows(hourly, owner, owner_client):
    edited(hourly, owner)
    assert "4,871" in text_of(owner_client, at("data", hourly))
    assert "4,871" not in text_of(owner_client, at("data", hourly) + "?version=1")


async def _sent(response):
    return b"".join([chunk async for chunk in response.streaming_content])


def test_any_version_can_be_taken_away(hourly, owner, owner_client):
    edited(hourly, owner)
    address = at("download", hourly) + "?as=csv&version="
    first, second = (async_to_sync(_sent)(owner_client.get(address + n)) for n in "12")
    assert b"2026-01-01 01:00:00,110," in first
    assert b"2026-01-01 01:00:00,4871," in second


@pytest.mark.parametrize("number", ["3", "99999"])
def test_a_version_that_does_not_exist_is_not_found(hourly, owner_client, number):
    assert owner_client.get(at("data", hourly) + f"?version={number}").status_code == 404


def test_comparing_counts_and_shows_the_cell(hourly, owner, owner_client):
    edited(hourly, owner)
    text = text_of(owner_client, at("compare", hourly) + "?old=1&new=2")
    for words in ("1 value changed", "load", "2026-01-01 01:00", ">110<", ">4,871<"):
        assert words in text


def test_a_comparison_shows_every_digit_with_separators_between_thousands(
    hourly, owner, owner_client
):
    edited(hourly, owner, value="-1234567.0000001")
    text = text_of(owner_client, at("compare", hourly) + "?old=1&new=2")
    assert ">−1,234,567.0000001<" in text


def test_a_comparison_says_in_words_what_a_column_became(hourly, owner, owner_client):
    change_columns(hourly.versions.get(), [ColumnChange("c3", role="ignore")], owner)
    text = text_of(owner_client, at("compare", hourly) + "?old=1&new=2")
    assert '<dt class="mono">note</dt>' in text
    assert "→ not used</dd>" in text


def test_a_comparison_names_roles_also_where_cells_changed(hourly, owner, owner_client):
    edited(hourly, owner)
    change_columns(hourly.versions.get(number=2), [ColumnChange("c3", role="personal")], owner)
    text = text_of(owner_client, at("compare", hourly) + "?old=1&new=3")
    assert "1 value changed" in text
    assert "1 role changed" in text
    assert '<dt class="mono">note</dt>' in text
    only = text_of(owner_client, at("compare", hourly) + "?old=2&new=3")
    assert "1 role changed" in only
    assert "Nothing differs" not in only


def test_comparing_equal_versions_says_that_nothing_differs(hourly, owner_client):
    assert "Nothing differs" in text_of(owner_client, at("compare", hourly) + "?old=1&new=1")


def test_undo_and_making_an_older_one_current_make_versions_without_new_files(
    hourly, owner, owner_client, own_files
):
    edited(hourly, owner)
    files = sorted(own_files.rglob("*.parquet"))
    owner_client.post(at("undo", hourly))
    owner_client.post(at("restore", hourly, 2))
    assert sorted(own_files.rglob("*.parquet")) == files
    third, fourth = hourly.versions.get(number=3), hourly.versions.get(number=4)
    assert third.file_key == hourly.versions.get(number=1).file_key
    assert fourth.file_key == hourly.versions.get(number=2).file_key
    text = text_of(owner_client, at("versions", hourly))
    assert "Back to version 1" in text
    assert "Back to version 2" in text


def test_undo_at_the_beginning_is_a_conflict_and_is_not_offered(hourly, owner_client):
    assert "Undo the newest" not in text_of(owner_client, at("versions", hourly))
    assert owner_client.post(at("undo", hourly)).status_code == 409


def test_what_is_personal_now_is_hidden_in_older_versions_too(owner, owner_client):
    lines = "".join(f"2026-01-{d:02d},{d},Street {d}\n" for d in range(1, 9))
    dataset = read_dataset(owner, "day,load,place\n" + lines)
    version = dataset.current_version
    assert "Street 3" in text_of(owner_client, at("data", dataset))
    change_columns(version, [ColumnChange("c3", role="personal")], owner)
    for query in ("", "?version=1"):
        assert "Street 3" not in text_of(owner_client, at("data", dataset) + query)
        for page in ("detail", "columns"):
            assert "Street" not in text_of(owner_client, at(page, dataset) + query)
        address = at("column_statistics", dataset, "c3") + query
        assert "Street" not in text_of(owner_client, address)
    for asked in ("?sort=c3", "?f=c3:eq:Street 3", "?f=c3:starts:S", "?f=c3:gt:A"):
        assert owner_client.get(at("data", dataset) + asked).status_code == 422
    assert "No row matches" in text_of(owner_client, at("data", dataset) + "?q=Street 3")
    assert "Street" not in text_of(owner_client, at("data", dataset) + "?f=c3:present:")


def test_a_reader_may_look_and_compare_but_not_go_back(
    hourly, owner, collaborator, collaborator_client, stranger_client
):
    edited(hourly, owner)
    make_share(hourly, collaborator)
    assert collaborator_client.get(at("compare", hourly)).status_code == 200
    assert "Make it current" not in text_of(collaborator_client, at("versions", hourly))
    for door in (at("undo", hourly), at("restore", hourly, 1)):
        assert collaborator_client.post(door).status_code == 403
        assert stranger_client.post(door).status_code == 404
    assert hourly.versions.count() == 2


def test_an_editor_may_go_back(hourly, owner, collaborator, collaborator_client):
    edited(hourly, owner)
    make_share(hourly, collaborator, level="editor")
    collaborator_client.post(at("undo", hourly))
    newest = Dataset.objects.get(pk=hourly.pk).current_version
    assert (newest.origin, newest.made_by) == (Version.Origin.UNDO, collaborator)
