"""What the mapper page shows and does, for programs."""

import json

import pytest

from datasets.models import Dataset
from tests.datasets import remembered
from tests.datasets.made import HOURLY

UPLOAD = "/api/v1/datasets/upload/"


def send(api, query="?name=load.csv", text=HOURLY):
    return api.generic("POST", UPLOAD + query, text, content_type="text/csv")


def staged(api, text=HOURLY):
    """A file sent for review, read by the worker."""
    dataset = Dataset.objects.get(
        pk=send(api, "?name=load.csv&review=1", text).json()["dataset"]["id"]
    )
    remembered.ingest(str(dataset.job_id))
    return f"/api/v1/datasets/{dataset.pk}/mapping/"


def decide(api, address, **said):
    answer = api.post(address, said, format="json")
    if answer.status_code == 202:
        remembered.ingest(answer.json()["job"]["id"])
    return answer


def test_an_upload_is_imported_directly_and_says_what_was_understood(owner_api):
    content = send(owner_api).json()
    understood = content["understood"]
    assert (understood["encoding"], understood["delimiter"]) == ("utf-8", ",")
    assert [column["type"] for column in understood["columns"]] == ["datetime", "number", "text"]
    remembered.ingest(content["job"]["id"])
    assert Dataset.objects.get().is_ready


def test_options_come_with_the_upload(owner_api):
    options = {"columns": {"c2": {"name": "load_mw"}, "c3": {"role": "drop"}}, "zone": "Asia/Tokyo"}
    content = send(owner_api, f"?name=a.csv&options={json.dumps(options)}").json()
    remembered.ingest(content["job"]["id"])
    version = Dataset.objects.get().current_version
    assert [column.name for column in version.columns.all()] == ["time", "load_mw"]
    assert version.profile["start"] == "2025-12-31T15:00:00"
    assert version.profile["zone"] == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("[1]", "JSON object"),
        ("{no json", "JSON object"),
        ('{"decimal": ";"}', "decimal"),
        ('{"zone": "Mars/Base"}', "Mars/Base is no time zone"),
        ('{"columns": {"c1": {"role": "king"}}}', 'columns.c1.role: "king" is not known here. Use'),
        ('{"colums": {}}', 'Nothing is called "colums" here. Did you mean "columns"? Use: header,'),
        ('{"columns": {"c1": {"rol": "time"}}}', '"rol" in columns.c1. Did you mean "role"?'),
    ],
)
def test_options_that_are_none_are_refused_and_nothing_stays(owner_api, options, words):
    answer = send(owner_api, f"?name=a.csv&options={options}")
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]
    assert not Dataset.objects.exists()


def test_a_file_for_review_waits_and_tells_what_the_page_shows(owner_api):
    content = owner_api.get(staged(owner_api)).json()
    mapping = content["mapping"]
    assert content["state"] == "waiting"
    assert mapping["sentence"].startswith(
        "1 series, one reading an hour, from 1 Jan 2026 to 10 Jan"
    )
    assert mapping["columns"][1]["samples"] == ["100", "110", "120"]
    assert mapping["preview"]["first"][0] == ["2026-01-01T00:00:00", 100, None]
    assert mapping["decisions"]["layout"] == "wide"


def test_names_change_at_once_and_cells_by_another_reading(owner_api):
    address = staged(owner_api)
    named = decide(owner_api, address, columns={"c2": {"name": "load_mw"}})
    assert (named.status_code, named.json()["mapping"]["columns"][1]["name"]) == (200, "load_mw")
    typed = decide(owner_api, address, columns={"c2": {"type": "text"}})
    assert typed.status_code == 202
    assert owner_api.get(address).json()["mapping"]["columns"][1]["type"] == "text"


def test_it_is_imported_with_one_word(owner_api):
    address = staged(owner_api)
    answer = decide(owner_api, address, name="Electricity", **{"import": True})
    assert (answer.status_code, answer.json()["state"]) == (200, "ready")
    dataset = Dataset.objects.get()
    assert (dataset.name, dataset.record_count) == ("Electricity", 240)


def test_on_an_imported_dataset_it_makes_the_next_version(owner_api):
    address = staged(owner_api)
    decide(owner_api, address, **{"import": True})
    assert decide(owner_api, address, columns={"c3": {"role": "drop"}}).status_code == 202
    dataset = Dataset.objects.get()
    assert [version.number for version in dataset.versions.all()] == [2, 1]
    assert dataset.current_version.columns.count() == 2


@pytest.mark.parametrize(
    "said",
    [
        {"zone": "Mars/Base"},
        {"repeated": "median"},
        {"columns": {"c2": {"type": "colour"}}},
        {"columns": {"c99": {"name": "x"}}},
        {"columns": {"c2": {"role": "time"}, "c3": {"role": "time"}}},
        {"columns": {"c3": {"role": "target"}}},
        {"columns": {"c2": {"name": "note"}}},
        {"skip": -1},
    ],
)
def test_impossible_decisions_are_refused_and_change_nothing(owner_api, said):
    address = staged(owner_api)
    before = owner_api.get(address).json()
    answer = owner_api.post(address, said, format="json")
    # 400: not a choice at all; 422: it does not go with this file.
    assert answer.status_code in {400, 422}
    assert answer.json()["error"]["message"]
    assert owner_api.get(address).json() == before


def test_a_stranger_finds_nothing(owner_api, stranger_api):
    address = staged(owner_api)
    assert stranger_api.get(address).status_code == 404
    assert stranger_api.post(address, {"import": True}, format="json").status_code == 404
    assert Dataset.objects.get().is_staged


def test_rows_with_too_many_cells_are_left_out_when_programs_say_so(owner_api):
    address = staged(owner_api, HOURLY + "2026-01-11 00:00,1,calm,extra\n")
    refused = owner_api.get(address).json()
    assert refused["state"] == "error"
    assert "import without such rows" in refused["dataset"]["error"]
    assert decide(owner_api, address, leave_out_long_rows=True).status_code == 202
    shown = owner_api.get(address).json()["mapping"]
    assert shown["rows"] == 240
    assert any("left out: row 242" in words for words in shown["noticed"])
    assert "1 row is left out or merged" in shown["sentence"]


def test_they_are_left_out_of_an_upload_too(owner_api):
    text = HOURLY + "2026-01-11 00:00,1,calm,extra\n"
    content = send(owner_api, '?name=a.csv&options={"leave_out_long_rows":true}', text).json()
    remembered.ingest(content["job"]["id"])
    assert Dataset.objects.get().record_count == 240
