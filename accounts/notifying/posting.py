"""Notifications as signed messages to a person's webhook."""

from __future__ import annotations

import json
import time
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from accounts.egress import AddressRefused, NameUnknown
from accounts.models import Delivery, Notification, Webhook
from accounts.notifying import signing
from accounts.notifying.mailing import absolute
from accounts.notifying.outcomes import Outcome
from accounts.outgoing_http import Answer, NoAnswer, fetch
from accounts.sealing import SealBroken

# The receiver should take the message and work on it later.
SECONDS: Final = 10.0
MOST_BYTES: Final = 64 * 1024
GONE: Final = 410
BUSY: Final = frozenset({429, 503})


def post(delivery: Delivery) -> Outcome:
    """Send one message; the same delivery always has the same `webhook-id`."""
    hook = delivery.webhook
    if hook is None:
        raise ValueError("A delivery to a webhook names it.")
    person = delivery.notification.person
    with translation.override(person.language or settings.LANGUAGE_CODE):
        return _post(hook, str(delivery.pk), delivery.notification)


def payload(row: Notification) -> dict[str, Any]:
    """What is sent, as JSON."""
    return {
        "type": row.kind,
        "timestamp": row.last_at.isoformat(),
        "data": {
            "id": str(row.pk),
            "level": row.level,
            "title": row.title,
            "body": row.body,
            "url": absolute(row.link) if row.link else "",
            "count": row.count,
            **row.data,
        },
    }


def _post(hook: Webhook, message_id: str, row: Notification) -> Outcome:
    body = json.dumps(payload(row), ensure_ascii=False, separators=(",", ":")).encode()
    try:
        signed = signing.headers(
            hook.secrets(), message_id=message_id, timestamp=int(time.time()), body=body
        )
        answer = fetch(
            "POST",
            hook.url,
            content=body,
            headers={"Content-Type": "application/json", **signed},
            seconds=SECONDS,
            most_bytes=MOST_BYTES,
        )
    except (AddressRefused, SealBroken) as refused:
        return Outcome(ok=False, answer=str(refused), can_retry=False)
    except (NameUnknown, NoAnswer) as lost:
        return Outcome(ok=False, answer=str(lost))
    return _judge(answer)


def _judge(answer: Answer) -> Outcome:
    words = {"status": answer.status, "ms": round(answer.seconds * 1000)}
    if answer.is_success:
        return Outcome(ok=True, answer=gettext("%(status)s in %(ms)s ms") % words)
    if answer.status == GONE:
        return Outcome(
            ok=False,
            answer=gettext("It answered 410: nobody listens there any more. It is switched off."),
            can_retry=False,
        )
    if 300 <= answer.status < 400:
        said = gettext("It answered %(status)s. Redirects are not followed: give the last address.")
        return Outcome(ok=False, answer=said % words)
    asked = answer.headers.get("retry-after", "") if answer.status in BUSY else ""
    return Outcome(
        ok=False,
        answer=gettext("It answered %(status)s after %(ms)s ms") % words,
        retry_after=float(asked) if asked.isdecimal() and len(asked) < 6 else 0.0,
    )
