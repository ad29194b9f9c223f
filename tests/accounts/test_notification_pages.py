"""The bell, its menu, the list and the settings, each of one person only."""

import json
import re

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notification, NotificationChoice, QuietHours
from accounts.notify import News, notify
from accounts.routing import websocket_urlpatterns
from accounts.sockets import guarded
from tests.conftest import browser_of
from tests.websockets import Line

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


def told(person, *titles, **news):
    return [notify(person, News("job.failed", title, **news))[0] for title in titles]


def page_of(client, name, query="", **headers):
    return client.get(reverse(f"accounts:{name}") + query, headers=headers)


def test_the_bell_stands_on_every_page_with_the_count(owner, owner_client):
    told(owner, "First", "Second")
    page = owner_client.get(reverse("jobs:list")).content.decode()
    bell = page[page.index('id="bell"') :][:600]
    assert 'aria-label="Notifications, 2 unread"' in bell
    assert not re.search(r"data-bell-badge\s+hidden", bell)
    Notification.objects.of(owner).mark_read()
    page = owner_client.get(reverse("jobs:list")).content.decode()
    assert 'aria-label="Notifications"' in page
    assert re.search(r"data-bell-badge\s+hidden", page)


def test_the_menu_shows_the_newest_six_and_marks_what_is_new(owner, owner_client):
    told(owner, *(f"Number {n}" for n in range(8)), body="Why it failed")
    page = page_of(owner_client, "notification_menu").content.decode()
    assert re.findall(r"Number \d", page) == [f"Number {n}" for n in range(7, 1, -1)]
    assert page.count('class="unread"') == 6
    assert "8 new" in page


def test_opening_one_marks_it_read_and_goes_where_it_leads(owner, owner_client):
    [row] = told(owner, "Failed", link="/jobs/")
    answer = owner_client.get(reverse("accounts:notification", args=[row.pk]))
    row.refresh_from_db()
    assert (answer["Location"], row.is_read) == ("/jobs/", True)


def test_a_head_request_reads_nothing(owner, owner_client):
    [row] = told(owner, "Failed")
    owner_client.head(reverse("accounts:notification", args=[row.pk]))
    row.refresh_from_db()
    assert not row.is_read


def test_one_can_be_marked_read_and_new_again(owner, owner_client):
    [row] = told(owner, "Failed")
    url = reverse("accounts:notification_mark", args=[row.pk])
    read = owner_client.post(url, {"read": "1"}, headers=HTMX).content.decode()
    assert "Mark unread" in read
    owner_client.post(url, {"read": "0"}, headers=HTMX)
    row.refresh_from_db()
    assert not row.is_read


def test_all_are_marked_at_once_and_nobody_elses(owner, owner_client, stranger):
    told(owner, "Mine", "Mine too")
    [theirs] = told(stranger, "Theirs")
    owner_client.post(reverse("accounts:notifications_read"))
    theirs.refresh_from_db()
    assert Notification.objects.of(owner).unread().count() == 0
    assert not theirs.is_read


def test_the_list_is_searched_and_narrowed(owner, owner_client):
    [first, _] = told(owner, "Import of gas.csv failed", "Export failed", body="Row 7")
    first.mark(read=True)
    names = r"Import of gas\.csv failed|Export failed"

    def found(query):
        page = page_of(owner_client, "notifications", query).content.decode()
        return set(re.findall(rf'class="name"[^>]*>({names})<', page))

    assert found("") == {"Import of gas.csv failed", "Export failed"}
    assert found("?q=gas+row") == {"Import of gas.csv failed"}
    assert found("?show=unread") == {"Export failed"}
    assert found("?q=nothing") == set()


def test_pages_of_the_list_meet_without_gap(owner, owner_client):
    told(owner, *(f"Number {n:02d}" for n in range(35)))
    first = page_of(owner_client, "notifications").content.decode()
    after = re.search(r'href="(\?after=[^"]+)"', first)[1]
    second = page_of(owner_client, "notifications", after).content.decode()
    seen = [re.findall(r'class="name"[^>]*>(Number \d\d)<', page) for page in (first, second)]
    assert [len(part) for part in seen] == [30, 5]
    assert sorted(seen[0] + seen[1]) == [f"Number {n:02d}" for n in range(35)]


def test_an_empty_list_says_what_belongs_there(owner_client):
    assert "Nothing to tell yet" in page_of(owner_client, "notifications").content.decode()


def test_what_others_wrote_is_shown_as_text(owner, owner_client):
    told(owner, "<script>window.__x=1</script>", body="<img src=x onerror=alert(1)>")
    for name in ("notifications", "notification_menu"):
        page = page_of(owner_client, name).content.decode()
        assert "<script>window" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;window.__x=1" in page


def test_the_list_costs_the_same_however_long_it_is(owner, owner_client):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page_of(owner_client, "notifications")
        return len(seen)

    told(owner, "One")
    page_of(owner_client, "notifications")
    few = cost()
    told(owner, *(f"Number {n}" for n in range(20)))
    assert cost() == few


def test_choices_are_saved_as_they_are_made(owner, owner_client):
    url = reverse("accounts:notification_choices")
    owner_client.post(url, {"job.failed:webhook": "on", "job.done:in_app": "on"}, headers=HTMX)
    kept = NotificationChoice.objects.filter(person=owner).order_by("kind")
    found = {row.kind: (row.in_app, row.email, row.webhook) for row in kept}
    assert found["job.failed"] == (False, False, True)
    assert found["job.done"] == (True, False, False)
    page = owner_client.get(reverse("accounts:account")).content.decode()
    assert re.search(r'name="job\.failed:webhook" checked', page)


