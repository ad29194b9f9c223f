"""Giving a file through the page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from datasets.models import Dataset
from tests.datasets.made import HOURLY

UPLOAD = reverse("datasets:upload")
HTMX = {"HX-Request": "true"}


def csv(text=HOURLY, name="load.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return {"file": SimpleUploadedFile(name, content, "text/csv")}


def test_a_file_is_read_and_its_mapper_opens(owner, owner_client):
    response = owner_client.post(UPLOAD, csv())
    dataset = Dataset.objects.get(owner=owner)
    assert response.status_code == 302
    assert response["Location"] == dataset.import_url
    assert dataset.filename == "load.csv"
    assert dataset.is_being_read


def test_the_script_is_told_where_to_go(owner, owner_client):
    response = owner_client.post(UPLOAD, csv(), headers=HTMX)
    assert response["HX-Redirect"] == Dataset.objects.get(owner=owner).import_url


def test_the_page_of_a_file_that_is_being_read_listens_to_its_job(owner, owner_client):
    address = owner_client.post(UPLOAD, csv())["Location"]
    text = owner_client.get(address).content.decode()
    job = Dataset.objects.get(owner=owner).job
    assert f'data-live-job="{job.pk}"' in text
    assert "Reading load.csv" in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"time,load\n", "row"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "CSV"),
        (b"%PDF-1.7 x", "CSV"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_a_remedy_and_nothing_stays(
    owner_client, content, words
):
    response = owner_client.post(UPLOAD, csv(content))
    text = response.content.decode()
    assert response.status_code == 422
    assert '<span class="mono">load.csv</span> was not imported' in text
    assert words in text
    assert not Dataset.objects.exists()


def test_the_script_gets_the_refusal_as_a_notice(owner_client):
    response = owner_client.post(UPLOAD, csv(b""), headers=HTMX)
    assert response.status_code == 422
    assert "<html" not in response.content.decode()


def test_no_file_at_all_is_refused(owner_client):
    response = owner_client.post(UPLOAD, {"file": "words"})
    assert response.status_code == 422
    assert "No file arrived. Choose a CSV file and send it again." in response.content.decode()


def test_a_file_name_is_shown_escaped(owner_client):
    response = owner_client.post(UPLOAD, csv(b"", name="<img src=x>.csv"))
    assert "<img src=x" not in response.content.decode()


def test_a_viewer_may_not_upload(viewer_client):
    assert viewer_client.post(UPLOAD, csv()).status_code == 403
    assert not Dataset.objects.exists()


def test_signed_out_people_go_to_sign_in(client, db):
    assert "next=" in client.post(UPLOAD, csv())["Location"]
    assert not Dataset.objects.exists()


def test_only_get_and_post_are_understood(owner_client):
    assert owner_client.delete(UPLOAD).status_code == 405
