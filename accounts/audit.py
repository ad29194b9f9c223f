"""Who did what to which row. The log only grows."""

import re
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.models.audit_event import AuditEvent
from accounts.models.user import User
from accounts.tracing import request_id

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def record(
    actor: User | AnonymousUser | None,
    action: str,
    target: models.Model | None = None,
    **details: Any,
) -> AuditEvent:
    """Append one entry and return it. `action` is a word such as `dataset.deleted`.

    `details` must be JSON and must not hold secrets or values of people's data.
    """
    person = actor if isinstance(actor, User) else None
    return AuditEvent.objects.create(
        actor=person,
        actor_name=_one_line(person.username if person else "", 150),
        action=action,
        target_type=target._meta.label_lower if target is not None else "",  # noqa: SLF001
        target_id=str(target.pk) if target is not None else "",
        target_name=_one_line(str(target), 200) if target is not None else "",
        details={key: _plain(value) for key, value in details.items()},
        request_id=request_id.get(),
    )


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _one_line(str(value), 500)


def _one_line(text: str, limit: int) -> str:
    """Log-injection safe: control characters and line ends become one space."""
    return _CONTROL.sub(" ", text)[:limit]
