"""Results leave as files, and stay as datasets."""

import csv
import io
import json

import openpyxl
import pyarrow.parquet
import pytest
from django.core.files.storage import default_storage

from datasets.models import Dataset, Query, Version
from datasets.query import jobs as query_jobs
from datasets.query.kept import sweep_results
from jobs.models import Job
from tests.datasets.made import read_dataset

SQL = (
    "SELECT DATE '2026-01-01' AS day, 1.5 AS x, 2 AS n, true AS yes, '=1+1' AS text, NULL AS none "
    "UNION ALL SELECT NULL, NULL, NULL, NULL, 'a,\"b', NULL"
)


def ran(client, owner, sql=SQL):
    client.post("/data/sql/run/", {"sql": sql}, headers={"HX-Request": "true"})
    return Query.objects.filter(owner=owner).latest("updated_at")


def body(answer):
    return b"".join(answer.streaming_content)


def export(client, query, kind):
    return client.post(f"/data/sql/{query.pk}/export/", {"as": kind})


def test_a_shown_result_leaves_as_csv_with_harmless_cells(owner, owner_client):
    answer = export(owner_client, ran(owner_client, owner), "csv")
    assert answer["Content-Disposition"] == 'attachment; filename="result.csv"'
    rows = list(csv.reader(io.StringIO(body(answer).decode())))
    assert rows[0] == ["day", "x", "n", "yes", "text", "none"]
    assert rows[1] == ["2026-01-01", "1.5", "2", "true", "'=1+1", ""]
    assert rows[2] == ["", "", "", "", 'a,"b', ""]


def test_a_shown_result_leaves_as_json(owner, owner_client):
    rows = json.loads(body(export(owner_client, ran(owner_client, owner), "json")))
    assert rows[0]["x"] == 1.5
    assert rows[0]["text"] == "=1+1"
    assert rows[1]["n"] is None


def test_a_shown_result_leaves_as_parquet_with_its_types(owner, owner_client):
    content = body(export(owner_client, ran(owner_client, owner), "parquet"))
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    assert [str(field.type) for field in table.schema][:4] == [
        "date32[day]",
        "double",
        "int64",
        "bool",
    ]
    assert table.column("text").to_pylist() == ["=1+1", 'a,"b']


def test_a_shown_result_leaves_as_excel_without_formulas(owner, owner_client):
    content = body(export(owner_client, ran(owner_client, owner), "xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[1]] == ["day", "x", "n", "yes", "text", "none"]
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("=1+1", "s")


def test_an_unknown_kind_of_file_is_refused(owner, owner_client):
    answer = export(owner_client, ran(owner_client, owner), "pdf")
    assert answer.status_code == 422


def test_a_result_with_more_rows_is_exported_by_a_worker(owner, owner_client, stranger_client):
    query = ran(owner_client, owner, "SELECT i, 'a' || i AS t FROM range(12345) r(i)")
    answer = export(owner_client, query, "csv")
    assert answer.status_code == 302
    job = Job.objects.get(kind=query_jobs.EXPORT)
    query_jobs.run_export(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.detail["rows"]) == (Job.State.SUCCEEDED, 12_345)
    address = f"/data/sql/{query.pk}/files/{job.pk}/"
    lines = body(owner_client.get(address)).decode().splitlines()
    assert (len(lines), lines[0], lines[-1]) == (12_346, "i,t", "12344,a12344")
    assert stranger_client.get(address).status_code == 404


def save(client, query, name="Kept result"):
    return client.post(f"/data/sql/{query.pk}/dataset/", {"name": name})


def test_a_result_becomes_a_dataset_with_all_its_rows(owner, owner_client):
    read_dataset(owner)
    query = ran(
        owner_client, owner, 'SELECT time, load * 2 AS "Twice it", note FROM load ORDER BY time'
    )
    save(owner_client, query)
    job = Job.objects.get(kind=query_jobs.DATASET)
    query_jobs.run_dataset(str(job.pk))
    job.refresh_from_db()
    assert job.error == ""
    dataset = Dataset.objects.get(name="Kept result")
    version = dataset.current_version
    assert (dataset.format, dataset.status, version.row_count) == ("query", "ready", 240)
    assert (version.origin, version.note) == (Version.Origin.QUERY, query.sql)
    assert [column.name for column in version.columns.all()] == ["time", "Twice it", "note"]
    assert version.time.name == "time"
    made = owner_client.get(f"/data/sql/made/{job.pk}/")
    assert made["Location"] == dataset.get_absolute_url()
    again = ran(owner_client, owner, 'SELECT max("Twice it") AS m FROM kept_result')
    assert again.rows == 1
    assert again.error == ""


def test_masked_values_stay_masked_in_the_new_dataset(owner, owner_client):
    source = read_dataset(owner, "time,load,mail\n2026-01-01 00:00,5,anna@netz.de\n")
    source.current_version.columns.filter(name="mail").update(role="personal")
    save(owner_client, ran(owner_client, owner, "SELECT time, load, mail FROM load"))
    query_jobs.run_dataset(str(Job.objects.get(kind=query_jobs.DATASET).pk))
    copied = ran(owner_client, owner, "SELECT count(*) FROM kept_result WHERE mail LIKE '%anna%'")
    answer = owner_client.get(f"/data/sql/{copied.pk}/result/")
    assert copied.error == ""
    assert "anna" not in answer.content.decode()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT 1 AS a WHERE false", "no rows"),
        ("SELECT i / 0 AS a FROM lost", "There is no table lost"),
        ("SELECT CAST('x' || i AS INTEGER) AS a FROM range(5) r(i)", "Could not convert"),
    ],
)
def test_what_cannot_become_a_dataset_says_why_and_leaves_nothing(owner, owner_client, sql, words):
    query = Query.objects.create(owner=owner, sql=sql)
    save(owner_client, query)
    job = Job.objects.get(kind=query_jobs.DATASET)
    query_jobs.run_dataset(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert words in job.error
    assert not Dataset.objects.exists()


def test_a_whole_result_that_takes_too_long_is_stopped(owner, owner_client, settings):
    settings.SQL_WHOLE_SECONDS = 1.0
    query = Query.objects.create(
        owner=owner, sql="SELECT count(*) FROM range(1000000) a, range(1000000) b"
    )
    save(owner_client, query)
    job = Job.objects.get(kind=query_jobs.DATASET)
    query_jobs.run_dataset(str(job.pk))
    job.refresh_from_db()
    assert "took longer than 1 s" in job.error


def test_a_viewer_cannot_make_datasets(viewer, viewer_client):
    query = Query.objects.create(owner=viewer, sql="SELECT 1 AS a")
    assert save(viewer_client, query).status_code == 403
    assert not Job.objects.exists()


def test_a_dataset_needs_a_name(owner, owner_client):
    query = Query.objects.create(owner=owner, sql="SELECT 1 AS a")
    assert save(owner_client, query, " ").status_code == 422


def test_results_and_files_go_after_a_day(owner, owner_client):
    query = ran(owner_client, owner)
    assert sweep_results() == 0
    assert default_storage.listdir("queries")[0] == [str(query.pk)]
    assert sweep_results(older_than=0) == 1
    assert default_storage.listdir("queries")[0] == []
