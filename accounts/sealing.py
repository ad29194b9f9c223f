"""Secrets that Almanac itself must read again: encrypted in the database, with a key outside it."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext

from accounts.problems import Problem

_PURPOSE = b"almanac.sealing.v1:"


class SealBroken(Problem):
    """The key of this installation is not the one that sealed the secret."""

    default_code = "seal_broken"


def seal(secret: str) -> str:
    """Encrypt a secret for the database."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Read it again; raises SealBroken after `SECRET_KEY` was changed without a fallback."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SealBroken(
            gettext("The secret can no longer be read: the key of Almanac changed. Rotate it.")
        ) from None


def _box() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(key))) for key in keys])


def _derived(key: str) -> bytes:
    # SECRET_KEY is long and random, so one hash with a purpose of its own is enough.
    return base64.urlsafe_b64encode(hashlib.sha256(_PURPOSE + key.encode()).digest())
