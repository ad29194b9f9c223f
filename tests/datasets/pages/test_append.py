"""New rows by a file on the page: sent, asked about, added."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from datasets.models import Dataset
from datasets.receiving import quota
from datasets.versioning import version_jobs
from jobs.models import Job
from tests.factories import make_share

NEW = "time,load,note\n2026-01-11 00:00,100,new\n"
AGAIN = "time,load,note\n2026-01-10 23:00,1,new\n2026-01-11 00:00,100,new\n"


def at(name, dataset, *more):
    return reverse(f"datasets:{name}", args=[dataset.pk, *more])


def send(client, dataset, text, same="ask"):
    file = SimpleUploadedFile("more.csv", text.encode())
    return client.post(at("append", dataset), {"file": file, "same": same})


def run_last():
    job = Job.objects.filter(kind=version_jobs.APPEND).latest("created_at")
    version_jobs.append_rows(str(job.pk))
    job.refresh_from_db()
    return job


def newest(dataset):
    return Dataset.objects.get(pk=dataset.pk).current_version


def test_new_rows_are_added_as_a_version(hourly, owner, owner_client):
    page = send(owner_client, hourly, NEW)
    job = run_last()
    assert page["Location"] == at("append_job", hourly, job.pk)
    version = newest(hourly)
    assert (job.state, version.row_count, version.made_by) == ("succeeded", 241, owner)
    text = owner_client.get(page["Location"]).content.decode()
    assert "Look at the rows" in text
    assert "1 row added" in owner_client.get(at("versions", hourly)).content.decode()


def test_repeated_times_are_asked_about_and_the_answer_goes_on(hourly, owner_client):
    send(owner_client, hourly, AGAIN)
    job = run_last()
    text = owner_client.get(at("append_job", hourly, job.pk)).content.decode()
    assert "1 of 2 rows has a time that is there already" in text
    assert "Take the new row" in text
    owner_client.post(at("append_job", hourly, job.pk), {"same": "new"})
    run_last()
    assert newest(hourly).row_count == 241
    assert owner_client.post(at("append_job", hourly, job.pk), {"same": "new"}).status_code == 409


def test_adding_nothing_removes_the_file_that_waited(hourly, owner_client, own_files, settings):
    send(owner_client, hourly, AGAIN)
    job = run_last()
    owner_client.post(at("append_job", hourly, job.pk), {"same": "none"})
    text = owner_client.get(at("append_job", hourly, job.pk)).content.decode()
    assert "Take the new row" not in text
    assert newest(hourly).number == 1


def test_a_file_nobody_answered_for_goes_when_other_rows_come_or_a_day_has_passed(
    hourly, owner_client, own_files, settings
):
    send(owner_client, hourly, AGAIN)
    first = run_last()
    send(owner_client, hourly, AGAIN)
    text = owner_client.get(at("append_job", hourly, first.pk)).content.decode()
    assert "Take the new row" not in text
    second = run_last()
    assert version_jobs.sweep_unanswered() == 0
    settings.UPLOAD_KEEP_SECONDS = -1
    assert version_jobs.sweep_unanswered() == 1
    text = owner_client.get(at("append_job", hourly, second.pk)).content.decode()
    assert "Take the new row" not in text


def test_a_column_that_is_missing_is_named_on_the_page(hourly, owner_client):
    send(owner_client, hourly, "time,load\n2026-01-11 00:00,1\n")
    job = run_last()
    text = owner_client.get(at("append_job", hourly, job.pk)).content.decode()
    assert "more.csv has no column note" in text
    assert "were not added" in text
    assert "The dataset is unchanged: version 1." in text
    assert "Choose another file" in text
    assert "You can leave this page" not in text


def test_a_recipe_that_fails_does_not_say_that_the_rows_are_missing(hourly, owner_client):
    recipe = [{"step": "fill", "on": True, "settings": {"method": "linear", "columns": ["c9"]}}]
    Dataset.objects.filter(pk=hourly.pk).update(recipe=recipe)
    send(owner_client, hourly, NEW)
    job = run_last()
    text = owner_client.get(at("append_job", hourly, job.pk)).content.decode()
    assert job.state == "failed"
    assert "were added and not repaired" in text
    assert "The rows were added as version 2" in text
    assert "The dataset is unchanged" not in text


@pytest.mark.parametrize("same", ["", "perhaps"])
def test_a_strange_answer_is_refused(hourly, owner_client, same):
    assert send(owner_client, hourly, NEW, same=same).status_code == 422


def test_without_a_file_it_says_so(hourly, owner_client):
    response = owner_client.post(at("append", hourly))
    assert response.status_code == 422
    assert "Choose a file with the new rows" in response.content.decode()


def test_over_the_quota_nothing_stays(hourly, owner, owner_client, settings):
    settings.QUOTA_BYTES = quota.used_bytes(owner) + 5
    assert send(owner_client, hourly, NEW).status_code == 413
    assert not Job.objects.filter(kind=version_jobs.APPEND).exists()


def test_the_recipe_of_the_dataset_runs_over_what_was_added(hourly, owner_client):
    Dataset.objects.filter(pk=hourly.pk).update(
        recipe=[{"step": "fill", "on": True, "settings": {"method": "linear", "columns": ["c2"]}}]
    )
    send(owner_client, hourly, "time,load,note\n2026-01-11 00:00,,x\n2026-01-11 01:00,350,x\n")
    job = run_last()
    assert job.error == ""
    version = newest(hourly)
    assert (version.number, version.origin) == (3, "repair")
    assert version.column("c2").missing == 0


def test_readers_may_not_and_strangers_find_nothing(
    hourly, collaborator, collaborator_client, stranger_client
):
    make_share(hourly, collaborator)
    assert send(collaborator_client, hourly, NEW).status_code == 403
    assert send(stranger_client, hourly, NEW).status_code == 404
    assert "Add rows" not in collaborator_client.get(at("data", hourly)).content.decode()


def test_an_editor_adds_rows_to_what_belongs_to_another(hourly, collaborator, collaborator_client):
    make_share(hourly, collaborator, level="editor")
    send(collaborator_client, hourly, NEW)
    assert run_last().state == "succeeded"
    assert newest(hourly).made_by == collaborator
