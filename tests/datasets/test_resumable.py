"""Files in pieces: the open protocol tus 1.0, and what becomes of files that never arrive whole."""

import base64
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.problems import Conflict
from datasets.models import Dataset, Upload
from datasets.receiving import quota, resumable

pytestmark = pytest.mark.django_db
UPLOADS = "/api/v1/uploads/"
TABLE = b"day,y\n" + b"".join(b"2026-01-%02d,%d\n" % (day, day) for day in range(1, 29))
SIZE = len(TABLE)
BYTES = "application/offset+octet-stream"


def metadata(**said):
    pairs = [f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items()]
    return ",".join(pairs)


def begin(api, size=SIZE, **said):
    return api.post(
        UPLOADS,
        HTTP_UPLOAD_LENGTH=str(size),
        HTTP_UPLOAD_METADATA=metadata(**{"filename": "load.csv", **said}),
        HTTP_TUS_RESUMABLE="1.0.0",
    )


def send(api, address, offset, data, content_type=BYTES):
    return api.generic(
        "PATCH", address, data, content_type=content_type, HTTP_UPLOAD_OFFSET=str(offset)
    )


def parts(own_files):
    folder = own_files / "arriving"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_a_file_arrives_in_pieces_and_becomes_a_dataset(owner, owner_api, own_files):
    answer = begin(owner_api)
    address = answer["Location"]
    assert (answer.status_code, answer["Tus-Resumable"]) == (201, "1.0.0")
    half = send(owner_api, address, 0, TABLE[:100])
    assert (half.status_code, half["Upload-Offset"]) == (204, "100")
    head = owner_api.head(address)
    assert (head["Upload-Offset"], head["Upload-Length"]) == ("100", str(len(TABLE)))
    assert head["Cache-Control"] == "no-store"
    last = send(owner_api, address, 100, TABLE[100:])
    dataset = Dataset.objects.get()
    assert last["Almanac-Dataset"] == str(dataset.pk)
    assert (dataset.owner, dataset.filename, dataset.file_size) == (owner, "load.csv", len(TABLE))
    assert parts(own_files) == []


def test_what_the_server_can_do_is_asked_for_by_options(owner_api, settings):
    answer = owner_api.options(UPLOADS)
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,termination"
    assert answer["Tus-Max-Size"] == str(settings.UPLOAD_MAX_BYTES)


def test_another_version_of_the_protocol_is_refused(owner_api):
    answer = owner_api.post(UPLOADS, HTTP_UPLOAD_LENGTH="10", HTTP_TUS_RESUMABLE="0.2.2")
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")


def test_bytes_for_another_place_are_a_conflict_and_change_nothing(owner_api):
    address = begin(owner_api)["Location"]
    send(owner_api, address, 0, TABLE[:100])
    for offset in (0, 50, 101):
        assert send(owner_api, address, offset, b"xx").status_code == 409
    assert owner_api.head(address)["Upload-Offset"] == "100"


def test_more_bytes_than_announced_are_refused(owner_api):
    address = begin(owner_api, size=10)["Location"]
    assert send(owner_api, address, 0, TABLE).status_code == 413
    assert owner_api.head(address)["Upload-Offset"] == "0"


def test_bytes_must_be_sent_as_bytes(owner_api):
    address = begin(owner_api)["Location"]
    assert send(owner_api, address, 0, b"x", "text/csv").status_code == 415


@pytest.mark.parametrize(
    ("length", "status", "code"),
    [
        ("", 422, "invalid"),
        ("-5", 422, "invalid"),
        ("1e9", 422, "invalid"),
        ("0", 422, "no_rows"),
        ("999999999999999", 413, "file_too_large"),
    ],
)
def test_impossible_lengths_are_refused(owner_api, length, status, code):
    answer = owner_api.post(UPLOADS, HTTP_UPLOAD_LENGTH=length)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not Upload.objects.exists()


def test_metadata_that_is_no_base64_is_refused(owner_api):
    answer = owner_api.post(UPLOADS, HTTP_UPLOAD_LENGTH="10", HTTP_UPLOAD_METADATA="filename ####")
    assert answer.status_code == 422
    assert "filename" in answer.json()["error"]["message"]


def test_options_and_the_wish_to_look_first_come_with_the_file(owner, owner_api):
    answer = begin(owner_api, options='{"decimal": ","}', review="1")
    send(owner_api, answer["Location"], 0, TABLE)
    dataset = Dataset.objects.get()
    assert dataset.metadata["options"]["decimal"] == ","
    assert dataset.is_reviewed


def test_giving_up_removes_what_had_arrived(owner_api, own_files):
    address = begin(owner_api)["Location"]
    send(owner_api, address, 0, TABLE[:50])
    assert owner_api.delete(address).status_code == 204
    assert owner_api.head(address).status_code == 404
    assert parts(own_files) == []


