"""From the first byte to the last file removed: cases 69, 71 and 72 of bad uploads."""

import hashlib
import json
import subprocess
import sys
import threading
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection

from accounts.models import Share, User
from accounts.problems import Conflict, NotAllowed, TooLarge
from datasets import frames, ingest, samples, storage, tasks, transitions
from datasets.building.build import Request
from datasets.filenames import clean_filename
from datasets.models import Dataset, Version
from datasets.problems import DatasetProblem
from datasets.receiving import quota, sweeping, uploads
from datasets.receiving.reading_process import _environment, run_reading
from datasets.refusals import Refusal
from datasets.signals import version_ready
from datasets.sniffing.options import ReadingOptions
from jobs import moves
from jobs.models import Job
from tests.datasets.given import Quietly, read, read_kept, upload
from tests.factories import make_share, make_user

TABLE = "day,y\n" + "".join(f"2026-01-{day:02d},{day}\n" for day in range(1, 29))


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_an_upload_is_kept_hashed_and_queued(owner, own_files):
    dataset = upload(owner, TABLE, name="my sales.csv")
    assert (dataset.name, dataset.filename, dataset.status) == (
        "my sales",
        "my sales.csv",
        "uploading",
    )
    assert dataset.file_hash == hashlib.sha256(TABLE.encode()).hexdigest()
    assert dataset.file_size == len(TABLE)
    stored = storage.local_copy(dataset.file_path)
    assert stored.read_text() == TABLE
    assert stored.stat().st_mode & 0o777 == 0o600
    assert dataset.job.state == Job.State.QUEUED
    assert dataset.job.arguments == {"dataset": str(dataset.pk)}


@pytest.mark.parametrize("kind", [SimpleUploadedFile, TemporaryUploadedFile])
def test_files_of_forms_are_taken_in_chunks(owner, kind):
    if kind is SimpleUploadedFile:
        sent = SimpleUploadedFile("a.csv", TABLE.encode())
    else:
        sent = TemporaryUploadedFile("a.csv", "text/csv", len(TABLE), None)
        sent.write(TABLE.encode())
        sent.seek(0)
    dataset = uploads.receive(owner=owner, name=sent.name, content=sent, size=sent.size)
    assert storage.local_copy(dataset.file_path).read_text() == TABLE


def test_the_worker_reads_it_in_another_process_and_the_status_follows(
    owner, django_capture_on_commit_callbacks
):
    heard = []
    listen = heard.append

    def receiver(sender, version, **_more):
        listen(version)

    version_ready.connect(receiver)
    dataset = upload(owner, TABLE)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.ingest(str(dataset.job_id))
    version_ready.disconnect(receiver)
    dataset = Dataset.objects.get(pk=dataset.pk)
    assert (dataset.status, dataset.record_count) == (Dataset.Status.READY, 28)
    assert dataset.job.state == Job.State.SUCCEEDED
    assert heard == [dataset.current_version]
    version = dataset.current_version
    stored = storage.local_copy(version.file_key)
    assert version.content_hash == hashlib.sha256(stored.read_bytes()).hexdigest()
    assert stored.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_read_ends_as_an_error_with_its_sentence(owner, own_files):
    dataset = upload(owner, TABLE + "2026-02-30,1\n", name="load.csv")
    tasks.ingest(str(dataset.job_id))
    dataset = Dataset.objects.get(pk=dataset.pk)
    assert dataset.status == Dataset.Status.ERROR
    assert dataset.error_sentence.startswith('load.csv: row 30, column day: "2026-02-30"')
    assert not dataset.versions.exists()
    assert [path.name for path in files(own_files)] == ["source"]


def test_the_sentence_is_in_the_language_of_the_owner(owner):
    User.objects.filter(pk=owner.pk).update(language="zh-hans")
    dataset = upload(owner, TABLE + "2026-02-30,1\n")
    tasks.ingest(str(dataset.job_id))
    assert Dataset.objects.get(pk=dataset.pk).error_sentence


def test_trying_again_without_the_bad_rows_makes_it_ready(owner):
    dataset = upload(owner, TABLE + "2026-02-30,1\n")
    tasks.ingest(str(dataset.job_id))
    dataset = Dataset.objects.get(pk=dataset.pk)
    job = uploads.again(dataset, options=ReadingOptions(leave_out_bad_times=True))
    tasks.ingest(str(job.pk))
    dataset = Dataset.objects.get(pk=dataset.pk)
    assert (dataset.status, dataset.record_count, dataset.error_sentence) == ("ready", 28, "")


def test_reading_again_makes_the_next_version_and_keeps_the_first(owner):
    dataset = read(owner, "a,b\nx,1\ny,2\n").dataset
    Job.objects.update(state=Job.State.SUCCEEDED)
    dataset = Dataset.objects.get(pk=dataset.pk)
    uploads.again(dataset, options=ReadingOptions(header=False))
    read_kept(dataset)
    counts = Version.objects.filter(dataset=dataset).values_list("number", "row_count")
    assert sorted(counts) == [(1, 2), (2, 3)]
    assert Dataset.objects.get(pk=dataset.pk).current_version.number == 2


