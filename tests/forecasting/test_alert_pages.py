"""Alerts on their page and over REST: made, changed, silenced, tested, deleted."""

import re

import pytest
from django.urls import reverse

from accounts.models import Notification
from forecasting.models import AlertFiring, AlertRule
from tests.factories import make_share
from tests.forecasting.alerting import quiet_forecast, rule_on
from tests.forecasting.made import answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(owner):
    return quiet_forecast(owner)


HTMX = {"hx-request": "true"}


def form_of(about, **fields):
    return {
        "kind": "forecast", "task": str(about.pk), "measured": "interval:80", "direction": "above",
        "limit": "950", "within": "24", "clear_after": "2", "margin": "0", **fields,
    }  # fmt: skip


def url(name, *args):
    return reverse(f"forecasting:{name}", args=args)


def test_an_empty_page_says_what_rules_do(owner_client):
    page = owner_client.get(url("alerts")).content.decode()
    assert "No alerts yet" in page
    assert url("new_alert") in page


def test_the_button_of_a_forecast_opens_a_rule_with_sensible_beginnings(task, owner_client):
    detail = owner_client.get(task.get_absolute_url()).content.decode()
    address = re.search(rf'href="({url("new_alert")}\?[^"]+)"', detail)[1].replace("&amp;", "&")
    page = owner_client.get(address).content.decode()
    assert 'value="interval:80" selected' in page
    assert re.search(r'<option value="load" selected>', page)
    # All means are 100: a little above them.
    assert float(re.search(r'name="limit" value="([^"]+)"', page)[1]) == 110.0


def test_a_rule_is_made_and_listed_in_words(task, owner, owner_client):
    answer = owner_client.post(url("new_alert"), form_of(task, name="Peak", channels=["in_app"]))
    rule = AlertRule.objects.get()
    assert answer["Location"] == rule.get_absolute_url()
    assert (rule.owner, rule.limit, rule.level, rule.channels) == (owner, 950.0, 80, ["in_app"])
    page = owner_client.get(url("alerts")).content.decode()
    assert "80% interval of <b>load</b> passes <b>950</b> within 24 hours" in page
    assert "1 rule, all quiet." in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"limit": ""}, "Give the limit as a number"),
        ({"limit": "many"}, "Enter a number"),
        ({"limit": "nan"}, "number"),
        ({"within": "25"}, "from 1 to 24"),
        ({"within": "1000000000000"}, "Give 100000 or less."),
        ({"measured": "interval:50"}, "no 50% interval"),
        ({"task": "nonsense"}, "nonsense"),
        ({"series": "nonsense"}, "no series nonsense"),
        ({"margin": "-1"}, "0 or more"),
        ({"kind": "weather"}, "weather"),
    ],
)
def test_nonsense_is_refused_with_the_remedy_and_nothing_is_saved(task, owner_client, wrong, said):
    answer = owner_client.post(url("new_alert"), form_of(task, **wrong))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert AlertRule.objects.count() == 0


def test_somebody_elses_forecast_cannot_be_watched(task, stranger_client):
    answer = stranger_client.post(url("new_alert"), form_of(task))
    assert answer.status_code == 422
    assert "There is no such forecast" in answer.content.decode()
    assert stranger_client.get(url("new_alert") + f"?task={task.pk}").status_code == 404


def test_missing_data_are_watched_by_dataset(task, owner_client):
    form = {"kind": "missing", "dataset": str(task.dataset_id), "within": "3"}
    owner_client.post(url("new_alert"), form)
    rule = AlertRule.objects.get()
    # The rows of the example end in January 2026: it fires at once.
    assert (rule.task, rule.within, rule.is_firing) == (None, 3, True)
    page = owner_client.get(url("alerts")).content.decode()
    assert "gets no new rows for <b>3 hours</b>" in page
    assert "1 of 1 rules is firing." in page


def test_a_change_of_what_it_watches_changes_the_slots_and_saves_nothing(task, owner_client):
    page = owner_client.post(url("alert_slots"), form_of(task, kind="missing"), headers=HTMX)
    text = page.content.decode()
    assert 'name="dataset"' in text
    assert 'name="limit"' not in text
    back = {"kind": "forecast", "dataset": str(task.dataset_id), "within": "2"}
    text = owner_client.post(url("alert_slots"), back, headers=HTMX).content.decode()
    assert 'name="limit" value="110"' in text
    assert AlertRule.objects.count() == 0


def test_the_preview_speaks_while_somebody_chooses(owner, owner_client):
    task = answered(owner)
    text = owner_client.post(url("preview_alert"), form_of(task, limit="0")).content.decode()
    windows = len(task.results.get(rank=1).metrics["windows"])
    assert f"{windows} times on {windows} past windows" in text
    assert text.count('class="hit"') == windows
    wrong = owner_client.post(url("preview_alert"), form_of(task, limit="")).content.decode()
    assert "Give the limit as a number" in wrong


