"""A person's webhooks: made, changed, rotated and removed, with the secret shown once."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from accounts import audit
from accounts.egress import check_url
from accounts.models import User, Webhook
from accounts.notifying.signing import new_secret
from accounts.problems import Conflict, Problem

MOST_WEBHOOKS = 10


def add(person: User, *, url: str, name: str = "") -> tuple[Webhook, str]:
    """Make a webhook; answers it with its secret, which is not shown again.

    Raises Problem for an address Almanac does not connect to, Conflict above the most one may have.
    """
    url = _checked(url)
    with transaction.atomic():
        # Two forms sent at once must not both be the last one.
        User.objects.select_for_update().get(pk=person.pk)
        if Webhook.objects.of(person).count() >= MOST_WEBHOOKS:
            raise Conflict(
                gettext("You have %(count)s webhooks. Remove one before adding another.")
                % {"count": MOST_WEBHOOKS},
                code="too_many_webhooks",
            )
        hook, secret = Webhook(person=person, url=url, name=_name(name)), new_secret()
        hook.take(secret)
        hook.save()
        audit.record(person, "webhook.added", hook, place=hook.place)
    return hook, secret


def change(
    hook: Webhook, *, url: str = "", name: str | None = None, is_active: bool | None = None
) -> None:
    """Give another address or name, or switch it on or off; what is left out stays."""
    if url:
        hook.url = _checked(url)
    if name is not None:
        hook.name = _name(name)
    if is_active is not None:
        hook.is_active = is_active
    hook.save(update_fields=["url", "name", "is_active", "updated_at"])
    audit.record(hook.person, "webhook.changed", hook, place=hook.place, is_active=hook.is_active)


def rotate(hook: Webhook) -> str:
    """Answer a new secret; for a day messages are signed with the one before as well."""
    secret = new_secret()
    hook.take(secret)
    hook.save(
        update_fields=["sealed_secret", "sealed_old_secret", "old_secret_until", "updated_at"]
    )
    audit.record(hook.person, "webhook.rotated", hook)
    return secret


def remove(hook: Webhook) -> None:
    """Forget a webhook with its deliveries."""
    audit.record(hook.person, "webhook.removed", hook, place=hook.place)
    hook.delete()


def _checked(url: str) -> str:
    url = url.strip()
    try:
        check_url(url)
    except Problem as problem:
        problem.field = "url"
        raise
    return url


def _name(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:100]
