"""Webhooks: signed as the field does, tried again, given up in words, secrets shown once."""

import base64
import hashlib
import hmac
import json
import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Delivery, Notification, Webhook
from accounts.notifying import delivering, signing, webhooks
from accounts.notifying.choices import choose
from accounts.problems import Conflict

pytestmark = pytest.mark.django_db


@pytest.fixture
def hook(owner, receiver):
    """The owner's webhook at the receiver, with its secret; failures go there only."""
    choose(owner, {"job.failed": {"webhook": True, "email": False}})
    row, secret = webhooks.add(owner, url=receiver.url, name="pager")
    row.secret = secret
    return row


def expected(secret, sent):
    """The signature after the words of Standard Webhooks, computed here once more."""
    key = base64.b64decode(secret[len("whsec_") :])
    headers = sent["headers"]
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + sent["body"]
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


def due_now():
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))


def test_the_signature_is_that_of_the_published_example():
    assert (
        signing.sign(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp=1614265330,
            body=b'{"test": 2432232314}',
        )
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_message_arrives_signed_with_what_happened(hook, owner, receiver, tell, settings):
    settings.PUBLIC_URL = "https://almanac.example.org"
    [row] = tell(owner, title="负荷失败", body="Why", link="/jobs/", data={"job": "7"})
    [sent] = receiver.received
    assert sent["headers"]["webhook-signature"] == expected(hook.secret, sent)
    assert abs(int(sent["headers"]["webhook-timestamp"]) - timezone.now().timestamp()) < 5
    body = json.loads(sent["body"])
    assert body["type"] == "job.failed"
    assert body["data"] == {
        "id": str(row.pk), "level": "info", "title": "负荷失败", "body": "Why",
        "url": "https://almanac.example.org/jobs/", "count": 1, "job": "7",
    }  # fmt: skip
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    assert delivery.answer.startswith("200 in ")
    hook.refresh_from_db()
    assert hook.last_ok is True


def test_a_failure_is_tried_again_with_the_same_id_and_a_new_time(hook, owner, receiver, tell):
    receiver.answers = [(500, {}, b""), (200, {}, b"")]
    tell(owner)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert delivery.answer.startswith("It answered 500 after ")
    assert delivery.next_try_at > timezone.now()
    assert delivering.deliver(delivery.pk) is None  # not due yet
    due_now()
    delivering.deliver(delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, len(receiver.received)) == ("sent", 2, 2)
    first, second = (one["headers"]["webhook-id"] for one in receiver.received)
    assert first == second == str(delivery.pk)


def test_pauses_double_with_jitter_up_to_three_hours():
    middles = [15, 30, 60, 120, 240]
    for attempt, middle in enumerate(middles, 1):
        seconds = delivering.pause_after(attempt).total_seconds()
        assert middle * 0.5 <= seconds <= middle * 1.5
    assert len({delivering.pause_after(3) for _ in range(20)}) > 10
    assert delivering.pause_after(500) <= timedelta(hours=3)
    assert delivering.pause_after(1, retry_after=600) == timedelta(seconds=600)


def test_a_busy_receiver_is_left_alone_as_long_as_it_asks(hook, owner, receiver, tell):
    receiver.answers = [(429, {"Retry-After": "900"}, b"")]
    tell(owner)
    left = Delivery.objects.get().next_try_at - timezone.now()
    assert timedelta(seconds=890) < left <= timedelta(seconds=900)


def test_after_a_day_it_is_given_up_and_the_person_reads_it(hook, owner, receiver, tell):
    receiver.answers = [(503, {}, b"")]
    tell(owner, title="Import failed")
    Delivery.objects.update(due_at=timezone.now() - timedelta(hours=24), attempts=13)
    due_now()
    delivering.deliver(Delivery.objects.get().pk)
    delivery = Delivery.objects.get()
    assert delivery.state == "failed"
    assert delivery.answer.startswith("Given up after a day and 14 tries: It answered 503")
    notice = Notification.objects.of(owner).of_kind("delivery").get()
    assert notice.title == "Not sent to pager: Import failed"


def test_somebody_who_chose_the_webhook_alone_finds_what_failed_in_almanac(
    hook, owner, receiver, tell
):
    choose(owner, {"job.failed": {"in_app": False}})
    receiver.answers = [(410, {}, b"")]
    [row] = tell(owner, title="Import failed")
    row.refresh_from_db()
    assert row.in_app


def test_410_switches_the_webhook_off(hook, owner, receiver, tell):
    receiver.answers = [(410, {}, b"")]
    tell(owner)
    hook.refresh_from_db()
    assert Delivery.objects.get().state == "failed"
    assert not hook.is_active
    tell(owner, title="Another")
    assert len(receiver.received) == 1


def test_redirects_are_told_and_not_followed(hook, owner, receiver, tell):
    receiver.answers = [(302, {"Location": "http://127.0.0.1:1/"}, b"")]
    tell(owner)
    assert "Redirects are not followed" in Delivery.objects.get().answer
    assert len(receiver.received) == 1


def test_a_place_that_left_the_list_gets_nothing(hook, owner, receiver, tell, settings):
    settings.EGRESS_ALLOW = []
    tell(owner)
    delivery = Delivery.objects.get()
    assert (delivery.state, receiver.received) == ("failed", [])
    assert "https" in delivery.answer


def test_two_workers_send_once(hook, owner, receiver, tell):
    tell(owner)
    pk = Delivery.objects.get().pk
    assert delivering.deliver(pk) is None
    assert len(receiver.received) == 1


def test_a_worker_that_died_loses_nothing(hook, owner, receiver, tell):
    tell(owner)
    lost = timezone.now() - timedelta(seconds=1)
    Delivery.objects.update(state="sending", next_try_at=lost, finished_at=None)
    assert delivering.deliver(Delivery.objects.get().pk) is not None
    assert Delivery.objects.get().state == "sent"


def test_after_a_rotation_both_secrets_sign_for_a_day(hook, owner, receiver, tell):
    new = webhooks.rotate(Webhook.objects.get())
    tell(owner)
    [sent] = receiver.received
    signatures = sent["headers"]["webhook-signature"].split()
    assert signatures == [expected(new, sent), expected(hook.secret, sent)]
    Webhook.objects.update(old_secret_until=timezone.now())
    tell(owner, title="A day later")
    assert receiver.received[1]["headers"]["webhook-signature"] == expected(
        new, receiver.received[1]
    )


def test_secrets_are_sealed_in_the_database_and_not_in_the_audit_trail(hook):
    row = Webhook.objects.get()
    kept = [row.sealed_secret, str(list(AuditEvent.objects.values()))]
    assert all(hook.secret not in text and hook.secret[6:] not in text for text in kept)
    assert row.secrets() == [hook.secret]
    actions = AuditEvent.objects.values_list("action", flat=True)
    assert "webhook.added" in actions


def test_a_changed_key_is_told_and_a_fallback_reads_on(hook, owner, receiver, tell, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [old]
    tell(owner)
    assert Delivery.objects.get().state == "sent"
    settings.SECRET_KEY_FALLBACKS = []
    tell(owner, title="Later")
    delivery = Delivery.objects.get(notification__title="Later")
    assert (delivery.state, "Rotate it" in delivery.answer) == ("failed", True)


def test_ten_webhooks_are_the_most(owner, settings):
    settings.EGRESS_ALLOW = ["127.0.0.1"]
    for place in range(10):
        webhooks.add(owner, url=f"http://127.0.0.1/{place}")
    with pytest.raises(Conflict, match="10 webhooks"):
        webhooks.add(owner, url="http://127.0.0.1/x")


def post(client, name, *args, data=None, **headers):
    return client.post(reverse(f"accounts:{name}", args=args), data or {}, **headers)


def test_the_page_shows_the_secret_once(owner_client, receiver):
    page = post(owner_client, "add_webhook", data={"url": receiver.url, "name": "Pager"})
    [hook] = Webhook.objects.all()
    [secret] = hook.secrets()
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    again = owner_client.get(reverse("accounts:notification_settings"))
    assert secret not in again.content.decode()
    assert "Pager" in again.content.decode()


def test_a_refused_address_stays_in_the_form_with_the_remedy(owner_client):
    page = post(owner_client, "add_webhook", data={"url": "https://10.0.0.1/x"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "ALMANAC_EGRESS_ALLOW" in text
    assert 'value="https://10.0.0.1/x"' in text
    assert Webhook.objects.count() == 0


def test_the_test_button_really_sends(hook, owner_client, receiver):
    cache.clear()
    page = post(owner_client, "test_webhook", hook.pk, headers={"hx-request": "true"})
    assert "It arrived: 200 in" in page.content.decode()
    [sent] = receiver.received
    assert sent["headers"]["webhook-signature"] == expected(hook.secret, sent)
    assert Notification.objects.of(hook.person).count() == 0


def test_a_failed_test_says_why_and_is_not_tried_again(hook, owner_client, receiver):
    cache.clear()
    receiver.answers = [(500, {}, b"")]
    page = post(owner_client, "test_webhook", hook.pk, headers={"hx-request": "true"})
    assert "Not sent. It answered 500" in page.content.decode()
    assert Delivery.objects.get().state == "failed"


def test_six_tests_a_minute_are_enough(hook, owner_client):
    cache.clear()
    codes = [post(owner_client, "test_webhook", hook.pk).status_code for _ in range(7)]
    assert codes == [200] * 6 + [429]


def test_a_test_mail_really_goes_out(owner, owner_client):
    cache.clear()
    page = post(owner_client, "test_mail")
    assert f"It arrived: {owner.email}" in page.content.decode()
    assert mail.outbox[0].to == [owner.email]


def test_without_a_mail_server_the_page_says_what_to_do(owner_client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    page = owner_client.get(reverse("accounts:notification_settings")).content.decode()
    assert "EMAIL_URL" in page
    assert "Send a test" not in page
    assert post(owner_client, "test_mail").status_code == 409


@pytest.mark.parametrize(
    ("problem", "state", "said"),
    [
        (
            smtplib.SMTPRecipientsRefused({"x": (552, b"mailbox full")}),
            "failed",
            "552 mailbox full",
        ),
        (smtplib.SMTPRecipientsRefused({"x": (450, b"later")}), "waiting", "450 later"),
        (smtplib.SMTPDataError(554, b"spam"), "failed", "554 spam"),
        (ConnectionRefusedError(), "waiting", "cannot be reached"),
        (smtplib.SMTPServerDisconnected("gone"), "waiting", "cannot be reached"),
    ],
)
def test_the_mail_servers_word_decides_whether_to_try_again(
    owner, tell, monkeypatch, problem, state, said
):
    def refuse(*args):
        raise problem

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    tell(owner)
    delivery = Delivery.objects.get()
    assert delivery.state == state
    assert said in delivery.answer


def test_retry_sends_once_more(hook, owner, owner_client, receiver, tell):
    receiver.answers = [(410, {}, b""), (200, {}, b"")]
    tell(owner)
    webhooks.change(Webhook.objects.get(), is_active=True)
    delivery = Delivery.objects.get()
    post(owner_client, "retry_delivery", delivery.pk)
    delivering.deliver(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_removing_a_webhook_removes_its_history(hook, owner, owner_client, tell):
    tell(owner)
    post(owner_client, "remove_webhook", hook.pk)
    assert (Webhook.objects.count(), Delivery.objects.count()) == (0, 0)
