"""Cells edited in place: one at a time, undone, noted, saved as a version."""

import re

import pytest
from django.urls import reverse

from datasets import frames
from datasets.models import Dataset, Draft, Version
from datasets.receiving import quota
from datasets.versioning import version_jobs
from jobs.models import Job
from tests.datasets.made import read_dataset
from tests.factories import make_share

HTMX = {"HX-Request": "true"}


def at(name, dataset, *more):
    return reverse(f"datasets:{name}", args=[dataset.pk, *more])


def put(client, dataset, row, key, value):
    asked = {"row": row, "key": key, "value": value}
    return client.post(at("edit_cell", dataset), asked, headers=HTMX)


def save(client, dataset):
    """Save and run the job; the version."""
    client.post(at("save_edits", dataset))
    job = Job.objects.filter(kind=version_jobs.EDIT).latest("created_at")
    version_jobs.save_edits(str(job.pk))
    job.refresh_from_db()
    return job, Dataset.objects.get(pk=dataset.pk).current_version


def load(version):
    return list(frames.read_frame(version)["load"])


def test_an_edit_waits_in_the_bar_and_is_there_after_a_reload(hourly, owner_client):
    answer = put(owner_client, hourly, 2, "c2", "4871").content.decode()
    assert "cell-edited" in answer
    assert "was 110" in answer
    page = owner_client.get(at("data", hourly)).content.decode()
    assert "1 value edited" in page
    assert "Save as version 2" in page
    assert re.search(r'cell-edited[^>]*data-key="c2" data-row="2"', page)
    assert "4,871" in page


def test_rows_beyond_a_thousand_are_named_without_marks(owner, owner_client):
    rows = "".join(f"{number},{number}\n" for number in range(1, 1205))
    dataset = read_dataset(owner, "id,load\n" + rows)
    page = owner_client.get(at("data", dataset) + "?page=13").content.decode()
    assert 'data-row="1201"' in page
    assert (
        'value="1201"'
        in owner_client.get(f"{at('edit_cell', dataset)}?row=1201&key=c2").content.decode()
    )


def test_the_editor_holds_every_digit(owner, owner_client):
    rows = "".join(f"2026-01-{day:02d},{day}.123456789012\n" for day in range(1, 9))
    dataset = read_dataset(owner, "day,load\n" + rows)
    text = owner_client.get(at("edit_cell", dataset) + "?row=3&key=c2").content.decode()
    assert 'value="3.123456789012"' in text


def test_saving_makes_a_version_with_only_these_cells_changed(hourly, owner_client, owner):
    put(owner_client, hourly, 2, "c2", "4871")
    put(owner_client, hourly, 1, "c3", "windy")
    put(owner_client, hourly, 3, "c2", "")
    job, version = save(owner_client, hourly)
    first = hourly.versions.get(number=1)
    assert (job.state, version.number, version.origin) == ("succeeded", 2, Version.Origin.EDIT)
    assert (version.made_by, version.parent) == (owner, first)
    before, after = load(first), load(version)
    assert after[1] == 4871
    assert after[2] != after[2]
    assert [a for a, b in zip(after, before, strict=True) if a == b] == before[:1] + before[3:]
    diff = version.diff
    assert (diff["cells_changed"], diff["cells_filled"], diff["cells_emptied"]) == (1, 1, 1)
    assert diff["rows_added"] == diff["rows_removed"] == 0
    assert not Draft.objects.exists()


def test_a_changed_time_puts_its_row_elsewhere_and_is_one_change(hourly, owner_client):
    put(owner_client, hourly, 1, "c1", "2026-02-01 00:00")
    _, version = save(owner_client, hourly)
    assert load(version)[-1] == 100
    assert (version.diff["cells_changed"], version.diff["rows_added"]) == (1, 0)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("c2", "many", "a number, such as 12.5"),
        ("c2", "1,5", "a number, such as 12.5"),
        ("c2", "inf", "a number, such as 12.5"),
        ("c1", "2026-02-30", "a date or time"),
        ("c1", "", "tells which row this is"),
        ("c3", "x" * 10_001, "at most 10,000 characters"),
    ],
)
def test_a_value_that_does_not_fit_comes_back_with_a_sentence(
    hourly, owner_client, key, value, words
):
    response = put(owner_client, hourly, 2, key, value)
    assert words in response.content.decode()
    assert "aria-invalid" in response.content.decode()
    assert "value edited" not in owner_client.get(at("data", hourly)).content.decode()


@pytest.mark.parametrize(("row", "key"), [(999, "c2"), (1, "c9")])
def test_a_cell_that_does_not_exist_is_refused(hourly, owner_client, row, key):
    address = f"{at('edit_cell', hourly)}?row={row}&key={key}"
    assert owner_client.get(address).status_code == 422


def test_typing_what_was_there_takes_the_edit_back(hourly, owner_client):
    put(owner_client, hourly, 2, "c2", "5")
    assert "cell-edited" not in put(owner_client, hourly, 2, "c2", "110").content.decode()
    assert not Draft.objects.exists()


