"""A person's choices: which kinds on which ways, and the quiet hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import NotificationChoice, QuietHours, User
from accounts.notifying.kinds import CHANNELS, Kind, chosen_kinds
from accounts.problems import Problem

_PRINTED = (
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
)


@dataclass(frozen=True)
class Ways:
    """The ways of one kind for one person."""

    kind: Kind
    in_app: bool
    email: bool
    webhook: bool


def mail_is_set_up() -> bool:
    """Do mails leave this installation?"""
    return settings.EMAIL_BACKEND not in _PRINTED


def ways_of(person: User, kind: Kind) -> Ways:
    """What this person chose for a kind, else what the kind proposes."""
    row = NotificationChoice.objects.filter(person=person, kind=kind.name).first()
    return _ways(kind, row)


def all_ways(person: User) -> list[Ways]:
    """The table of choices, in one query."""
    rows = {row.kind: row for row in NotificationChoice.objects.filter(person=person)}
    return [_ways(kind, rows.get(kind.name)) for kind in chosen_kinds()]


def choose(person: User, wanted: Mapping[str, Mapping[str, bool]]) -> None:
    """Save choices of several kinds at once: `{"alert": {"email": True}}`; others stay.

    Raises Problem for a kind or a way that does not exist, and then saves nothing.
    """
    known = {kind.name: kind for kind in chosen_kinds()}
    with transaction.atomic():
        for name, ways in wanted.items():
            _check(name, ways, known)
            now = ways_of(person, known[name])
            fields = {channel: bool(getattr(now, channel)) for channel in CHANNELS} | dict(ways)
            NotificationChoice.objects.update_or_create(person=person, kind=name, defaults=fields)


def quiet_hours_of(person: User) -> QuietHours:
    """The person's quiet hours, or the proposed ones, switched off and not saved."""
    return QuietHours.objects.filter(person=person).first() or QuietHours(person=person)


def _ways(kind: Kind, row: NotificationChoice | None) -> Ways:
    chosen = row if row is not None else kind
    return Ways(kind, chosen.in_app, chosen.email, chosen.webhook)


def _check(name: str, ways: Mapping[str, bool], known: Mapping[str, Kind]) -> None:
    if name not in known:
        raise Problem(
            gettext("There is no kind of notification called %(name)s. Use one of: %(names)s.")
            % {"name": name[:40], "names": ", ".join(known)},
            field="kind",
        )
    unknown = sorted(set(ways) - set(CHANNELS))
    if unknown:
        raise Problem(
            gettext("There is no way called %(name)s. Use one of: %(names)s.")
            % {"name": unknown[0][:40], "names": ", ".join(CHANNELS)},
            field=name,
        )
