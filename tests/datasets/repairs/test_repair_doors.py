"""The quality page and its API: who may look, who may repair, what they see."""

import json

import pytest
from django.urls import reverse

from accounts.models.share import Share
from datasets.models import Version
from datasets.repairs import repair_jobs
from jobs.models import Job
from tests.conftest import api_of
from tests.datasets.made import read_dataset
from tests.factories import make_share, make_user

TEXT = "day,load,mail\n" + "".join(
    f"2026-01-{day:02d},{'' if day == 9 else day},p{day % 5}@mail.example\n"
    for day in range(1, 29) if day not in {15, 16}
)  # fmt: skip
FILL = [{"step": "fill", "settings": {"method": "linear"}}]


@pytest.fixture
def dataset(owner):
    return read_dataset(owner, TEXT)


def page(name, dataset):
    return reverse(f"datasets:{name}", args=[dataset.pk])


def api(dataset, path):
    return f"/api/v1/datasets/{dataset.pk}/{path}"


def ran(dataset):
    """Run the repair that was asked for, as a worker does."""
    job = Job.objects.get(kind="repair")
    repair_jobs.repair(str(job.pk))
    job.refresh_from_db()
    return job


def test_the_page_shows_the_report_beside_the_recipe_that_repairs_it(dataset, owner_client):
    text = owner_client.get(page("quality", dataset)).content.decode()
    for words in ("Gap of 2 days", "Missing values", "Personal data", "Make version 2",
                  "3 values filled", "2 rows added", "Fill gaps"):  # fmt: skip
        assert words in text, words
    assert "@mail.example" not in text


def test_a_change_of_the_recipe_is_previewed_and_not_saved(dataset, owner_client):
    asked = {"recipe": json.dumps([{**FILL[0], "on": False}]), "look": "0", "view": "after"}
    text = owner_client.post(page("repair_preview", dataset), asked).content.decode()
    assert "The recipe changes nothing" in text
    assert "This step is off" in text
    assert Version.objects.filter(dataset=dataset).count() == 1


@pytest.mark.parametrize(
    "recipe", ["{", "3", '[{"step": "rm"}]', '[{"step": "fill", "settings": 1}]']
)
def test_a_recipe_that_is_none_is_answered_with_a_sentence(dataset, owner_client, recipe):
    answer = owner_client.post(page("repair_preview", dataset), {"recipe": recipe})
    assert answer.status_code == 422


def test_a_press_makes_the_next_version(dataset, owner_client):
    asked = {"recipe": json.dumps(FILL), "version": "1", "new_data_too": "1", "name": "tidy"}
    assert owner_client.post(page("repair", dataset), asked).status_code == 302
    assert ran(dataset).state == "succeeded"
    made = dataset.versions.get(number=2)
    assert (made.origin, made.note, made.made_by) == ("repair", "tidy", dataset.owner)
    dataset.refresh_from_db()
    assert dataset.recipe == [{**FILL[0], "on": True}]
    assert dataset.record_count == 28


def test_a_step_that_cannot_run_fails_the_job_with_its_sentence(dataset, owner_client):
    recipe = [{"step": "resample", "settings": {"frequency": "banana"}}]
    owner_client.post(page("repair", dataset), {"recipe": json.dumps(recipe)})
    job = ran(dataset)
    assert job.state == "failed"
    assert job.error.startswith("Step 1, Resample: To a row:")
    assert dataset.versions.count() == 1


def test_a_finding_can_be_kept_as_it_is(dataset, owner_client):
    asked = {"finding": "gaps", "from": "overview"}
    assert owner_client.post(page("ignore_finding", dataset), asked)["Location"] == (
        dataset.get_absolute_url()
    )
    text = owner_client.get(page("quality", dataset)).content.decode()
    assert "Ignored" in text
    owner_client.post(page("ignore_finding", dataset), {"finding": "gaps", "ignored": "0"})
    assert "Ignored" not in owner_client.get(page("quality", dataset)).content.decode()


