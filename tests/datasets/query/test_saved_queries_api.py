"""Saved queries for programs: what the page does, without the page."""

from datasets.models import Dataset, Query
from datasets.query import jobs as query_jobs
from jobs.models import Job

QUERIES = "/api/v1/queries/"


def test_a_query_is_saved_read_renamed_and_forgotten(owner_api):
    made = owner_api.post(QUERIES, {"sql": "SELECT 1 AS a\n", "name": "One"})
    assert made.status_code == 201
    one = f"{QUERIES}{made.json()['id']}/"
    assert owner_api.get(one).json()["sql"] == "SELECT 1 AS a\n"
    assert owner_api.patch(one, {"name": "First"}).json()["name"] == "First"
    assert owner_api.delete(one).status_code == 204
    assert not Query.objects.exists()


def test_queries_are_searched_and_saved_ones_told_apart(owner, owner_api):
    Query.objects.create(owner=owner, sql="SELECT 1")
    Query.objects.create(owner=owner, sql="SELECT 2", name="Two")

    def names(**asked):
        return [row["name"] for row in owner_api.get(QUERIES, asked).json()["results"]]

    assert sorted(names()) == ["", "Two"]
    assert names(saved=1) == ["Two"]
    assert names(search="select 2") == ["Two"]


def test_a_nameless_query_is_not_saved(owner_api):
    answer = owner_api.post(QUERIES, {"sql": "SELECT 1"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "name")


def test_a_strangers_query_is_not_there(owner, stranger_api):
    query = Query.objects.create(owner=owner, sql="SELECT 1")
    assert stranger_api.get(f"{QUERIES}{query.pk}/").status_code == 404
    assert stranger_api.post(f"{QUERIES}{query.pk}/dataset/", {"name": "x"}).status_code == 404


def test_a_viewer_keeps_no_datasets(viewer, viewer_api):
    query = Query.objects.create(owner=viewer, sql="SELECT 1 AS a")
    assert viewer_api.post(f"{QUERIES}{query.pk}/dataset/", {"name": "x"}).status_code == 403


def test_a_whole_result_is_exported_and_fetched(owner, owner_api):
    query = Query.objects.create(owner=owner, sql="SELECT i AS n FROM range(3) r(i)")
    started = owner_api.post(f"{QUERIES}{query.pk}/export/", {"format": "csv"})
    assert started.status_code == 202
    assert owner_api.get(started.json()["then"]).status_code == 422
    query_jobs.run_export(started.json()["job"]["id"])
    file = owner_api.get(started.json()["then"])
    assert b"".join(file.streaming_content) == b"n\n0\n1\n2\n"


def test_a_whole_result_becomes_a_dataset(owner, owner_api):
    query = Query.objects.create(
        owner=owner,
        sql="SELECT TIMESTAMP '2026-01-01' + i * INTERVAL 1 HOUR AS at, i AS n FROM range(48) r(i)",
    )
    started = owner_api.post(f"{QUERIES}{query.pk}/dataset/", {"name": "Counted"})
    query_jobs.run_dataset(started.json()["job"]["id"])
    dataset = Dataset.objects.get(name="Counted")
    version = dataset.current_version
    assert (version.row_count, version.frequency, version.time.name) == (48, "h", "at")
    assert Job.objects.get(pk=started.json()["job"]["id"]).state == Job.State.SUCCEEDED


def test_an_unknown_kind_of_file_is_refused(owner, owner_api):
    query = Query.objects.create(owner=owner, sql="SELECT 1")
    answer = owner_api.post(f"{QUERIES}{query.pk}/export/", {"format": "pdf"})
    assert answer.status_code == 400