def test_reading_again_while_it_is_read_is_a_conflict(owner):
    with pytest.raises(Conflict):
        uploads.again(upload(owner, TABLE))


def test_failing_again_leaves_the_dataset_usable(owner):
    dataset = read(owner, TABLE).dataset
    job = dataset.job
    for state, status in ((Job.State.RUNNING, "processing"), (Job.State.FAILED, "ready")):
        job.state, job.error = state, "No."
        transitions.follow(job)
        assert Dataset.objects.get(pk=dataset.pk).status == status


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (Job.State.QUEUED, "processing"),
        (Job.State.RUNNING, "processing"),
        (Job.State.SUCCEEDED, "ready"),
        (Job.State.FAILED, "error"),
        (Job.State.CANCELLED, "error"),
    ],
)
def test_each_state_of_the_job_gives_a_status(owner, state, status):
    dataset = upload(owner, TABLE)
    dataset.job.state = state
    transitions.follow(dataset.job)
    assert Dataset.objects.get(pk=dataset.pk).status == status


def test_a_cancelled_reading_leaves_no_files(owner, own_files):
    dataset = upload(owner, TABLE)
    moves.claim(dataset.job_id)
    moves.cancel(Job.objects.get(pk=dataset.job_id))
    Job.objects.filter(pk=dataset.job_id).update(state=Job.State.QUEUED)
    tasks.ingest(str(dataset.job_id))
    assert Job.objects.get(pk=dataset.job_id).state == Job.State.CANCELLED
    assert [path.name for path in files(own_files)] == ["source"]


def test_viewers_upload_nothing(viewer, own_files):
    with pytest.raises(NotAllowed):
        upload(viewer, TABLE)
    assert not own_files.exists() or not files(own_files)


def test_too_large_a_file_is_refused_by_its_announced_size(owner, settings):
    settings.UPLOAD_MAX_BYTES = 100

    def never():
        raise AssertionError("the body must not be read")
        yield b""

    with pytest.raises(TooLarge):
        uploads.receive(owner=owner, name="a.csv", content=never(), size=101)


def test_too_large_a_file_is_stopped_while_it_arrives(owner, settings, own_files):
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(TooLarge):
        uploads.receive(owner=owner, name="a.csv", content=[b"x" * 60, b"x" * 60])
    assert not files(own_files)
    assert not Dataset.objects.exists()


def test_an_upload_that_breaks_off_leaves_nothing(owner, own_files):
    def broken():
        yield TABLE.encode()
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        uploads.receive(owner=owner, name="a.csv", content=broken())
    assert not files(own_files)
    assert not Dataset.objects.exists()
    assert not Job.objects.exists()