def test_quiet_hours_are_saved_and_shown(owner, owner_client):
    url = reverse("accounts:quiet_hours")
    form = {"is_on": "on", "begins": "21:30", "ends": "06:15", "zone": "Europe/Berlin"}
    assert owner_client.post(url, form, headers=HTMX).status_code == 200
    row = QuietHours.objects.get(person=owner)
    assert (row.is_on, f"{row}", row.zone, row.as_digest) == (
        True, "21:30–06:15", "Europe/Berlin", False,
    )  # fmt: skip
    page = owner_client.get(reverse("accounts:account")).content.decode()
    assert "quiet from 21:30 to 06:15" in page


@pytest.mark.parametrize(
    "wrong", [{"ends": "21:30"}, {"zone": "Mars/Base"}, {"begins": "25:00"}, {"ends": ""}]
)
def test_quiet_hours_that_make_no_sense_are_refused(owner, owner_client, wrong):
    form = {"is_on": "on", "begins": "21:30", "ends": "06:15", "zone": "", **wrong}
    answer = owner_client.post(reverse("accounts:quiet_hours"), form, headers=HTMX)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not QuietHours.objects.exists()


# --- the same over REST


def test_the_api_lists_and_marks(owner, owner_api):
    [_, second] = told(owner, "First", "Second", data={"job": "7"})
    listed = owner_api.get("/api/v1/notifications/").json()["results"]
    assert [one["title"] for one in listed] == ["Second", "First"]
    assert listed[0]["data"] == {"job": "7"}
    read = owner_api.post(f"/api/v1/notifications/{second.pk}/read/").json()
    assert read["read_at"]
    unread = owner_api.get("/api/v1/notifications/?unread=true").json()["results"]
    assert [one["title"] for one in unread] == ["First"]
    owner_api.post(f"/api/v1/notifications/{second.pk}/read/", {"read": False})
    assert owner_api.post("/api/v1/notifications/read-all/").json() == {"marked": 2}


def test_the_api_shows_and_changes_preferences(owner_api):
    url = "/api/v1/notifications/preferences/"
    before = owner_api.get(url).json()
    failing = next(one for one in before["kinds"] if one["kind"] == "job.failed")
    assert (failing["in_app"], failing["email"], failing["webhook"]) == (True, True, False)
    change = {
        "kinds": [{"kind": "job.failed", "email": False}],
        "quiet_hours": {"is_on": True, "begins": "22:00", "ends": "07:00"},
    }
    after = owner_api.patch(url, change).json()
    failing = next(one for one in after["kinds"] if one["kind"] == "job.failed")
    assert (failing["in_app"], failing["email"]) == (True, False)
    assert after["quiet_hours"]["ends"] == "07:00"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kinds": [{"kind": "nonsense", "email": True}]}, "kind"),
        ({"quiet_hours": {"is_on": True, "begins": "05:00", "ends": "05:00"}}, "ends"),
        ({"quiet_hours": {"zone": "Mars/Base"}}, "zone"),
        ({"quiet_hours": "never"}, "quiet_hours"),
    ],
)
def test_the_api_refuses_nonsense_by_field(owner_api, change, field):
    answer = owner_api.patch("/api/v1/notifications/preferences/", change)
    assert answer.status_code in {400, 422}
    assert field in json.dumps(answer.json()["error"])


def test_the_api_makes_changes_and_removes_webhooks(owner_api, receiver):
    made = owner_api.post("/api/v1/webhooks/", {"url": receiver.url, "name": "pager"})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    url = f"/api/v1/webhooks/{made.json()['id']}/"
    assert "secret" not in owner_api.get(url).json()
    assert owner_api.patch(url, {"name": "chat"}).json()["name"] == "chat"
    tested = owner_api.post(url + "test/").json()
    assert (tested["state"], len(receiver.received)) == ("sent", 1)
    assert owner_api.post(url + "rotate/").json()["secret"] != made.json()["secret"]
    assert owner_api.get("/api/v1/deliveries/").json()["results"][0]["target"] == "chat"
    assert owner_api.delete(url).status_code == 204


def test_the_api_says_why_an_address_is_refused(owner_api):
    answer = owner_api.post("/api/v1/webhooks/", {"url": "https://169.254.169.254/"})
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "url"
    assert "private network" in answer.json()["error"]["message"]


# --- the live line


@pytest.mark.django_db(transaction=True)
async def test_the_line_tells_the_state_at_once_and_after_each_change(owner, stranger):
    cookies = await sync_to_async(cookies_of)(owner)
    line = Line(guarded(websocket_urlpatterns), "/ws/me/", cookies=cookies)
    assert (await line.connect())[0]
    assert (await line.receive_json_from())["unread"] == 0
    await sync_to_async(told)(stranger, "Not yours")
    await sync_to_async(told)(owner, "Yours")
    state = await line.receive_json_from()
    assert (state["unread"], state["newest"]["title"]) == (1, "Yours")
    assert state["label"] == "Notifications, 1 unread"
    await sync_to_async(Notification.objects.of(owner).mark_read)()
    await line.send_json_to({})
    assert (await line.receive_json_from())["unread"] == 0
    await line.disconnect()


def cookies_of(user):
    return {name: morsel.value for name, morsel in browser_of(user).cookies.items()}


def test_polling_answers_what_the_line_says(owner, owner_client):
    told(owner, "Yours")
    state = page_of(owner_client, "bell").json()
    assert (state["unread"], state["badge"], state["newest"]["title"]) == (1, "1", "Yours")