def test_undo_takes_back_the_last_edit_or_that_of_a_cell(hourly, owner_client):
    for row in (1, 2, 3):
        put(owner_client, hourly, row, "c2", "5")
    owner_client.post(at("undo_edit", hourly), headers=HTMX)
    owner_client.post(at("undo_edit", hourly), {"row": 1, "key": "c2"}, headers=HTMX)
    assert [edit["row"] for edit in Draft.objects.get().edits] == [2]


def test_discard_forgets_all_and_undo_then_has_nothing(hourly, owner_client):
    put(owner_client, hourly, 1, "c2", "5")
    owner_client.post(at("discard_edits", hourly), headers=HTMX)
    assert not Draft.objects.exists()
    assert owner_client.post(at("undo_edit", hourly)).status_code == 422


def test_the_note_of_an_edit_is_the_note_of_the_version(hourly, owner_client):
    put(owner_client, hourly, 2, "c2", "5")
    where = {"row": 2, "key": "c2", "note": "The meter  was reset"}
    owner_client.post(at("edit_note", hourly), where, headers=HTMX)
    _, version = save(owner_client, hourly)
    assert version.note == "The meter was reset"


def test_saving_without_edits_is_a_conflict(hourly, owner_client):
    assert owner_client.post(at("save_edits", hourly)).status_code == 409


def test_edits_of_two_people_do_not_mix(hourly, owner_client, collaborator, collaborator_client):
    make_share(hourly, collaborator, level="editor")
    put(owner_client, hourly, 1, "c2", "5")
    put(collaborator_client, hourly, 2, "c2", "6")
    assert "1 value edited" in collaborator_client.get(at("data", hourly)).content.decode()
    _, version = save(collaborator_client, hourly)
    assert load(version)[:2] == [100, 6]


def test_edits_of_an_older_version_are_carried_over_where_the_cell_is_the_same(
    hourly, owner_client, collaborator, collaborator_client
):
    make_share(hourly, collaborator, level="editor")
    put(owner_client, hourly, 1, "c2", "5")
    put(owner_client, hourly, 3, "c2", "7")
    put(collaborator_client, hourly, 1, "c2", "6")
    save(collaborator_client, hourly)
    page = owner_client.get(at("data", hourly)).content.decode()
    assert "Carry over to version 2" in page
    assert owner_client.post(at("save_edits", hourly)).status_code == 409
    owner_client.post(at("carry_over", hourly), headers=HTMX)
    assert [edit["row"] for edit in Draft.objects.get().edits] == [3]
    _, version = save(owner_client, hourly)
    assert load(version)[:3] == [6, 110, 7]


def test_a_second_attempt_of_the_job_makes_no_second_version(hourly, owner_client, owner):
    put(owner_client, hourly, 1, "c2", "5")
    owner_client.post(at("save_edits", hourly))
    draft, job = Draft.objects.get(), Job.objects.get(kind=version_jobs.EDIT)
    kept = list(draft.edits)
    version_jobs.save_edits(str(job.pk))
    again = Draft.objects.create(
        pk=draft.pk, person=owner, dataset=hourly, version=draft.version, edits=kept
    )
    Job.objects.filter(pk=job.pk).update(state="queued", attempt=0)
    version_jobs.save_edits(str(job.pk))
    assert hourly.versions.count() == 2
    assert not Draft.objects.filter(pk=again.pk).exists()


def test_the_quota_counts_before_anything_is_written(hourly, owner_client, settings, owner):
    put(owner_client, hourly, 1, "c2", "5")
    settings.QUOTA_BYTES = quota.used_bytes(owner) + 10
    assert owner_client.post(at("save_edits", hourly)).status_code == 413
    assert not Job.objects.filter(kind=version_jobs.EDIT).exists()


def test_hidden_cells_cannot_be_edited(owner, owner_client):
    lines = "".join(f"2026-01-{d:02d},{d},p{d}@netz.de\n" for d in range(1, 9))
    dataset = read_dataset(owner, "day,load,mail\n" + lines)
    assert dataset.current_version.column("c3").is_masked
    response = owner_client.get(f"{at('edit_cell', dataset)}?row=1&key=c3")
    assert response.status_code == 422
    assert "p1@netz" not in put(owner_client, dataset, 1, "c3", "x").content.decode()


DOORS = ["edit_cell", "save_edits", "undo_edit", "discard_edits", "carry_over"]


@pytest.mark.parametrize("door", DOORS)
def test_strangers_find_nothing_and_readers_may_not(
    hourly, stranger_client, collaborator, collaborator_client, door
):
    asked = {"row": 1, "key": "c2", "value": "5"}
    assert stranger_client.post(at(door, hourly), asked).status_code == 404
    make_share(hourly, collaborator)
    assert collaborator_client.post(at(door, hourly), asked).status_code == 403
    page = collaborator_client.get(at("data", hourly)).content.decode()
    assert "data-edit" not in page