def test_the_report_is_exported_for_spreadsheets_and_programs(dataset, owner_client):
    lines = owner_client.get(page("quality_report", dataset)).content.decode().splitlines()
    assert lines[0] == "severity,finding,column,where,count,repair,ignored"
    assert any(line.startswith("warn,Missing values,load,9 Jan 2026,1,fill") for line in lines)
    found = owner_client.get(page("quality_report", dataset) + "?as=json").json()
    assert {one["code"] for one in found["findings"]} >= {"gaps", "missing", "personal"}
    # What the page proposes: filling adds the absent rows.
    steps = {one["code"]: (one["repair"] or {}).get("step") for one in found["findings"]}
    assert (steps["gaps"], steps["missing"]) == ("fill", "fill")
    assert 0.9 < found["right"] < 1


def test_a_viewer_of_a_share_looks_and_previews_but_repairs_nothing(
    dataset, collaborator, collaborator_client
):
    make_share(dataset, collaborator)
    text = collaborator_client.get(page("quality", dataset)).content.decode()
    assert "Make version 2" not in text
    assert "data-ignore=" not in text
    asked = {"recipe": json.dumps(FILL)}
    assert collaborator_client.post(page("repair_preview", dataset), asked).status_code == 200
    assert collaborator_client.post(page("repair", dataset), asked).status_code == 403
    keep = {"finding": "gaps"}
    assert collaborator_client.post(page("ignore_finding", dataset), keep).status_code == 403


def test_an_editor_of_a_share_repairs(dataset, collaborator, collaborator_client):
    make_share(dataset, collaborator, level=Share.Level.EDITOR)
    collaborator_client.post(page("repair", dataset), {"recipe": json.dumps(FILL)})
    assert ran(dataset).state == "succeeded"
    assert dataset.versions.get(number=2).made_by == collaborator


def test_a_stranger_finds_nothing(dataset, stranger_client):
    for name in ("quality", "quality_report"):
        assert stranger_client.get(page(name, dataset)).status_code == 404
    for name in ("repair_preview", "repair", "ignore_finding", "check_quality"):
        assert stranger_client.post(page(name, dataset), {"recipe": "[]"}).status_code == 404


def test_programs_read_preview_and_repair(dataset, owner_api):
    report = owner_api.get(api(dataset, "quality/")).json()
    assert report["version"] == 1
    offered = owner_api.get(api(dataset, "repairs/")).json()
    assert [step["step"] for step in offered["proposed"]] == ["fill"]
    fill = next(step for step in offered["steps"] if step["step"] == "fill")
    assert {setting["name"] for setting in fill["settings"]} >= {"method", "longest", "columns"}
    asked = {"recipe": FILL, "look": 0}
    found = owner_api.post(api(dataset, "repairs/preview/"), asked, format="json").json()
    assert found["totals"] == {"rows_added": 2, "values_filled": 3}
    assert found["rows"] == {"before": 26, "after": 28}
    answer = owner_api.post(api(dataset, "repairs/apply/"), {"recipe": FILL}, format="json")
    assert answer.status_code == 202
    assert ran(dataset).state == "succeeded"
    kept = {"recipe": FILL}
    owner_api.put(api(dataset, "repairs/recipe/"), kept, format="json")
    assert owner_api.get(api(dataset, "repairs/recipe/")).json()["recipe"][0]["step"] == "fill"
    said = owner_api.post(api(dataset, "quality/ignore/"), {"finding": "gaps"}, format="json")
    assert said.json() == {"ignored": ["gaps"]}


def test_a_program_without_a_step_that_is_on_is_told_so(dataset, owner_api):
    answer = owner_api.post(api(dataset, "repairs/apply/"), {"recipe": []}, format="json")
    assert answer.status_code == 422
    assert "No step is switched on" in answer.json()["error"]["message"]


def test_a_reader_by_api_may_preview_only(dataset, collaborator):
    make_share(dataset, collaborator)
    client = api_of(collaborator)
    asked = {"recipe": FILL}
    assert client.post(api(dataset, "repairs/preview/"), asked, format="json").status_code == 200
    assert client.post(api(dataset, "repairs/apply/"), asked, format="json").status_code == 403
    stranger = api_of(make_user("sue"))
    assert stranger.get(api(dataset, "quality/")).status_code == 404


def test_a_second_press_on_an_older_version_is_refused(dataset, owner_client):
    owner_client.post(page("repair", dataset), {"recipe": json.dumps(FILL)})
    ran(dataset)
    answer = owner_client.post(
        page("repair", dataset), {"recipe": json.dumps(FILL), "version": "1"}, follow=True
    )
    assert "There is a newer version" in answer.content.decode()
    assert Job.objects.filter(kind="repair").count() == 1
