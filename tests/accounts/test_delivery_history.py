"""The history says of everything that was told on which way it went, when, and why not."""

import re

import pytest
from django.urls import reverse

from accounts.models import Delivery, Notification

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]
PAGE = reverse("accounts:notification_settings")
LIST = reverse("accounts:deliveries")


def told(owner, title, *, in_app=True, **sent):
    """A notification that was told; `sent` holds the state and the answer of each way."""
    row = Notification.objects.create(person=owner, kind="alert", title=title, in_app=in_app)
    for channel, (state, answer) in sent.items():
        Delivery.objects.create(
            notification=row, channel=channel, state=state, answer=answer, attempts=1
        )
    return row


def titles(client, **asked):
    page = client.get(LIST, asked).content.decode()
    return [one for one in ("Quiet", "Mailed", "Refused", "Held") if one in page]


@pytest.fixture
def four(owner):
    told(owner, "Quiet")
    told(owner, "Mailed", email=("sent", "accepted"), webhook=("sent", "200 in 84 ms"))
    told(owner, "Refused", email=("failed", "mailbox full"))
    told(owner, "Held", in_app=False, email=("held", ""))


@pytest.mark.usefixtures("four")
def test_what_was_told_in_almanac_stands_beside_mails_and_webhooks(owner_client):
    page = re.sub(r"\s+", " ", owner_client.get(PAGE).content.decode())
    assert titles(owner_client) == ["Quiet", "Mailed", "Refused", "Held"]
    assert (
        len(re.findall(r'<span class="push[^>]*"> ?<time [^<>]*>[^<>]*</time> ?</span>', page)) == 4
    )
    assert page.count("In Almanac: not read yet") == 3
    assert page.count("In Almanac: not shown, as only other ways were chosen for this") == 1
    assert "E-mail: mailbox full" in page
    assert "200 in 84 ms" in page
    assert "held back by quiet hours until" in page


def test_what_was_read_is_called_read_and_says_when(owner, owner_client):
    row = told(owner, "Quiet")
    row.mark(read=True)
    page = owner_client.get(LIST).content.decode()
    assert re.search(r"In Almanac: read <time[^>]*>[^<]*\d{2}:\d{2}", page)


def test_a_test_of_another_way_says_why_almanac_does_not_show_it(owner, owner_client):
    row = told(owner, "Quiet", in_app=False, email=("sent", "accepted"))
    Notification.objects.filter(pk=row.pk).update(kind="test")
    page = owner_client.get(LIST).content.decode()
    assert "In Almanac: not shown, as a test uses only the way that is tried" in page


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"way": "app"}, ["Quiet", "Mailed", "Refused"]),
        ({"way": "email"}, ["Mailed", "Refused", "Held"]),
        ({"way": "webhook"}, ["Mailed"]),
        ({"state": "failed"}, ["Refused"]),
        ({"state": "open"}, ["Held"]),
        ({"state": "sent"}, ["Quiet", "Mailed", "Refused"]),
        ({"way": "email", "state": "sent"}, ["Mailed"]),
        ({"way": "app", "state": "failed"}, []),
        ({"way": "pigeon", "state": "lost"}, ["Quiet", "Mailed", "Refused", "Held"]),
    ],
)
def test_the_history_is_filtered_by_way_and_state(owner_client, asked, found):
    assert titles(owner_client, **asked) == found


@pytest.mark.usefixtures("four")
def test_where_a_filter_leaves_nothing_the_way_back_is_shown(owner_client):
    page = owner_client.get(LIST, {"way": "app", "state": "failed"}).content.decode()
    assert "Nothing of this kind." in page
    assert "Show all" in page


def test_a_retry_keeps_the_filter(owner, owner_client):
    row = told(owner, "Refused", email=("failed", "mailbox full"))
    told(owner, "Quiet")
    address = reverse("accounts:retry_delivery", args=[row.deliveries.get().pk])
    answer = owner_client.post(address, {"way": "email"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert ("Refused" in page, "Quiet" in page) == (True, False)


def test_a_test_is_marked_as_one(owner, owner_client):
    row = told(owner, "A test from Almanac", in_app=False, email=("sent", "accepted"))
    Notification.objects.filter(pk=row.pk).update(kind="test")
    page = owner_client.get(LIST).content.decode()
    assert '<span class="chip">Test</span>' in page


@pytest.mark.usefixtures("four")
def test_nobody_sees_what_others_were_told(stranger, client):
    client.force_login(stranger)
    assert titles(client) == []


@pytest.mark.usefixtures("four")
def test_pages_cost_as_many_queries_however_long_the_list(
    owner_client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16):
        owner_client.get(LIST)


@pytest.mark.usefixtures("four")
def test_programs_read_the_same(owner_api):
    rows = owner_api.get("/api/v1/notifications/").json()["results"]
    ways = {row["title"]: [one["channel"] for one in row["ways"]] for row in rows}
    assert ways == {"Quiet": [], "Mailed": ["email", "webhook"], "Refused": ["email"]}
    failed = owner_api.get("/api/v1/deliveries/?state=failed&channel=email").json()["results"]
    assert [one["answer"] for one in failed] == ["mailbox full"]
