"""Signatures after Standard Webhooks: who knows the secret can tell that a message is ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
# How far a receiver should let the timestamp be off: a message replayed later is refused.
REPLAY_SECONDS = 300


def new_secret() -> str:
    """24 random bytes as the field writes them: `whsec_…`."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def sign(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 over `id.timestamp.body`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(
    secrets_now: Iterable[str], *, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The three headers of a signed message, one signature for each secret that counts now."""
    signatures = [
        sign(secret, message_id=message_id, timestamp=timestamp, body=body)
        for secret in secrets_now
    ]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
