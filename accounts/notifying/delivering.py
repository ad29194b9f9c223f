"""Carry deliveries out: claim the row, try, and write how it ended.

The row is the outbox: whoever claims it has two minutes, after which it is due again. Failures are
tried again after 15 s, 30 s, 1 min … 3 h, with jitter, and given up a day after they were due.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from accounts.models import Delivery, Notification, Webhook
from accounts.notify import News, notify
from accounts.notifying import mailing, posting
from accounts.notifying.outcomes import Outcome
from accounts.notifying.sending import send_digest_soon, send_soon

logger = logging.getLogger(__name__)
State = Delivery.State
LEASE: Final = timedelta(minutes=2)
GIVEN_UP_AFTER: Final = timedelta(hours=24)
FIRST_PAUSE: Final = 15.0
LONGEST_PAUSE: Final = 3 * 3600.0
AT_ONCE: Final = 500


def deliver(delivery_id: UUID | str) -> Delivery | None:
    """Try one delivery now; None when it is not due, done, or in other hands."""
    delivery = _claim(delivery_id)
    if delivery is not None:
        _end([delivery], _try(delivery))
    return delivery


def deliver_digest(person_id: UUID) -> int:
    """Send one mail about everything that waited for the end of a person's quiet hours."""
    rows = Delivery.objects.due().filter(
        notification__person_id=person_id, state=State.HELD, channel=Delivery.Channel.EMAIL
    )
    keys = rows.order_by("created_at").values_list("pk", flat=True)
    claimed = [found for key in keys if (found := _claim(key)) is not None]
    if claimed:
        _end(claimed, _mail(claimed))
    return len(claimed)


def deliver_due() -> int:
    """Hand out everything whose time has come; answers how many messages went to the queue."""
    due = Delivery.objects.due().select_related("notification__person__quiet_hours")
    digests: set[UUID] = set()
    sent = 0
    for delivery in due.order_by("next_try_at")[:AT_ONCE]:
        if _is_for_digest(delivery):
            digests.add(delivery.notification.person_id)
        else:
            send_soon(delivery.pk)
            sent += 1
    for person_id in digests:
        send_digest_soon(person_id)
    return sent + len(digests)


def try_again(delivery: Delivery) -> None:
    """A person asks for another try of what was given up or waits; raises nothing."""
    now = timezone.now()
    open_to = Delivery.objects.filter(pk=delivery.pk).exclude(state__in=[State.SENT, State.SENDING])
    moved = open_to.update(
        state=State.WAITING,
        attempts=0,
        due_at=now,
        next_try_at=now,
        finished_at=None,
        updated_at=now,
    )
    if moved:
        transaction.on_commit(lambda: send_soon(delivery.pk))


def give_up(delivery: Delivery) -> None:
    """End what nobody waits for; its last answer stays."""
    Delivery.objects.filter(pk=delivery.pk).exclude(state=State.SENT).update(
        state=State.FAILED, finished_at=timezone.now(), updated_at=timezone.now()
    )


def pause_after(attempts: int, retry_after: float = 0.0) -> timedelta:
    """How long to wait after this many tries: doubling, with jitter, never over three hours."""
    base = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 20))
    seconds = base * random.uniform(0.5, 1.5)  # noqa: S311 - spreads the load, hides nothing
    return timedelta(seconds=min(max(seconds, retry_after), LONGEST_PAUSE))


def _claim(delivery_id: UUID | str) -> Delivery | None:
    now = timezone.now()
    claimed = (
        Delivery.objects.due()
        .filter(pk=delivery_id)
        .update(
            state=State.SENDING,
            attempts=F("attempts") + 1,
            next_try_at=now + LEASE,
            updated_at=now,
        )
    )
    if claimed != 1:
        return None
    found = Delivery.objects.select_related("notification__person", "webhook")
    row: Delivery = found.get(pk=delivery_id)
    return row


def _try(delivery: Delivery) -> Outcome:
    if not delivery.notification.person.is_active:
        return Outcome(ok=False, answer=gettext("The account is not active."), can_retry=False)
    if delivery.channel == Delivery.Channel.EMAIL:
        return _mail([delivery])
    hook = delivery.webhook
    if hook is None or not hook.is_active:
        said = gettext("The webhook is switched off. Switch it on, then retry.")
        return Outcome(ok=False, answer=said, can_retry=False)
    return posting.post(delivery)


def _mail(deliveries: Sequence[Delivery]) -> Outcome:
    rows = [delivery.notification for delivery in deliveries]
    if not rows[0].person.is_active:
        return Outcome(ok=False, answer=gettext("The account is not active."), can_retry=False)
    return mailing.mail(rows)


def _end(deliveries: Sequence[Delivery], outcome: Outcome) -> None:
    for delivery in deliveries:
        person = delivery.notification.person
        with transaction.atomic(), translation.override(person.language or None):
            _write(delivery, outcome)
            if delivery.webhook is not None:
                _note(delivery.webhook, outcome)
            if delivery.state == State.FAILED:
                _tell_of_failure(delivery)


def _write(delivery: Delivery, outcome: Outcome) -> None:
    now = timezone.now()
    pause = pause_after(delivery.attempts, outcome.retry_after)
    is_over = delivery.is_too_old(after=GIVEN_UP_AFTER, now=now + pause)
    delivery.answer = outcome.answer[:300]
    if outcome.ok:
        delivery.state, delivery.finished_at = State.SENT, now
    elif not outcome.can_retry or is_over:
        delivery.state, delivery.finished_at = State.FAILED, now
        if outcome.can_retry:
            delivery.answer = _given_up(delivery)
    else:
        delivery.state, delivery.next_try_at = State.WAITING, now + pause
    delivery.save(update_fields=["state", "answer", "finished_at", "next_try_at", "updated_at"])


def _given_up(delivery: Delivery) -> str:
    said = ngettext(
        "Given up after a day and %(n)s try: %(why)s",
        "Given up after a day and %(n)s tries: %(why)s",
        delivery.attempts,
    )
    return (said % {"n": delivery.attempts, "why": delivery.answer})[:300]


def _note(hook: Webhook, outcome: Outcome) -> None:
    fields = {
        "last_ok": outcome.ok,
        "last_answer": outcome.answer[:300],
        "last_at": timezone.now(),
        "updated_at": timezone.now(),
    }
    if not outcome.ok and not outcome.can_retry:
        fields["is_active"] = False
    Webhook.objects.filter(pk=hook.pk).update(**fields)


def _tell_of_failure(delivery: Delivery) -> None:
    """The person reads in Almanac what did not reach them elsewhere."""
    row = delivery.notification
    if row.kind in {"delivery", "test"}:
        return
    Notification.objects.filter(pk=row.pk, in_app=False).update(in_app=True)
    words = {"title": row.title, "target": delivery.target}
    notify(
        row.person,
        News(
            "delivery",
            gettext("Not sent to %(target)s: %(title)s") % words,
            body=delivery.answer,
            link=row.link,
            level=Notification.Level.BAD,
            key=f"delivery:{delivery.webhook_id or 'email'}",
            channels=["in_app"],
        ),
    )


def _is_for_digest(delivery: Delivery) -> bool:
    if delivery.channel != Delivery.Channel.EMAIL or delivery.state != State.HELD:
        return False
    quiet = getattr(delivery.notification.person, "quiet_hours", None)
    return quiet is None or quiet.as_digest
