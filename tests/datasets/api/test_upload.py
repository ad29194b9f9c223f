"""`POST /api/v1/datasets/upload/`."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from datasets.models import Dataset
from tests.datasets.made import HOURLY, make_dataset, read_dataset

UPLOAD = "/api/v1/datasets/upload/"
SAMPLES = "/api/v1/datasets/samples/"


def form(text=HOURLY, name="load.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return {"file": SimpleUploadedFile(name, content, "text/csv")}


def test_a_form_is_answered_with_the_dataset_and_its_job(owner, owner_api):
    response = owner_api.post(UPLOAD, form(), format="multipart")
    dataset = Dataset.objects.get(owner=owner)
    assert response.status_code == 202
    assert response.json()["dataset"]["id"] == str(dataset.pk)
    assert response.json()["job"]["state"] == "queued"
    assert response.json()["job"]["url"] == f"/api/v1/jobs/{dataset.job.pk}/"


def test_the_address_of_the_list_takes_files_too(owner, owner_api):
    response = owner_api.post("/api/v1/datasets/", form(), format="multipart")
    assert response.status_code == 202
    assert Dataset.objects.filter(owner=owner).count() == 1


@pytest.mark.parametrize(
    "kind", ["text/csv", "application/octet-stream", "application/x-www-form-urlencoded"]
)
def test_the_file_may_be_the_body(owner, anonymous_api, kind):
    anonymous_api.force_authenticate(owner)
    response = anonymous_api.generic("POST", f"{UPLOAD}?name=plant.csv", HOURLY, content_type=kind)
    dataset = Dataset.objects.get(owner=owner)
    assert response.status_code == 202
    assert (dataset.filename, dataset.file_size) == ("plant.csv", len(HOURLY))


def test_the_same_key_sent_twice_makes_one_dataset(owner, owner_api):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = owner_api.post(UPLOAD, form(), format="multipart", headers=key)
    second = owner_api.post(UPLOAD, form(), format="multipart", headers=key)
    assert first.json()["dataset"]["id"] == second.json()["dataset"]["id"]
    assert second["Idempotency-Replayed"] == "true"
    assert Dataset.objects.count() == 1


def test_a_body_sent_twice_with_one_key_makes_one_dataset(owner, owner_api):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    for _ in range(2):
        response = owner_api.generic(
            "POST", f"{UPLOAD}?name=a.csv", HOURLY, content_type="text/csv", headers=key
        )
        assert response.status_code == 202
    assert Dataset.objects.count() == 1


@pytest.mark.parametrize(
    "content", [b"", b"time,load\n", b"\x00" * 500, b"PK\x03\x04" + b"x" * 200, b"%PDF-1.7"]
)
def test_what_is_no_table_is_refused_in_a_sentence_and_nothing_stays(owner_api, content):
    response = owner_api.post(UPLOAD, form(content), format="multipart")
    assert response.status_code == 422
    assert response.json()["error"]["message"].rstrip().endswith((".", "…"))
    assert not Dataset.objects.exists()


def test_a_request_without_a_file_says_how_to_send_one(owner_api):
    response = owner_api.post(UPLOAD, {"file": "words"}, format="multipart")
    assert response.status_code == 422
    assert "form field file" in response.json()["error"]["message"]


def test_a_viewer_may_not_upload(viewer_api):
    assert viewer_api.post(UPLOAD, form(), format="multipart").status_code == 403
    assert not Dataset.objects.exists()


def test_signed_out_programs_upload_nothing(anonymous_api, db):
    assert anonymous_api.post(UPLOAD, form(), format="multipart").status_code == 401
    assert not Dataset.objects.exists()


def test_upload_only_takes_posts(owner_api):
    assert owner_api.put(UPLOAD, form(), format="multipart").status_code in {404, 405}


def test_samples_are_listed_and_made(owner, owner_api):
    samples = owner_api.get(SAMPLES).json()
    assert {"key", "name", "caption", "description"} <= set(samples[0])
    response = owner_api.post(SAMPLES, {"key": samples[0]["key"]})
    assert response.status_code == 202
    assert Dataset.objects.get(owner=owner).metadata["sample"] == samples[0]["key"]


def test_an_unknown_sample_is_answered_with_the_known_ones(owner_api):
    error = owner_api.post(SAMPLES, {"key": "moon"}).json()["error"]
    assert error["field"] == "key"
    assert owner_api.get(SAMPLES).json()[0]["key"] in error["message"]


def test_a_refused_file_can_be_read_again_the_way_its_owner_says(owner, owner_api):
    rows = "".join(f"{day:02d}/01/2026,{day}\n" for day in range(1, 13))
    dataset = read_dataset(owner, "day,load\n" + rows)
    response = owner_api.post(f"/api/v1/datasets/{dataset.pk}/read-again/", {"day_first": True})
    assert response.status_code == 202
    assert response.json()["job"]["state"] == "queued"


def test_a_file_that_is_being_read_is_not_read_twice(owner, owner_api):
    dataset = make_dataset(owner, status="processing")
    response = owner_api.post(f"/api/v1/datasets/{dataset.pk}/read-again/", {})
    assert response.status_code == 409


@pytest.mark.parametrize("said", [{"decimal": "x"}, {"header": "perhaps"}, {"delimiter": "§"}])
def test_impossible_ways_to_write_a_file_are_refused(owner, owner_api, said):
    dataset = make_dataset(owner)
    response = owner_api.post(f"/api/v1/datasets/{dataset.pk}/read-again/", said)
    assert response.status_code in {400, 422}
    assert response.json()["error"]["field"] in said
