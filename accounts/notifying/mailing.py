"""Notifications as e-mail: text and HTML in the person's language."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from accounts.models import Notification, User
from accounts.notifying.outcomes import Outcome

_LASTING = 500


def mail(notifications: Sequence[Notification]) -> Outcome:
    """Send one mail about one notification, or about all that waited; all are one person's."""
    person = notifications[0].person
    zone = person.timezone or timezone.get_default_timezone()
    with translation.override(person.language or settings.LANGUAGE_CODE), timezone.override(zone):
        return _send(_message(person, notifications), person)


def absolute(link: str) -> str:
    """The address of a page of ours outside of Almanac."""
    return settings.PUBLIC_URL + link


def _message(person: User, rows: Sequence[Notification]) -> EmailMultiAlternatives:
    subject = _subject(rows)
    context = {
        "person": person,
        "rows": [{"row": row, "url": absolute(row.link) if row.link else ""} for row in rows],
        "subject": subject,
        "settings_url": absolute(reverse("accounts:notification_settings")),
        "is_digest": len(rows) > 1,
    }
    message = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string("accounts/mail/notification.txt", context),
        to=[person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    html = render_to_string("accounts/mail/notification.html", context)
    message.attach_alternative(html, "text/html")
    return message


def _subject(rows: Sequence[Notification]) -> str:
    if len(rows) == 1:
        return rows[0].title
    words: dict[str, Any] = {"count": len(rows), "first": rows[0].title}
    return (
        ngettext(
            "%(count)s message while you had quiet: %(first)s",
            "%(count)s messages while you had quiet: %(first)s and more",
            len(rows),
        )
        % words
    )


def _send(message: EmailMultiAlternatives, person: User) -> Outcome:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code, why = next(iter(refused.recipients.values()), (0, b""))
        return _refused(code, why)
    except smtplib.SMTPResponseException as answered:
        return _refused(answered.smtp_code, answered.smtp_error)
    except (smtplib.SMTPException, OSError) as lost:
        return Outcome(
            ok=False,
            answer=gettext("The mail server cannot be reached: %(why)s")
            % {"why": lost.__class__.__name__},
        )
    return Outcome(ok=True, answer=person.email)


def _refused(code: int, why: bytes | str) -> Outcome:
    said = why.decode("utf-8", "replace") if isinstance(why, bytes) else why
    words = {"code": code, "why": " ".join(said.split())[:200]}
    # 5xx is the mail server's word for "never"; 4xx asks to come again.
    return Outcome(
        ok=False,
        answer=gettext("The mail server refused it: %(code)s %(why)s") % words,
        can_retry=code < _LASTING,
    )
