"""Drafts: kept as typed, resumed, started, deleted; and copies of earlier settings."""

import pytest
from django.urls import reverse

from forecasting.models import ForecastDraft, PredictionTask
from tests.datasets.made import read_dataset
from tests.factories import make_share
from tests.forecasting.asked import ask_api, power_dataset, power_text, press
from tests.forecasting.made import answered, hourly_dataset

pytestmark = pytest.mark.django_db
NEW, LIST = "forecasting:new", "forecasting:list"
DRAFTS = "/api/v1/forecast-drafts/"


def save(client, dataset, **said):
    """Press Save as draft."""
    said = {"dataset": dataset.pk, "targets": "c2", "targets_shown": "1", "keep": "draft", **said}
    return client.post(reverse(NEW), said)


def test_a_draft_is_listed_resumed_and_gone_once_it_starts(owner, owner_client):
    dataset = hourly_dataset(owner)
    answer = save(owner_client, dataset, horizon="48", low="0", seasons="12")
    assert (answer.status_code, answer.url) == (302, reverse(LIST))
    draft = ForecastDraft.objects.get()
    assert draft.name == "load, next 2 days"
    assert draft.name in owner_client.get(reverse(LIST)).content.decode()
    page = owner_client.get(draft.get_absolute_url())
    html = page.content.decode()
    assert "<b>next 2 days</b>" in html
    assert 'name="low"' in html
    assert page.context["page"].limits.texts["seasons"] == "12"
    press(owner_client, dataset, horizon="48", draft=draft.pk)
    assert PredictionTask.objects.get().horizon == 48
    assert not ForecastDraft.objects.exists()


def test_what_is_wrong_may_be_kept_too_and_is_told_when_it_is_resumed(owner, owner_client):
    save(owner_client, hourly_dataset(owner), horizon="next week")
    draft = ForecastDraft.objects.get()
    html = owner_client.get(draft.get_absolute_url()).content.decode()
    assert "is not a horizon" in html
    assert 'value="next week"' in html


def test_saving_a_resumed_draft_replaces_it(owner, owner_client):
    dataset = hourly_dataset(owner)
    save(owner_client, dataset, horizon="48")
    save(owner_client, dataset, horizon="24", draft=ForecastDraft.objects.get().pk)
    assert ForecastDraft.objects.get().body["horizon"] == "24"


def test_a_draft_is_deleted_after_a_question(owner, owner_client):
    save(owner_client, hourly_dataset(owner))
    address = reverse("forecasting:delete_draft", args=[ForecastDraft.objects.get().pk])
    assert "Delete the draft" in owner_client.get(address).content.decode()
    assert ForecastDraft.objects.exists()
    owner_client.post(address)
    assert not ForecastDraft.objects.exists()


def test_nobody_else_sees_a_draft(owner, owner_client, collaborator, collaborator_client):
    dataset = hourly_dataset(owner)
    make_share(dataset, collaborator)
    save(owner_client, dataset)
    draft = ForecastDraft.objects.get()
    assert collaborator_client.get(draft.get_absolute_url()).status_code == 404
    assert save(collaborator_client, dataset, draft=draft.pk).status_code == 404
    assert draft.name not in collaborator_client.get(reverse(LIST)).content.decode()


def test_a_stranger_cannot_keep_a_draft_of_data_they_may_not_see(owner, stranger_client):
    assert save(stranger_client, hourly_dataset(owner)).status_code == 404


def test_a_viewer_keeps_no_drafts(owner, viewer, viewer_client):
    dataset = hourly_dataset(owner)
    make_share(dataset, viewer)
    assert save(viewer_client, dataset).status_code == 403


def test_a_program_keeps_changes_and_deletes_drafts(owner, owner_client, stranger_client):
    dataset = hourly_dataset(owner)
    body = {"dataset": str(dataset.pk), "horizon": "2 days", "bounds": {"low": 0}}
    made = owner_client.post(DRAFTS, body, content_type="application/json")
    assert made.status_code == 201
    one = f"{DRAFTS}{made.json()['id']}/"
    assert made.json()["body"] == {"horizon": "2 days", "bounds": {"low": 0}}
    change = {"horizon": "1 day", "bounds": None}
    changed = owner_client.patch(one, change, content_type="application/json")
    assert changed.json()["body"] == {"horizon": "1 day"}
    assert len(owner_client.get(DRAFTS).json()["results"]) == 1
    assert stranger_client.get(one).status_code == 404
    assert owner_client.delete(one).status_code == 204
    assert not ForecastDraft.objects.exists()


def test_a_program_searches_drafts_by_every_word_of_name_or_dataset(owner, owner_client):
    dataset = power_dataset(owner)
    for name in ("Load tomorrow", "Wind, 50%", "Load next week"):
        ForecastDraft.objects.create(owner=owner, dataset=dataset, name=name, body={})

    def found(text):
        rows = owner_client.get(DRAFTS, {"search": text, "page_size": 2}).json()
        return sorted(row["name"] for row in rows["results"]), bool(rows["next"])

    assert found("load") == (["Load next week", "Load tomorrow"], False)
    assert found("WEEK power") == (["Load next week"], False)
    assert found("50%") == (["Wind, 50%"], False)
    assert found("solar") == ([], False)
    assert found(" ")[1]


def test_a_draft_that_is_far_too_large_is_refused(owner, owner_client):
    body = {"dataset": str(hourly_dataset(owner).pk), "series": ["n" * 300] * 1_000}
    answer = owner_client.post(DRAFTS, body, content_type="application/json")
    assert answer.status_code == 413
    assert "too much for a draft" in answer.json()["error"]["message"]


def test_settings_are_copied_from_an_earlier_forecast(owner, owner_client):
    dataset = power_dataset(owner)
    ask_api(
        owner_client,
        dataset,
        targets=["load"],
        horizon=36,
        covariates={"known": ["temp"]},
        bounds={"low": 0},
        calendar={"country": "DE"},
        models=["linear", {"type": "lstm", "settings": {"epochs": 3}}],
    )
    earlier = PredictionTask.objects.get()
    page = owner_client.get(reverse(NEW), {"copy": earlier.pk, "dataset": dataset.pk})
    copy = page.context["page"]
    assert copy.ask.parameters() == earlier.parameters
    assert f"Settings were copied from {earlier.name}." in page.content.decode()


def test_columns_are_found_again_by_name_and_the_lost_are_told(owner, owner_client):
    ask_api(owner_client, power_dataset(owner), targets=["load"], covariates={"past": ["wind"]})
    earlier = PredictionTask.objects.get()
    moved = "\n".join(
        ",".join((line.split(",")[0], line.split(",")[2], line.split(",")[1]))
        for line in power_text(ahead=0).splitlines()
    )
    other = read_dataset(owner, moved + "\n", name="other.csv")
    page = owner_client.get(reverse(NEW), {"copy": earlier.pk, "dataset": other.pk})
    assert [column.key for column in page.context["page"].chosen] == ["c3"]
    assert "other has no wind: this was left out." in page.content.decode()


def test_only_forecasts_one_may_see_can_be_copied(owner, owner_client, stranger_client):
    task = answered(owner)
    address = reverse("forecasting:copy_sources")
    assert task.name in owner_client.get(address).content.decode()
    assert task.name not in owner_client.get(address, {"q": "nothing"}).content.decode()
    assert task.name not in stranger_client.get(address).content.decode()
    assert stranger_client.get(reverse(NEW), {"copy": task.pk}).status_code == 404