def test_a_full_quota_refuses_and_leaves_nothing(owner, settings, own_files):
    upload(owner, TABLE)
    settings.QUOTA_BYTES = int(1.5 * len(TABLE))
    with pytest.raises(TooLarge, match="storage"):
        upload(owner, TABLE)
    assert Dataset.objects.count() == 1
    assert len(files(own_files)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_quota_is_exact_when_two_uploads_race(settings):
    person = make_user("racer")
    settings.QUOTA_BYTES = int(1.5 * len(TABLE))
    outcomes = []

    def send():
        try:
            upload(person, TABLE)
            outcomes.append("kept")
        except TooLarge:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["kept", "refused"]
    assert quota.used_bytes(person) == len(TABLE)


def test_the_same_file_twice_makes_two_datasets(owner):
    assert read(owner, TABLE).dataset_id != read(owner, TABLE).dataset_id


def test_deleting_removes_rows_shares_and_files(
    owner, collaborator, own_files, django_capture_on_commit_callbacks
):
    dataset = read(owner, TABLE).dataset
    make_share(dataset, collaborator)
    with django_capture_on_commit_callbacks(execute=True):
        uploads.delete(dataset)
    assert not Dataset.objects.exists()
    assert not Share.objects.exists()
    assert not files(own_files)


def test_files_stay_until_the_deletion_is_certain(owner, own_files):
    dataset = read(owner, TABLE).dataset
    uploads.delete(dataset)
    # The test's transaction has not been committed.
    assert files(own_files)


def test_deleting_while_reading_leaves_nothing(
    owner, own_files, django_capture_on_commit_callbacks
):
    dataset = upload(owner, TABLE)
    job = str(dataset.job_id)

    def delete_meanwhile(request, **more):
        found = run_reading(request, **more)
        with django_capture_on_commit_callbacks(execute=True):
            uploads.delete(Dataset.objects.get(pk=dataset.pk))
        return found

    assert ingest.read_dataset(Quietly(dataset=str(dataset.pk)), reader=delete_meanwhile) is None
    assert not files(own_files)
    tasks.ingest(job)
    assert not Dataset.objects.exists()


def test_a_killed_reader_is_a_sentence_not_a_crash(owner, monkeypatch):
    dataset = upload(owner, TABLE)
    monkeypatch.setattr("datasets.receiving.reading_process._MODULE", "datasets.no_such_module")
    tasks.ingest(str(dataset.job_id))
    assert "made the reader fail" in Dataset.objects.get(pk=dataset.pk).error_sentence


def test_a_slow_reader_is_stopped(owner, settings, tmp_path):
    settings.INGEST_SECONDS = 0
    source, results = tmp_path / "a.csv", tmp_path / "results"
    source.write_text(TABLE)
    results.mkdir()
    reading = upload(owner, TABLE).reading
    request = Request.from_dict({"source": source, "folder": results, "reading": reading})
    began = time.monotonic()
    with pytest.raises(Refusal) as refused:
        run_reading(request, folder=tmp_path, on_progress=print, should_stop=lambda: False)
    assert refused.value.code == "too_slow"
    assert time.monotonic() - began < 5


def test_the_sweep_removes_orphans_and_nothing_else(owner, own_files):
    kept = read(owner, TABLE).dataset
    lost = own_files / "storage" / storage.folder_of("2d0a5b1e-8f44-4a57-9a52-5c7b7a9e0f11")
    lost.mkdir(parents=True)
    (lost / "source").write_text("left behind")
    assert sweeping.sweep_orphans(older_than=60) == 0
    assert sweeping.sweep_orphans(older_than=-1) >= 1
    assert not lost.exists()
    assert storage.local_copy(kept.file_path).is_file()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", "file.csv"), (".", "file.csv"), ("..", "file.csv"), ("../../etc/passwd", "passwd"),
        ("..\\x.csv", "x.csv"), ("%2e%2e/y.csv", "y.csv"), ("/abs/z.csv", "z.csv"),
        ("a\0b.csv", "ab.csv"), ("a\nb.csv", "ab.csv"), ("\u202efdp.csv", "fdp.csv"),
        ("📈.csv", "📈.csv"), ("CON", "CON"), ("trailing.", "trailing"),
        ("<img onerror=x>.csv", "<img onerror=x>.csv"),
    ],
)  # fmt: skip
def test_names_of_files_have_no_effect_on_paths(owner, given, shown):
    dataset = upload(owner, TABLE, name=given)
    assert dataset.filename == shown
    assert dataset.file_path == f"datasets/{dataset.pk}/source"


def test_long_names_are_clipped_but_keep_their_ending():
    name = clean_filename("x" * 400 + ".csv")
    assert len(name) == 120
    assert name.endswith(".csv")


def test_renaming_needs_a_name(owner):
    dataset = upload(owner, TABLE)
    uploads.rename(dataset, name="  Load  ", description="Of the city")
    assert Dataset.objects.get(pk=dataset.pk).name == "Load"
    with pytest.raises(DatasetProblem, match="Give the dataset a name"):
        uploads.rename(dataset, name="  ")


@pytest.mark.parametrize(
    ("key", "frequency", "layout"),
    [
        ("electricity", "h", "wide"),
        ("visits", "D", "wide"),
        ("stores", "W-MON", "long"),
        ("freight", "MS", "wide"),
    ],
)
def test_every_sample_becomes_a_dataset_ready_to_forecast(owner, key, frequency, layout):
    dataset = samples.create(owner=owner, key=key)
    version = read_kept(dataset)
    assert (version.frequency, version.layout) == (frequency, layout)
    assert not [found for found in version.findings if found.severity != "info"]
    assert dataset.metadata["sample"] == key
    assert len(frames.read_panel(version)) == (12 if key == "stores" else 1)


def test_the_catalogue_draws_sparks_of_what_it_makes(owner):
    for sample in samples.catalogue():
        assert len(sample.spark) == 60
        assert sample.make().equals(sample.make())


def test_the_reading_process_dies_with_its_worker(owner, tmp_path):
    results = tmp_path / "results"
    results.mkdir()
    source = tmp_path / "a.csv"
    source.write_text(TABLE)
    request = Request.from_dict(
        {"source": source, "folder": results, "reading": upload(owner, TABLE).reading}
    )
    written = tmp_path / "request.json"
    written.write_text(json.dumps(request.to_dict()))
    # The process is told of a worker that is not its parent: the real one is gone.
    command = [sys.executable, "-m", "datasets.building.child", str(written), "1"]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == 1
    assert not list(results.iterdir())


def test_the_reading_process_knows_no_secret_and_no_django():
    code = (
        "import os, sys, datasets.building.child;"
        "print('django' in sys.modules, 'pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]
    assert not {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} & set(_environment())
