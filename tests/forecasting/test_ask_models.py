"""Choosing the models of a race, and their settings."""

import json

import pytest
from django.urls import reverse

from forecasting import recipe
from forecasting.choosing import model_settings, roster
from forecasting.engine.race.field import starters_of
from forecasting.engine.race.presets import PRESETS
from forecasting.engine.registry import model_types
from forecasting.models import PredictionTask
from tests.datasets.made import read_dataset
from tests.forecasting.asked import ask_api, contract_of, press
from tests.forecasting.made import hourly_dataset, start_forecast

pytestmark = pytest.mark.django_db
ALWAYS = ["linear", "seasonal_naive", "naive"]
DIALOG = "forecasting:ask_settings"


def daily(owner, values):
    """A dataset of one daily column."""
    rows = (f"2026-{d // 28 + 1:02d}-{d % 28 + 1:02d},{value}" for d, value in enumerate(values))
    return read_dataset(owner, "\n".join(["day,sold", *rows, ""]))


def only_models():
    return PredictionTask.objects.get().parameters.get("models")


def ticked(client, dataset, quality):
    """The names that the page ticks for a quality."""
    page = client.get(reverse("forecasting:new"), {"dataset": dataset.pk, "quality": quality})
    return [row.name for row in page.context["page"].models.rows if row.is_chosen]


def test_the_models_of_the_quality_are_ticked_and_name_nothing(owner, owner_client):
    dataset = hourly_dataset(owner)
    names = ticked(owner_client, dataset, "balanced")
    assert set(ALWAYS) < set(names)
    press(owner_client, dataset, quality="balanced", models_of="balanced", models=names)
    assert only_models() is None


def test_a_choice_of_ones_own_is_kept_with_its_settings(owner, owner_client):
    press(
        owner_client,
        hourly_dataset(owner),
        quality="balanced",
        models_of="balanced",
        models=[*ALWAYS, "lstm"],
        settings=json.dumps({"lstm": {"hidden_size": 32}, "tft": {"heads": 2}}),
    )
    assert only_models()[-1] == {"name": "lstm", "type": "lstm", "settings": {"hidden_size": 32}}
    assert [one["name"] for one in only_models()] == [*ALWAYS, "lstm"]


def test_ticks_drawn_for_another_quality_do_not_count(owner, owner_client):
    press(
        owner_client,
        hourly_dataset(owner),
        quality="thorough",
        models_of="balanced",
        models=ALWAYS,
    )
    assert only_models() is None


def test_ticks_that_nobody_changed_follow_the_data(owner, owner_client):
    names = [*ALWAYS, "linear_many"]
    press(
        owner_client,
        hourly_dataset(owner),
        quality="balanced",
        models_of="balanced",
        models_usual=",".join(names),
        models=names,
    )
    assert only_models() is None


def test_changed_settings_stay_when_another_quality_is_chosen(owner, owner_client):
    press(
        owner_client,
        hourly_dataset(owner),
        quality="thorough",
        models_of="balanced",
        models=ALWAYS,
        settings=json.dumps({"lstm": {"epochs": 3}}),
    )
    kept = {one["name"]: one["settings"] for one in only_models()}
    assert kept["lstm"] == {"epochs": 3}
    assert kept["linear_stack_thorough"] == {"preset": "thorough"}


def test_one_model_twice_needs_two_names(owner, owner_client):
    answer = ask_api(
        owner_client,
        hourly_dataset(owner),
        quality="balanced",
        models=[
            {"type": "linear", "name": "short", "settings": {"lookback": 24}},
            {"type": "linear", "name": "long", "settings": {"lookback": 96}},
        ],
    )
    assert answer.status_code == 202
    assert [(one["name"], one["settings"]["lookback"]) for one in only_models()] == [
        ("short", 24),
        ("long", 96),
    ]


def test_a_model_that_cannot_run_here_says_why_and_cannot_be_ticked(owner, owner_client):
    html = contract_of(owner_client, hourly_dataset(owner), horizon="24")
    assert "Chronos needs pretrained weights, and this installation has none for it." in html
    assert 'value="chronos" disabled' in html


def test_thorough_offers_more_than_balanced_and_the_sentence_counts_them(owner, owner_client):
    dataset = hourly_dataset(owner)
    for quality in ("balanced", "thorough"):
        names = ticked(owner_client, dataset, quality)
        html = contract_of(owner_client, dataset, quality=quality, horizon="24")
        assert f"<b>{len(names)} models</b>" in html
    assert len(ticked(owner_client, dataset, "thorough")) > len(
        ticked(owner_client, dataset, "balanced")
    )


def test_models_of_rare_demand_are_offered_where_demand_is_rare(owner, owner_client):
    rare = daily(owner, (5 * (day % 3 == 0) for day in range(90)))
    names = ticked(owner_client, rare, "thorough")
    assert "croston_sba" in names
    often = daily(owner, (5 + day % 3 for day in range(90)))
    names = ticked(owner_client, often, "thorough")
    assert "croston_sba" not in names
    assert "auto_arima" in names


def test_what_the_page_counts_is_what_the_race_starts_with(owner, owner_client):
    dataset = hourly_dataset(owner)
    names = ticked(owner_client, dataset, "thorough")
    task = start_forecast(owner, dataset, quality="thorough")
    raced = starters_of(PRESETS["thorough"], recipe.of_task(task).panel)
    assert set(names) == {one.entrant.name for one in raced}


def test_every_model_has_settings_that_its_own_defaults_pass():
    for entry in model_types():
        listed = model_settings.settings_of(entry.name)
        usual = {one.name: one.usual for one in listed}
        assert model_settings.chosen(entry.name, usual) == {}
        assert not {one.name for one in listed} & model_settings.OF_THE_MACHINE


def test_the_table_names_every_model_that_may_be_chosen(owner, owner_client):
    page = owner_client.get(reverse("forecasting:new"), {"dataset": hourly_dataset(owner).pk})
    kinds = {row.kind for row in page.context["page"].models.rows}
    assert kinds == {entry.name for entry in model_types()} - roster.BY_ITSELF


def test_the_dialog_shows_settings_and_gives_them_to_the_page(owner_client):
    html = owner_client.get(reverse(DIALOG), {"model": "lstm"}).content.decode()
    assert "Settings of LSTM" in html
    assert '<option value="huber">' in html
    # Enter in a field presses the first button that submits.
    assert html.count('type="submit"') == 1
    answer = owner_client.post(reverse(DIALOG), {"model": "lstm", "set-hidden_size": "64"})
    assert "ask:settings" in answer["HX-Trigger-After-Settle"]
    assert "&quot;hidden_size&quot;: 64" in answer.content.decode()


def test_the_dialog_refuses_what_cannot_be_and_keeps_what_was_typed(owner_client):
    answer = owner_client.post(reverse(DIALOG), {"model": "lstm", "set-hidden_size": "9999999"})
    html = answer.content.decode()
    assert "hidden_size of LSTM lies between 0 and 4,096, not at 9,999,999." in html
    assert 'value="9999999"' in html


def test_the_dialog_goes_back_to_the_usual_settings(owner_client):
    kept = json.dumps({"lstm": {"hidden_size": 64}, "tft": {"heads": 2}})
    answer = owner_client.post(reverse(DIALOG), {"model": "lstm", "usual": "1", "settings": kept})
    html = answer.content.decode()
    assert "hidden_size" not in html
    assert "heads" in html


def test_the_dialog_knows_no_unknown_model(owner_client):
    answer = owner_client.get(reverse(DIALOG), {"model": "nothing"})
    assert answer.status_code == 422
    assert "There is no model nothing" in answer.content.decode()