def test_a_rule_is_changed_switched_off_snoozed_and_deleted(task, owner, owner_client):
    rule = rule_on(task)
    owner_client.post(rule.get_absolute_url(), form_of(task, limit="1200"))
    owner_client.post(url("switch_alert", rule.pk), {"on": "0"})
    owner_client.post(url("snooze_alert", rule.pk), {"hours": "24"})
    rule.refresh_from_db()
    assert (rule.limit, rule.is_on, rule.is_snoozed) == (1200.0, False, True)
    assert owner_client.post(url("snooze_alert", rule.pk), {"hours": "x"}).status_code == 422
    assert "Delete this rule?" in owner_client.get(url("delete_alert", rule.pk)).content.decode()
    owner_client.post(url("delete_alert", rule.pk))
    assert AlertRule.objects.count() == 0


def test_a_test_rings_the_owners_bell(task, owner, owner_client):
    rule = rule_on(task)
    owner_client.post(url("test_alert", rule.pk))
    assert Notification.objects.of(owner).get().title.startswith("Test: ")


def test_the_history_keeps_what_fired(task, owner, owner_client):
    rule = rule_on(task)
    AlertFiring.objects.create(
        rule=rule, series="load", value=960.0, first_time="2026-05-05T01:00:00",
        peak_time="2026-05-05T02:00:00",
    )  # fmt: skip
    page = owner_client.get(url("alert_history")).content.decode()
    assert "load passes 950 on Tue 5 May at 01:00" in page
    assert "The 80% interval tops 960 on Tue 5 May at 02:00." in page


def test_the_chart_shows_the_limit(task, owner_client):
    rule = rule_on(task, limit=105.0)
    figure = owner_client.get(url("alert_chart", rule.pk)).json()
    lines = [shape for shape in figure["layout"]["shapes"] if shape.get("y0") == 105.0]
    assert len(lines) == 1


def test_a_viewer_of_a_shared_rule_may_look_only(task, collaborator, collaborator_client):
    rule = rule_on(task)
    make_share(rule, collaborator)
    page = collaborator_client.get(rule.get_absolute_url()).content.decode()
    assert "Save rule" not in page
    assert collaborator_client.post(rule.get_absolute_url(), form_of(task)).status_code == 403


# --- over REST


def body_of(about, **fields):
    return {"task": str(about.pk), "limit": 950, **fields}


def test_the_api_makes_changes_and_deletes(task, owner_api):
    made = owner_api.post("/api/v1/alerts/", body_of(task, level=95))
    assert made.status_code == 201, made.content
    rule = made.json()
    assert rule["sentence"] == "95% interval of load passes 950 within 24 hours"
    assert rule["state"] == "ok"
    address = f"/api/v1/alerts/{rule['id']}/"
    assert owner_api.patch(address, {"limit": 50}).json()["state"] == "firing"
    firings = owner_api.get("/api/v1/alerts/firings/").json()["results"]
    assert [one["value"] for one in firings] == [120.0]
    assert owner_api.post(address + "snooze/", {"hours": 3}).json()["snoozed_until"]
    assert len(owner_api.post(address + "test/").json()["sent"]) == 1
    assert owner_api.get("/api/v1/alerts/?state=firing").json()["results"][0]["id"] == rule["id"]
    assert owner_api.patch(address, {"is_on": False}).json()["is_on"] is False
    assert owner_api.delete(address).status_code == 204


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"limit": None}, "limit"),
        ({"level": 50}, "level"),
        ({"within": 10**12}, "within"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"task": "00000000-0000-0000-0000-000000000000"}, "task"),
        ({"task": None}, "task"),
        ({"kind": "missing", "within": None}, "within"),
    ],
)
def test_the_api_refuses_nonsense_by_field(task, owner_api, fields, field):
    answer = owner_api.post("/api/v1/alerts/", body_of(task, **fields))
    assert answer.status_code in {400, 422}, answer.content
    assert answer.json()["error"]["field"].startswith(field)
    assert AlertRule.objects.count() == 0


def test_the_api_previews_without_saving(owner, owner_api):
    task = answered(owner)
    found = owner_api.post("/api/v1/alerts/preview/", body_of(task, limit=0)).json()
    assert found["source"] == "windows"
    assert found["fired"] == len(found["windows"]) > 0
    assert AlertRule.objects.count() == 0


def test_the_list_costs_the_same_however_long_it_is(task, owner_api, django_assert_max_num_queries):
    for limit in range(20):
        rule_on(task, limit=1000.0 + limit)
    with django_assert_max_num_queries(12):
        owner_api.get("/api/v1/alerts/")
