"""A dataset as a file of any format, by the API: at once, or by a job whose file waits."""

import io
from datetime import timedelta

import openpyxl
import pyarrow.parquet
import pytest
from asgiref.sync import async_to_sync
from django.core.files.storage import default_storage
from django.utils import timezone

from datasets import converting, exporting, tasks
from datasets.models import Column
from jobs.models import Job
from tests.datasets.given import read

TEXT = "day,load,note\n2026-01-01,1.5,=cmd\n2026-01-02,,plain\n2026-01-03,-3,x@y.de\n"
KINDS = ["csv", "json", "xlsx", "parquet", "tfb", "m4"]


@pytest.fixture
def version(owner):
    found = read(owner, TEXT)
    type(found.dataset).objects.filter(pk=found.dataset_id).update(status="ready")
    return found


@pytest.fixture
def convert(owner_api, version):
    def post(**body):
        return owner_api.post(
            f"/api/v1/datasets/{version.dataset_id}/convert/", body, format="json"
        )

    return post


def content_of(answer):
    async def run():
        return b"".join([block async for block in answer.streaming_content])

    return async_to_sync(run)()


def test_a_small_table_is_the_answer(convert):
    answer = convert(format="json")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="table.json"'
    assert b'"note": "=cmd"' in content_of(answer)


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx", "parquet"])
def test_a_version_goes_through_any_format_and_comes_back_equal(owner, convert, version, kind):
    back = read(owner, content_of(convert(format=kind)), name=f"again.{kind}")
    shape = [(column.name, column.type) for column in version.columns.all()]
    assert [(column.name, column.type) for column in back.columns.all()] == shape
    assert list(given_rows(back)) == list(given_rows(version))


def given_rows(version):
    table = exporting.table_of(version)
    for block in table.blocks():
        yield from block.to_pylist()


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_can_be_had_by_convert_and_by_export(owner_api, convert, version, kind):
    assert content_of(convert(format=kind))
    exported = owner_api.get(f"/api/v1/datasets/{version.dataset_id}/export/?as={kind}")
    assert exported.status_code == 200
    assert content_of(exported)


def test_options_are_heard_and_wrong_ones_named(convert):
    answer = convert(format="csv", delimiter=";", decimal=",")
    assert b"2026-01-01 00:00:00;1,5;'=cmd" in content_of(answer)
    for body, field in (
        ({"format": "exe"}, "format"),
        ({"format": "csv", "delimiter": "x"}, "delimiter"),
        ({"format": "csv", "decimal": ","}, "delimiter"),
        ({"format": "json", "orient": "up"}, "orient"),
    ):
        refused = convert(**body)
        assert refused.status_code in {400, 422}
        assert refused.json()["error"]["field"] == field


def test_personal_data_leave_masked_in_every_format(convert, version):
    version.columns.filter(name="note").update(role=Column.Role.PERSONAL)
    assert b"x\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2@y" in content_of(convert(format="csv"))
    for kind in ("json", "csv"):
        assert b"x@y.de" not in content_of(convert(format=kind))
    book = openpyxl.load_workbook(io.BytesIO(content_of(convert(format="xlsx"))))
    assert book["Data"]["C3"].value == "p•••"
    table = pyarrow.parquet.read_table(io.BytesIO(content_of(convert(format="parquet"))))
    assert table["note"].to_pylist() == ["=•••", "p•••", "x•••@y•••.de"]


def test_a_workbook_holds_no_formula(convert):
    book = openpyxl.load_workbook(io.BytesIO(content_of(convert(format="xlsx"))))
    cell = book["Data"]["C2"]
    assert (cell.value, cell.data_type) == ("'=cmd", "s")
    assert (book["Data"]["B4"].value, book["Data"]["B4"].data_type) == (-3, "n")


def test_more_rows_than_a_sheet_holds_are_refused_with_the_remedy(convert, version):
    type(version).objects.filter(pk=version.pk).update(row_count=1_048_576)
    refused = convert(format="xlsx")
    assert refused.status_code == 422
    assert "1,048,575 rows" in refused.json()["error"]["message"]
    assert "CSV or Parquet" in refused.json()["error"]["message"]


@pytest.fixture
def large(monkeypatch):
    """Every table is large."""
    monkeypatch.setattr(exporting, "_AT_ONCE", dict.fromkeys(KINDS, 0))


def test_a_large_table_is_a_job_whose_file_waits_a_day(owner_api, convert, large):
    answer = convert(format="parquet")
    assert answer.status_code == 202
    address = answer.json()["download"]
    assert owner_api.get(address).status_code == 409
    job = Job.objects.get(pk=answer.json()["job"]["id"])
    tasks.convert(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.detail["kept"]) == (Job.State.SUCCEEDED, True)
    table = pyarrow.parquet.read_table(io.BytesIO(content_of(owner_api.get(address))))
    assert table.column_names == ["day", "load", "note"]
    assert converting.sweep_converted() == 0
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(hours=25))
    assert converting.sweep_converted() == 1
    assert not default_storage.exists(converting.key_of(job.arguments["dataset"], job.pk))
    gone = owner_api.get(address)
    assert (gone.status_code, gone.json()["error"]["code"]) == (422, "file_gone")


def test_a_large_table_cannot_be_waited_for(owner_api, version, large):
    refused = owner_api.get(f"/api/v1/datasets/{version.dataset_id}/export/?as=xlsx")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "convert_first")
    assert owner_api.get(f"/api/v1/datasets/{version.dataset_id}/export/?as=csv").status_code == 200


def test_a_conversion_that_fails_says_why_and_leaves_nothing(convert, version, large, settings):
    version.columns.filter(name="load").delete()
    job = Job.objects.get(pk=convert(format="tfb").json()["job"]["id"])
    tasks.convert(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "no column of numbers" in job.error
    assert not list((settings.VAR_DIR / "work").iterdir())
    assert not default_storage.exists(converting.key_of(version.dataset_id, job.pk))


def test_strangers_get_nothing(stranger_api, version):
    address = f"/api/v1/datasets/{version.dataset_id}/convert/"
    assert stranger_api.post(address, {"format": "csv"}, format="json").status_code == 404
    assert stranger_api.get(address.replace("convert", "export")).status_code == 404
