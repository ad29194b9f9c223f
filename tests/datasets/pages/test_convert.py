"""The dialog and the page that export a dataset."""

import pytest
from asgiref.sync import async_to_sync
from django.urls import reverse

from datasets import exporting, tasks
from datasets.formats.registry import FORMATS
from datasets.models import Column
from jobs.models import Job


def content_of(answer):
    async def run():
        return b"".join([block async for block in answer.streaming_content])

    return async_to_sync(run)()


@pytest.fixture
def address(hourly):
    return reverse("datasets:convert", args=[hourly.pk])


def test_every_format_is_offered_with_its_options(owner_client, address):
    page = owner_client.get(address).content.decode()
    for format in FORMATS.values():
        assert f'value="{format.key}"' in page
    for name in ("delimiter", "decimal", "encoding", "orient"):
        assert f'name="{name}"' in page


def test_the_menu_of_a_dataset_leads_there(owner_client, hourly, address):
    assert address in owner_client.get(hourly.get_absolute_url()).content.decode()


def test_a_small_table_is_sent_at_once(owner_client, hourly, address):
    answer = owner_client.post(address, {"format": "json", "orient": "lines"})
    assert answer.status_code == 302
    assert answer.url == f"/data/{hourly.pk}/download/?as=json&orient=lines"
    sent = owner_client.get(answer.url)
    assert sent["Content-Disposition"].endswith('.ndjson"')
    assert content_of(sent).count(b"\n") == 240


def test_in_the_dialog_the_browser_is_told_where_the_file_is(owner_client, hourly, address):
    answer = owner_client.post(address, {"format": "csv"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith(f"/data/{hourly.pk}/download/?as=csv")


def test_a_large_table_shows_its_job_and_then_its_file(
    owner_client, stranger_client, hourly, address, monkeypatch
):
    monkeypatch.setattr(exporting, "_AT_ONCE", {**exporting._AT_ONCE, "xlsx": 0})
    answer = owner_client.post(address, {"format": "xlsx"}, follow=True)
    job = Job.objects.of_kind("convert").get()
    assert f'data-live-job="{job.pk}"' in answer.content.decode()
    waiting = owner_client.get(job.link)
    assert waiting.url == f"{address}?job={job.pk}"
    tasks.convert(str(job.pk))
    fetched = owner_client.get(job.link)
    assert fetched["Content-Type"] == FORMATS["xlsx"].content_type
    assert content_of(fetched).startswith(b"PK")
    assert stranger_client.get(job.link).status_code == 404


def test_what_cannot_be_written_is_said_in_the_dialog(owner_client, hourly, address):
    hourly.versions.update(row_count=2_000_000)
    answer = owner_client.post(address, {"format": "xlsx"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "1,048,575 rows" in answer.content.decode()
    assert owner_client.post(address, {"format": "xlsx"}).status_code == 422


def test_masked_columns_are_named(owner_client, hourly, address):
    Column.objects.filter(version__dataset=hourly, name="note").update(role=Column.Role.PERSONAL)
    assert "Personal data leave masked: note." in owner_client.get(address).content.decode()


def test_strangers_find_nothing(stranger_client, address):
    assert stranger_client.get(address).status_code == 404
