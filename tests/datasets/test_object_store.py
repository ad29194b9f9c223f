"""The same life of a dataset when files lie in an object store."""

from urllib.request import urlopen

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

from datasets import frames, pyramid, storage, tasks
from datasets.mapping import choosing
from datasets.models import Dataset
from datasets.receiving import resumable, sweeping, uploads
from tests.datasets.given import read

TABLE = "day,y\n" + "".join(f"2026-01-{day:02d},{day}\n" for day in range(1, 29))


@pytest.fixture
def bucket(settings, own_files):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    options = {
        "endpoint_url": f"http://{host}:{port}",
        "aws_access_key_id": "test",
        "aws_secret_access_key": "test",
        "region_name": "us-east-1",
    }
    # Servers of one process share what they hold.
    requests.post(f"{options['endpoint_url']}/moto-api/reset", timeout=5).raise_for_status()
    client = boto3.client("s3", **options)
    client.create_bucket(Bucket="almanac")
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": "almanac",
                "access_key": "test",
                "secret_key": "test",
                "region_name": "us-east-1",
                "endpoint_url": options["endpoint_url"],
                "addressing_style": "path",
            },
        },
    }
    yield client
    server.stop()


def keys(client):
    return {entry["Key"] for entry in client.list_objects_v2(Bucket="almanac").get("Contents", [])}


def test_a_dataset_lives_in_an_object_store(
    owner, bucket, own_files, django_capture_on_commit_callbacks
):
    version = read(owner, TABLE)
    folder = storage.folder_of(version.dataset_id)
    assert keys(bucket) == {f"{folder}/source", f"{folder}/v1/data.parquet"}
    assert frames.read_frame(version)["y"].sum() == sum(range(1, 29))
    assert len(pyramid.range_data(version, "c2").x) == 28
    assert sweeping.sweep_orphans(older_than=60) == 0
    with django_capture_on_commit_callbacks(execute=True):
        uploads.delete(Dataset.objects.get())
    assert keys(bucket) == set()
    assert not [path for path in (own_files / "cache").rglob("*") if path.is_file()]


def test_a_file_waits_in_an_object_store_until_it_is_imported(
    owner, bucket, own_files, django_capture_on_commit_callbacks
):
    content = TABLE.encode()
    upload = resumable.begin(owner=owner, name="load.csv", size=len(content), review=True)
    resumable.append(upload, offset=0, blocks=[content[:50], content[50:]])
    dataset = resumable.finish(upload)
    folder = storage.folder_of(dataset.pk)
    assert keys(bucket) == {f"{folder}/source"}
    tasks.ingest(str(dataset.job_id))
    dataset.refresh_from_db()
    assert keys(bucket) == {
        f"{folder}/source",
        f"{folder}/staged/found.json",
        f"{folder}/v1/data.parquet",
    }
    with django_capture_on_commit_callbacks(execute=True):
        version = choosing.import_now(dataset)
    assert keys(bucket) == {f"{folder}/source", f"{folder}/v1/data.parquet"}
    assert frames.read_frame(version)["y"].sum() == sum(range(1, 29))


def test_a_browser_fetches_a_file_from_the_store_itself(owner, bucket, own_files):
    dataset = read(owner, TABLE).dataset
    address = storage.download_url(dataset.file_path, "load äöü.csv")
    with urlopen(address) as answer:  # noqa: S310 - a server of this test
        assert answer.read().decode() == TABLE
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "load" in answer.headers["Content-Disposition"]
    assert "Expires=" in address or "X-Amz-Expires=300" in address


def test_files_of_a_local_folder_have_no_address_of_their_own(owner, own_files):
    dataset = read(owner, TABLE).dataset
    assert storage.download_url(dataset.file_path, "load.csv") is None


def test_a_file_that_is_no_longer_stored_is_missing_in_every_store(owner, bucket, own_files):
    with pytest.raises(FileNotFoundError):
        storage.read_text("datasets/nothing/staged/found.json")
