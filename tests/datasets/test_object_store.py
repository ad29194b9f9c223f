"""The same life of a dataset when files lie in an object store."""

import boto3
import pytest
from moto.server import ThreadedMotoServer

from datasets import frames, pyramid, storage, sweeping, uploads
from datasets.models import Dataset
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
