"""A person is told once, in their language, on the ways they chose, and nothing is lost."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy

from accounts.models import Delivery, Notification, QuietHours
from accounts.notify import News, notify
from accounts.notifying import delivering
from accounts.notifying.choices import all_ways, choose
from accounts.problems import Problem
from accounts.tasks import forget_notifications

pytestmark = pytest.mark.django_db
BERLIN = "Europe/Berlin"


def shown(person):
    return list(Notification.objects.of(person).newest_first().values_list("title", flat=True))


def test_a_notification_is_in_almanac_at_once(owner):
    [row] = notify(owner, News("job.done", "Ready", body="All of it", link="/jobs/", level="good"))
    row.refresh_from_db()
    assert (row.title, row.body, row.link, row.level, row.count) == (
        "Ready", "All of it", "/jobs/", "good", 1,
    )  # fmt: skip
    assert not row.is_read


def test_several_people_are_told_once_each_and_the_deactivated_never(owner, stranger, viewer):
    stranger.is_active = False
    stranger.save()
    notify([owner, owner, stranger, viewer], News("job.done", "Ready"))
    assert (shown(owner), shown(stranger), shown(viewer)) == (["Ready"], [], ["Ready"])


def test_what_fails_in_the_same_transaction_takes_the_notification_back(owner):
    with transaction.atomic():
        notify(owner, News("job.done", "Ready"))
        transaction.set_rollback(True)
    assert shown(owner) == []


def test_words_are_made_in_the_persons_language(owner, stranger):
    owner.language = "zh-hans"
    owner.save()
    lazy, made = gettext_lazy("Jobs"), lambda: gettext("Account")
    notify([owner, stranger], News("job.done", lazy, body=made))
    with translation.override("zh-hans"):
        expected = (gettext("Jobs"), gettext("Account"))
    mine = Notification.objects.of(owner).get()
    theirs = Notification.objects.of(stranger).get()
    assert (mine.title, mine.body) == expected
    assert expected[0] != "Jobs"
    assert (theirs.title, theirs.body) == ("Jobs", "Account")


def test_the_same_again_is_counted_and_new_once_more(owner):
    [first] = notify(owner, News("job.failed", "Failed", key="k", body="Row 1"))
    first.mark(read=True)
    notify(owner, News("job.failed", "Failed", key="k", body="Row 2"))
    [third] = notify(owner, News("job.failed", "Failed", key="k", body="Row 3"))
    row = Notification.objects.of(owner).get()
    assert (row.pk, row.count, row.body, row.is_read) == (first.pk, 3, "Row 3", False)
    assert third.count == 3


def test_another_key_kind_or_person_is_not_the_same(owner, stranger):
    for person, kind, key in [
        (owner, "job.failed", "a"),
        (owner, "job.failed", "b"),
        (owner, "job.done", "a"),
        (stranger, "job.failed", "a"),
        (owner, "job.done", ""),
        (owner, "job.done", ""),
    ]:
        notify(person, News(kind, "Again", key=key))
    assert (len(shown(owner)), len(shown(stranger))) == (5, 1)


def test_after_the_window_it_is_told_anew(owner, settings):
    [first] = notify(owner, News("job.failed", "Failed", key="k"))
    past = timezone.now() - timedelta(seconds=settings.NOTIFICATION_SAME_SECONDS + 1)
    Notification.objects.filter(pk=first.pk).update(created_at=past)
    notify(owner, News("job.failed", "Failed", key="k"))
    assert len(shown(owner)) == 2


def test_a_repeated_failure_sends_one_mail(owner, tell):
    for _ in range(5):
        tell(owner, key="k")
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("link", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_a_link_to_elsewhere_is_a_mistake(owner, link):
    with pytest.raises(ValueError, match="path"):
        notify(owner, News("job.done", "Ready", link=link))


def test_titles_become_one_short_line_and_control_characters_go(owner):
    [row] = notify(owner, News("job.done", "a\r\nBcc: x@y\0" + "z" * 300, body="b\0c"))
    assert "\n" not in row.title
    assert len(row.title) == 200
    assert row.body == "bc"


def test_a_mail_has_text_html_subject_and_a_link_that_works_outside(owner, tell, settings):
    settings.PUBLIC_URL = "https://almanac.example.org"
    tell(owner, title="<b>Import</b> failed", body="Row 7 has no date.", link="/data/")
    [message] = mail.outbox
    html = message.alternatives[0][0]
    assert (message.subject, message.to) == ("<b>Import</b> failed", [owner.email])
    assert "Row 7 has no date." in message.body
    assert "https://almanac.example.org/data/" in message.body
    assert "<b>Import</b>" in message.body
    assert "&lt;b&gt;Import&lt;/b&gt; failed" in html
    assert 'href="https://almanac.example.org/data/"' in html
    assert "/account/notifications/" in message.body


def test_ways_follow_the_kind_until_a_person_chooses(owner, tell):
    tell(owner, kind="job.done", title="quiet kind")
    assert mail.outbox == []
    choose(owner, {"job.done": {"email": True, "in_app": False}})
    tell(owner, kind="job.done", title="loud kind")
    assert [one.subject for one in mail.outbox] == ["loud kind"]
    assert shown(owner) == ["quiet kind"]


def test_a_kind_switched_off_everywhere_tells_nothing(owner, tell):
    choose(owner, {"job.failed": {"email": False, "in_app": False}})
    assert tell(owner) == []
    assert Notification.objects.count() == 0


def test_without_a_mail_server_what_goes_by_mail_alone_stays_in_almanac(owner, tell, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    choose(owner, {"job.failed": {"in_app": False, "email": True}})
    tell(owner, title="Not lost")
    assert shown(owner) == ["Not lost"]
    assert Delivery.objects.count() == 0


def test_unknown_kinds_and_ways_are_refused_and_nothing_is_saved(owner):
    with pytest.raises(Problem, match=r"no kind .* job\.failed"):
        choose(owner, {"job.failed": {"email": False}, "nonsense": {"email": True}})
    with pytest.raises(Problem, match="no way called pigeon"):
        choose(owner, {"job.failed": {"pigeon": True}})
    assert {ways.kind.name: ways.email for ways in all_ways(owner)}["job.failed"] is True


def quiet(person, begins, ends, **fields):
    fields = {"is_on": True, "zone": BERLIN, **fields}
    return QuietHours.objects.create(person=person, begins=begins, ends=ends, **fields)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-20T20:59:59", None),  # 21:59:59 in Berlin
        ("2026-11-20T21:00:00", "2026-11-21T05:00:00"),
        ("2026-11-20T23:30:00", "2026-11-21T05:00:00"),
        ("2026-11-21T04:59:59", "2026-11-21T05:00:00"),
        ("2026-11-21T05:00:00", None),
        # The night to summer time is an hour shorter: 06:00 in Berlin is 04:00 UTC.
        ("2026-03-28T22:00:00", "2026-03-29T04:00:00"),
        # The night to winter time is an hour longer.
        ("2026-10-24T21:00:00", "2026-10-25T05:00:00"),
    ],
)
def test_quiet_hours_over_midnight_end_by_the_wall_clock(owner, now, ends):
    hours = quiet(owner, time(22), time(6))
    found = hours.until(datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == (ends and datetime.fromisoformat(ends).replace(tzinfo=UTC))


def test_quiet_hours_inside_a_day_and_switched_off(owner):
    hours = quiet(owner, time(12), time(14), zone="UTC")
    noon = datetime(2026, 5, 5, 13, tzinfo=UTC)
    assert hours.until(noon) == datetime(2026, 5, 5, 14, tzinfo=UTC)
    assert hours.until(noon - timedelta(hours=2)) is None
    hours.is_on = False
    assert hours.until(noon) is None


@pytest.fixture
def night(owner):
    """Quiet hours that hold now and for some hours more."""
    here = timezone.now()
    return quiet(
        owner,
        (here - timedelta(hours=1)).time().replace(microsecond=0),
        (here + timedelta(hours=3)).time().replace(microsecond=0),
        zone="UTC",
    )


def end_of_night():
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_quiet_hours_hold_the_mail_but_not_the_bell(owner, tell, night):
    tell(owner, title="Held")
    held = Delivery.objects.get()
    assert shown(owner) == ["Held"]
    assert mail.outbox == []
    assert held.state == "held"
    left = held.next_try_at - timezone.now()
    assert timedelta(hours=2, minutes=59) < left <= timedelta(hours=3)


def test_what_waited_comes_as_one_mail(owner, tell, night):
    for title in ("First", "Second", "Third"):
        tell(owner, title=title, body=f"about {title}")
    end_of_night()
    assert delivering.deliver_digest(owner.pk) == 3
    [message] = mail.outbox
    assert message.subject == "3 messages while you had quiet: First and more"
    assert all(f"about {title}" in message.body for title in ("First", "Second", "Third"))
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_or_one_by_one_for_who_prefers_that(owner, tell, night, monkeypatch):
    night.as_digest = False
    night.save()
    for title in ("First", "Second"):
        tell(owner, title=title)
    end_of_night()
    handed = []
    monkeypatch.setattr(delivering, "send_soon", handed.append)
    assert delivering.deliver_due() == 2
    for pk in handed:
        delivering.deliver(pk)
    assert [one.subject for one in mail.outbox] == ["First", "Second"]


def test_urgent_news_come_through_unless_a_person_wants_peace(owner, tell, night):
    tell(owner, title="Fire", urgent=True)
    assert [one.subject for one in mail.outbox] == ["Fire"]
    night.lets_urgent_through = False
    night.save()
    tell(owner, title="Another fire", urgent=True)
    assert len(mail.outbox) == 1
    assert Delivery.objects.filter(state="held").count() == 1


def test_old_notifications_are_forgotten(owner, settings):
    notify(owner, News("job.done", "New"))
    [old] = notify(owner, News("job.done", "Old"))
    past = timezone.now() - timedelta(days=settings.NOTIFICATION_KEEP_DAYS, hours=1)
    Notification.objects.filter(pk=old.pk).update(last_at=past)
    forget_notifications()
    assert shown(owner) == ["New"]
