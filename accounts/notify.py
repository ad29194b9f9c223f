"""Tell a person something: in Almanac at once, by e-mail and webhook soon after.

`notify(person, News("job.failed", gettext_lazy("The import failed"), body=…, link="/data/…/"))`

1. What happens again under the same `key` within an hour is counted, not told again.
2. The row is written in the caller's transaction; what fails later takes it back.
3. After the commit the person's open pages hear of it, and each other way gets a task of its own.
4. Quiet hours hold e-mail and webhooks back, never lose them; urgent news may come through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.functional import Promise

from accounts.models import Delivery, Notification, User, Webhook
from accounts.notifying import live
from accounts.notifying.choices import Ways, mail_is_set_up, quiet_hours_of, ways_of
from accounts.notifying.kinds import CHANNELS, Kind, kind_named, register_kind
from accounts.notifying.sending import send_soon

__all__ = ["CHANNELS", "Kind", "News", "notify", "register_kind"]

# Words are made in the person's own language: pass lazy ones, or a function that makes them.
Words = str | Promise | Callable[[], str]


@dataclass(frozen=True)
class News:
    """One thing to tell. `channels` names the ways for this one; without it the person decides."""

    kind: str
    title: Words
    body: Words = ""
    link: str = ""
    level: str = Notification.Level.INFO
    key: str = ""
    urgent: bool = False
    channels: Iterable[str] | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def notify(people: User | Iterable[User], news: News) -> list[Notification]:
    """Tell one person or several; answers what was written, nothing for who wants none of it."""
    if news.link and (not news.link.startswith("/") or news.link.startswith("//")):
        raise ValueError("Notifications link to pages of Almanac, by a path.")
    everybody = [people] if isinstance(people, User) else list(dict.fromkeys(people))
    with transaction.atomic():
        told = [_tell(person, news) for person in everybody if person.is_active]
    return [row for row in told if row is not None]


def _tell(person: User, news: News) -> Notification | None:
    kind = kind_named(news.kind)
    ways = _ways(person, kind, news.channels)
    hooks = list(Webhook.objects.of(person).switched_on()) if ways.webhook else []
    by_mail = ways.email and mail_is_set_up() and bool(person.email)
    # Somebody who chose e-mail alone hears of it here while no mail can leave.
    in_app = ways.in_app or (ways.email and not by_mail and not hooks)
    if not (in_app or by_mail or hooks):
        return None
    with _in_words_of(person):
        words = {"title": _one_line(news.title), "body": _said(news.body)}
    row = _again(person, news, words)
    if row is None:
        row = _write(person, news, words, in_app=in_app)
        _deliver(row, by_mail=by_mail, hooks=hooks)
    transaction.on_commit(partial(live.ring, person.pk))
    return row


def _write(person: User, news: News, words: dict[str, str], *, in_app: bool) -> Notification:
    row: Notification = Notification.objects.create(
        person=person,
        kind=news.kind,
        level=news.level,
        link=news.link[:250],
        key=news.key[:200],
        data=dict(news.data),
        urgent=news.urgent,
        in_app=in_app,
        **words,
    )
    return row


def _again(person: User, news: News, words: dict[str, str]) -> Notification | None:
    """The row that counts one more time; None when this is the first within the window."""
    if not news.key:
        return None
    with connection.cursor() as cursor:
        # Two that come at once must not both be the first.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"notification:{person.pk}:{news.kind}:{news.key}"],
        )
    since = timezone.now() - timedelta(seconds=settings.NOTIFICATION_SAME_SECONDS)
    same = Notification.objects.filter(
        person=person, kind=news.kind, key=news.key[:200], created_at__gte=since
    )
    row: Notification | None = same.newest_first().first()
    if row is None:
        return None
    Notification.objects.filter(pk=row.pk).update(
        count=F("count") + 1,
        last_at=timezone.now(),
        updated_at=timezone.now(),
        read_at=None,
        level=news.level,
        link=news.link[:250],
        data=dict(news.data),
        **words,
    )
    row.refresh_from_db()
    return row


def _deliver(row: Notification, *, by_mail: bool, hooks: list[Webhook]) -> None:
    now = timezone.now()
    held = _held_until(row, now)
    fields = {
        "notification": row,
        "state": Delivery.State.HELD if held else Delivery.State.WAITING,
        "due_at": held or now,
        "next_try_at": held or now,
    }
    channel = Delivery.Channel
    made = [Delivery(channel=channel.EMAIL, **fields)] if by_mail else []
    made += [Delivery(channel=channel.WEBHOOK, webhook=hook, **fields) for hook in hooks]
    for delivery in Delivery.objects.bulk_create(made):
        if held is None:
            transaction.on_commit(partial(send_soon, delivery.pk))


def _held_until(row: Notification, now: datetime) -> datetime | None:
    quiet = quiet_hours_of(row.person)
    if row.urgent and quiet.lets_urgent_through:
        return None
    return quiet.until(now)


def _ways(person: User, kind: Kind, channels: Iterable[str] | None) -> Ways:
    if channels is None:
        return ways_of(person, kind)
    wanted = set(channels)
    if wanted - set(CHANNELS):
        raise ValueError(f"Unknown ways: {sorted(wanted - set(CHANNELS))}.")
    return Ways(kind, *(channel in wanted for channel in CHANNELS))


def _in_words_of(person: User) -> AbstractContextManager[Any]:
    stack = ExitStack()
    stack.enter_context(translation.override(person.language or translation.get_language()))
    stack.enter_context(timezone.override(person.timezone or timezone.get_default_timezone()))
    return stack


def _said(words: Words) -> str:
    text = words() if callable(words) and not isinstance(words, Promise) else str(words)
    return text.replace("\0", "").strip()


def _one_line(words: Words) -> str:
    text = " ".join(_said(words).split())
    return text if len(text) <= 200 else f"{text[:199]}…"
