"""Versions, columns, edits, new rows and activity for programs."""

import pytest

from datasets.models import Dataset
from datasets.versioning import version_jobs
from jobs.models import Job
from tests.factories import make_share


def address(dataset, *more):
    return "/".join([f"/api/v1/datasets/{dataset.pk}", *more, ""])


def post(client, dataset, *more, body=None, query=""):
    return client.post(address(dataset, *more) + query, body or {}, format="json")


def ran(response):
    """Run the job that was answered; the job."""
    assert response.status_code == 202, response.content
    job = Job.objects.get(pk=response.json()["id"])
    {"edit": version_jobs.save_edits, "append": version_jobs.append_rows}[job.kind](str(job.pk))
    job.refresh_from_db()
    return job


ROWS = [
    {"time": "2026-01-11T00:00", "load": 100, "note": None},
    {"time": "2026-01-11T01:00", "load": 110.5, "note": "a, b"},
]


def test_json_rows_are_added(hourly, owner_api):
    job = ran(post(owner_api, hourly, "points", body={"rows": ROWS}))
    assert (job.state, job.error) == ("succeeded", "")
    last = owner_api.get(address(hourly, "preview") + "?last=1&rows=2").json()["rows"]
    assert last[-2:] == [
        ["2026-01-11T00:00:00", 100.0, None],
        ["2026-01-11T01:00:00", 110.5, "a, b"],
    ]


def test_a_plain_list_of_rows_is_enough(hourly, owner_api):
    job = ran(owner_api.post(address(hourly, "points"), ROWS, format="json"))
    assert job.state == "succeeded"


def test_a_csv_body_is_added_and_same_times_follow_what_is_said(hourly, owner_api):
    body = b"time,load,note\n2026-01-10 23:00,1,x\n2026-01-11 00:00,2,y\n"
    asked = {"content_type": "text/csv"}
    refused = ran(owner_api.generic("POST", address(hourly, "points"), body, **asked))
    assert refused.state == "failed"
    assert "1 of 2 rows has a time that is there already" in refused.error
    taken = owner_api.generic("POST", address(hourly, "points") + "?same=new", body, **asked)
    assert ran(taken).state == "succeeded"
    found = owner_api.get(address(hourly, "versions", "2")).json()
    assert (found["origin"], found["made_from"], found["row_count"]) == ("append", 1, 241)
    assert (found["diff"]["rows_added"], found["diff"]["cells_changed"]) == (1, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rows": []}, "rows"),
        ({"rows": "x"}, "rows"),
        ({"rows": [1]}, "rows"),
        ({"rows": [{"time": {"a": 1}}]}, "rows"),
        ({"rows": ROWS, "same": "perhaps"}, "same"),
    ],
)
def test_rows_that_are_none_are_refused_at_once(hourly, owner_api, body, field):
    response = post(owner_api, hourly, "points", body=body)
    assert response.status_code == 422
    assert response.json()["error"]["field"] == field
    assert not Job.objects.filter(kind="append").exists()


def test_repeating_with_the_same_key_adds_once(hourly, owner_api):
    for _ in range(2):
        response = owner_api.post(
            address(hourly, "points"),
            {"rows": ROWS},
            format="json",
            headers={"Idempotency-Key": "one"},
        )
        assert response.status_code == 202
    assert Job.objects.filter(kind="append").count() == 1


def test_cells_are_edited_by_name_all_or_none(hourly, owner_api):
    edits = [{"row": 2, "column": "load", "value": "4871"}, {"row": 3, "column": "c2", "value": ""}]
    job = ran(post(owner_api, hourly, "edits", body={"edits": edits, "note": "Reset"}))
    assert job.state == "succeeded"
    found = owner_api.get(address(hourly, "versions", "2")).json()
    assert (found["origin"], found["note"]) == ("edit", "Reset")
    assert (found["diff"]["cells_changed"], found["diff"]["cells_emptied"]) == (1, 1)
    bad = [*edits, {"row": 4, "column": "load", "value": "many"}]
    assert post(owner_api, hourly, "edits", body={"edits": bad}).status_code == 422
    good = post(owner_api, hourly, "edits", body={"edits": edits[:1]})
    assert good.status_code == 409
    assert good.json()["error"]["code"] == "no_edit"


def test_columns_are_renamed_and_given_roles(hourly, owner_api):
    changes = [{"key": "c2", "name": "demand", "role": "past"}]
    response = owner_api.patch(address(hourly, "columns"), changes, format="json")
    assert [column["name"] for column in response.json()] == ["time", "demand", "note"]
    old = owner_api.get(address(hourly, "columns") + "?version=1").json()
    assert [column["name"] for column in old] == ["time", "load", "note"]


def test_compare_undo_and_restore(hourly, owner_api):
    edits = [{"row": 2, "column": "load", "value": "4871"}]
    ran(post(owner_api, hourly, "edits", body={"edits": edits}))
    found = owner_api.get(address(hourly, "compare") + "?old=1&new=2").json()
    assert found["words"] == ["1 value changed"]
    assert found["cells"][0]["before"] == "110"
    assert found["cells"][0]["after"] == "4871"
    assert post(owner_api, hourly, "undo").json()["diff"]["restores"] == 1
    assert post(owner_api, hourly, "versions", "2", "restore").json()["number"] == 4
    assert post(owner_api, hourly, "versions", "9", "restore").status_code == 404


def test_hidden_values_stay_hidden(owner, owner_api, hourly):
    owner_api.patch(address(hourly, "columns"), [{"key": "c3", "role": "personal"}], format="json")
    for query in ("", "?version=1"):
        for what in ("rows", "preview", "columns"):
            assert b"calm" not in owner_api.get(address(hourly, what) + query).content
    for asked in ("?sort=c3", "?f=c3:eq:calm"):
        assert owner_api.get(address(hourly, "rows") + asked).status_code == 422
    assert owner_api.get(address(hourly, "rows") + "?q=calm").json()["total"] == 0


def test_activity_is_told(hourly, owner_api):
    found = owner_api.get(address(hourly, "activity")).json()
    assert [one["title"] for one in found["results"]] == ["Upload"]
    assert found["next"] == ""


WRITES = [("points",), ("edits",), ("undo",), ("versions", "1", "restore")]


@pytest.mark.parametrize("way", WRITES)
def test_readers_may_not_and_strangers_find_nothing(
    hourly, collaborator, collaborator_api, stranger_api, anonymous_api, way
):
    make_share(hourly, collaborator)
    assert post(anonymous_api, hourly, *way).status_code == 401
    assert post(stranger_api, hourly, *way).status_code == 404
    assert post(collaborator_api, hourly, *way, body={"rows": ROWS}).status_code == 403
    assert Dataset.objects.get(pk=hourly.pk).versions.count() == 1