def test_a_file_that_is_refused_takes_its_upload_with_it(owner_api, own_files):
    address = begin(owner_api, size=20)["Location"]
    answer = send(owner_api, address, 0, b"%PDF-1.7 not a table")
    assert answer.status_code == 422
    assert "a PDF document" in answer.json()["error"]["message"]
    assert not Upload.objects.exists()
    assert not Dataset.objects.exists()
    assert parts(own_files) == []


def test_the_last_answer_may_be_lost_and_asked_for_again(owner_api):
    address = begin(owner_api)["Location"]
    send(owner_api, address, 0, TABLE)
    again = owner_api.get(address)
    dataset = Dataset.objects.get()
    assert again["Almanac-Dataset"] == str(dataset.pk)
    assert again.json()["dataset"] == str(dataset.pk)


def test_finishing_twice_makes_one_dataset(owner):
    upload = resumable.begin(owner=owner, name="load.csv", size=len(TABLE))
    resumable.append(upload, offset=0, blocks=[TABLE])
    first, second = resumable.finish(upload), resumable.finish(upload)
    assert first.pk == second.pk
    assert Dataset.objects.count() == 1


def test_uploads_of_others_do_not_exist(owner, owner_api, stranger_api):
    address = begin(owner_api)["Location"]
    for answer in (
        stranger_api.head(address),
        stranger_api.delete(address),
        send(stranger_api, address, 0, b"xx"),
    ):
        assert answer.status_code == 404
    assert stranger_api.get(UPLOADS).json()["results"] == []


def test_a_viewer_announces_nothing(viewer_api, own_files):
    assert begin(viewer_api).status_code == 403
    assert parts(own_files) == []


def test_signed_out_programs_announce_nothing(anonymous_api):
    assert begin(anonymous_api).status_code == 401


def test_files_on_their_way_count_to_the_quota(owner, owner_api, settings):
    settings.QUOTA_BYTES = 1000
    assert begin(owner_api, size=700).status_code == 201
    assert quota.used_bytes(owner) == 700
    refused = begin(owner_api, size=400)
    assert (refused.status_code, refused.json()["error"]["code"]) == (413, "quota_full")


def test_a_whole_file_counts_once(owner):
    upload = resumable.begin(owner=owner, name="load.csv", size=len(TABLE))
    resumable.append(upload, offset=0, blocks=[TABLE])
    resumable.finish(upload)
    assert quota.used_bytes(owner) == len(TABLE)


def test_bytes_that_were_written_but_never_counted_are_written_over(owner):
    upload = resumable.begin(owner=owner, name="load.csv", size=len(TABLE))
    resumable.append(upload, offset=0, blocks=[TABLE[:100]])
    with resumable.part_of(upload.pk).open("ab") as part:
        part.write(b"left by a process that died" * 50)
    upload.refresh_from_db()
    resumable.append(upload, offset=100, blocks=[TABLE[100:]])
    dataset = resumable.finish(Upload.objects.get())
    assert (dataset.file_size, len(dataset.reading["columns"])) == (len(TABLE), 2)


def test_a_part_that_is_gone_is_said_and_sent_again(owner, owner_api):
    address = begin(owner_api)["Location"]
    send(owner_api, address, 0, TABLE[:100])
    resumable.part_of(Upload.objects.get().pk).unlink()
    Upload.objects.update(size=100)
    answer = send(owner_api, address, 100, b"")
    assert answer.json()["error"]["code"] == "part_lost"
    assert not Upload.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_processes_never_both_add_to_one_file(owner):
    upload = resumable.begin(owner=owner, name="load.csv", size=4000)
    outcomes = []

    def add(letter):
        try:
            resumable.append(upload, offset=0, blocks=[letter * 1000 for _ in range(4)])
            outcomes.append(letter)
        except Conflict:
            outcomes.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=(letter,)) for letter in (b"a", b"b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = next(letter for letter in outcomes if letter)
    assert outcomes.count(None) == 1
    assert resumable.part_of(upload.pk).read_bytes() == winner * 4000


def test_parts_that_nobody_goes_on_with_are_swept_after_a_day(owner, own_files):
    old = resumable.begin(owner=owner, name="old.csv", size=10)
    young = resumable.begin(owner=owner, name="young.csv", size=10)
    Upload.objects.filter(pk=old.pk).update(updated_at=timezone.now() - timedelta(hours=25))
    (own_files / "arriving" / "without-a-row").write_bytes(b"x")
    assert resumable.sweep_parts() == 2
    assert [path.name for path in parts(own_files)] == [str(young.pk)]
    assert Upload.objects.get().pk == young.pk
