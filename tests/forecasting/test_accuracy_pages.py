"""The Accuracy tab, the card of a watch, its rule, and the same by program."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from forecasting.models import ModelLine, ModelWatch
from forecasting.registry import promoting
from forecasting.watching import challenging, scoring, tasks, watch_jobs
from jobs.models import Job
from tests.factories import make_share
from tests.forecasting.appended import HOURS, append, said, usual_dataset, usual_values
from tests.forecasting.made import answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(owner):
    return usual_dataset(owner)


@pytest.fixture
def scored(owner, dataset):
    """Three of four steps have come: errors 4, -7, 12."""
    task = said(owner, dataset, [100.0] * 4)
    scoring.score(task, append(dataset, [104.0, 93.0, 112.0], HOURS))
    return task


@pytest.fixture
def watched(owner, dataset):
    """The watch of a line whose champion has seen 200 steady rows."""
    task = answered(owner, dataset)
    append(dataset, usual_values(HOURS + 200)[HOURS:], HOURS)
    watch = watch_jobs.watch_of(ModelLine.objects.get(dataset=dataset))
    watch_jobs.watch_model(str(watch_jobs.start_look(watch).pk))
    assert task.pk
    return ModelWatch.objects.for_judging().get(pk=watch.pk)


def page(client, name, row):
    return client.get(reverse(f"forecasting:{name}", args=[row.pk]))


# --- the tab


def test_the_tab_says_how_far_off_the_forecast_was(owner_client, scored):
    text = page(owner_client, "accuracy", scored).content.decode()
    assert "3 of 4 steps known yet, until Wed 21 Jan 02:00." in text
    assert "Off by 7.667 on average over 3 values; past windows promised 5." in text
    assert 'aria-selected="true"' in text.split("tab-accuracy")[1][:200]
    assert "Forecast against what came" in text
    assert "3 of 4</td>" in text


def test_before_anything_came_it_says_what_it_waits_for(owner_client, owner, dataset):
    task = said(owner, dataset, [100.0] * 4)
    text = page(owner_client, "accuracy", task).content.decode()
    assert "None of the 4 steps of this run is known yet." in text
    assert "gets rows after Tue 20 Jan 23:00" in text
    rows = page(owner_client, "accuracy_rows", task)
    assert rows.status_code == 409
    assert "No value has come since this forecast was made" in rows.content.decode()


def test_the_rows_are_there_as_csv(owner_client, scored):
    answer = page(owner_client, "accuracy_rows", scored)
    lines = answer.content.decode().splitlines()
    assert lines[0].startswith("unique_id,step,ds,y,mean,lo-80,hi-80")
    assert lines[1].startswith("load,1,2026-01-21 00:00:00,104.0,100.0,90.0,110.0")
    assert len(lines) == 4


def test_who_may_look_sees_it_and_a_stranger_does_not(
    collaborator, collaborator_client, stranger_client, scored
):
    make_share(scored, collaborator)
    text = page(collaborator_client, "accuracy", scored).content.decode()
    assert "Off by 7.667" in text
    assert "Compare again" not in text
    assert page(stranger_client, "accuracy", scored).status_code == 404


def test_comparing_again_is_a_job(owner_client, scored):
    owner_client.post(reverse("forecasting:accuracy_again", args=[scored.pk]))
    job = Job.objects.get(kind=tasks.KIND)
    tasks.score_forecast(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED


def test_programs_read_the_same_numbers(owner_api, scored):
    found = owner_api.get(f"/api/v1/predictions/{scored.pk}/accuracy/").json()
    assert (found["known"], found["horizon"], found["values"]) == (3, 4, 3)
    assert found["mae"] == pytest.approx(23 / 3)
    assert found["bias"] == pytest.approx(3.0)
    assert found["coverage"]["80"] == {"inside": 2, "values": 3, "share": pytest.approx(2 / 3)}
    assert found["tracking"]["signal"] == pytest.approx(9 / (23 / 3))
    assert [step["mae"] for step in found["steps"]] == [4.0, 7.0, 12.0]
    assert found["runs"][0]["prediction"] == str(scored.pk)
    rows = owner_api.get(f"/api/v1/predictions/{scored.pk}/actuals/?series=load").json()
    assert rows["total"] == 3
    assert rows["rows"][0]["ds"] == "2026-01-21T00:00:00"
    none = owner_api.get(f"/api/v1/predictions/{scored.pk}/actuals/?series=other").json()
    assert none == {"rows": [], "total": 0}
    assert owner_api.post(f"/api/v1/predictions/{scored.pk}/score/").status_code == 202


def test_a_forecast_of_the_newest_rows_has_nothing_to_compare_with(owner_api, owner, dataset):
    task = answered(owner, dataset)
    refused = owner_api.post(f"/api/v1/predictions/{task.pk}/score/")
    assert refused.status_code == 409
    assert refused.json()["error"]["code"] == "nothing_yet"


# --- the card of a watch


def test_the_card_of_a_model_loads_its_accuracy_over_time(owner_client, watched):
    card = owner_client.get(watched.champion.get_absolute_url()).content.decode()
    assert reverse("forecasting:line_accuracy", args=[watched.line_id]) in card
    text = page(owner_client, "line_accuracy", watched.line).content.decode()
    assert "Steady over 200 steps that came after the training." in text
    assert "Luck alone raises an alarm about once in 2,000 hours" in text
    assert "A person promotes: no rule is set." in text
    assert "watch-drift-figure" in text


def test_a_line_that_was_never_looked_at_says_so_and_makes_no_row(owner_client, owner, dataset):
    answered(owner, dataset)
    line = ModelLine.objects.get(dataset=dataset)
    text = page(owner_client, "line_accuracy", line).content.decode()
    assert "No value has come since the champion was trained." in text
    assert not ModelWatch.objects.exists()


def test_the_rule_is_set_on_the_page_and_written_down(owner_client, owner, watched):
    address = reverse("forecasting:line_rule", args=[watched.line_id])
    assert "Promote a challenger" in owner_client.get(address).content.decode()
    fields = {"promotes": "rule", "gain": "7.5", "most_p": "0.01", "patience": "500", "is_on": "on"}
    owner_client.post(address, fields)
    watched.refresh_from_db()
    assert (watched.promotes, watched.least_gain, watched.most_p) == ("rule", 0.075, 0.01)
    assert (watched.patience, watched.trains_on_drift) == (500, False)
    assert AuditEvent.objects.get(action="model.watch_changed").details["least_gain"] == 0.075
    text = page(owner_client, "line_accuracy", watched.line).content.decode()
    assert "Rule: promote when better by 7.5% or more with p under 0.01." in text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("gain", "much", "Write the gain in percent, such as 5."),
        ("gain", "-1", "A gain is 0% or more."),
        ("gain", "91", "90% or less"),
        ("gain", "nan", "Write the gain in percent, such as 5."),
        ("most_p", "", "Write p as a number, such as 0.05."),
        ("most_p", "0.9", "p is 0.5 or less"),
        ("patience", "3", "Choose 500, 2000 or 10000 steps."),
        ("promotes", "luck", "Choose by hand or by rule."),
    ],
)
def test_a_wrong_rule_is_refused_with_the_remedy(owner_client, owner, dataset, field, value, words):
    answered(owner, dataset)
    line = ModelLine.objects.get(dataset=dataset)
    good = {"promotes": "rule", "gain": "5", "most_p": "0.05", "patience": "500"}
    address = reverse("forecasting:line_rule", args=[line.pk])
    answer = owner_client.post(address, good | {field: value})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_challenger_is_trained_from_the_page_then_promoted_and_rolled_back(
    owner_client, owner, watched
):
    first = watched.line.champion
    owner_client.post(reverse("forecasting:line_challenge", args=[watched.line_id]))
    job = Job.objects.get(kind=challenging.KIND)
    text = page(owner_client, "line_accuracy", watched.line).content.decode()
    assert f"/ws/jobs/{job.pk}/" in text
    challenging.train_challenger(str(job.pk))
    rival = ModelLine.objects.get(pk=watched.line_id).challenger
    text = page(owner_client, "line_accuracy", watched.line).content.decode()
    assert "Compare windows" in text
    assert f"v{rival.number} is" in text
    card = owner_client.get(rival.get_absolute_url())
    assert card.status_code == 200
    owner_client.post(reverse("forecasting:model_promote", args=[rival.model_id]))
    text = page(owner_client, "line_accuracy", watched.line).content.decode()
    assert f"Roll back to v{first.number}" in text
    owner_client.post(reverse("forecasting:line_roll_back", args=[watched.line_id]))
    assert ModelLine.objects.get(pk=watched.line_id).champion == first


def test_programs_read_set_and_train(owner_api, stranger_api, watched):
    address = f"/api/v1/model-lines/{watched.line_id}/watch/"
    found = owner_api.get(address).json()
    assert (found["state"], found["promotes"], found["gain"]) == ("steady", "hand", 5.0)
    assert found["seen"]["times"] == 200
    assert "files" not in found["seen"]
    changed = owner_api.patch(address, {"promotes": "rule", "gain": 10}, format="json").json()
    assert (changed["promotes"], changed["gain"], changed["trains_on_drift"]) == (
        "rule",
        10.0,
        True,
    )
    wrong = owner_api.patch(address, {"gain": 1000}, format="json")
    assert wrong.status_code == 422
    assert wrong.json()["error"]["field"] == "gain"
    assert owner_api.post(address.replace("watch", "look")).status_code == 202
    assert owner_api.post(address.replace("watch", "challenger")).status_code == 202
    assert stranger_api.get(address).status_code == 404
    assert stranger_api.post(address.replace("watch", "challenger")).status_code == 404


def test_who_may_only_look_sees_no_buttons(collaborator, collaborator_client, watched):
    make_share(watched.line, collaborator)
    text = page(collaborator_client, "line_accuracy", watched.line).content.decode()
    assert "Steady over" in text
    assert "Edit rule" not in text
    refused = collaborator_client.post(
        reverse("forecasting:line_challenge", args=[watched.line_id])
    )
    assert refused.status_code == 403


def test_a_line_without_a_champion_cannot_be_watched(owner_client, owner_api, owner, dataset):
    answered(owner, dataset)
    line = ModelLine.objects.get(dataset=dataset)
    ModelLine.objects.filter(pk=line.pk).update(champion=None)
    refused = owner_client.post(reverse("forecasting:line_look", args=[line.pk]))
    assert refused.status_code == 409
    assert "has no champion. Promote a version." in refused.content.decode()
    assert owner_api.post(f"/api/v1/model-lines/{line.pk}/look/").status_code == 409
    assert promoting.previous_champion(line) is None
