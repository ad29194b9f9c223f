"""Who looks at a job right now: people are not told of what they see."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.models import User

logger = logging.getLogger(__name__)
# Open lines say so every five seconds, polling pages every two.
SECONDS: Final = 12


def note(job_id: UUID | str, person: User) -> None:
    """This person has the job before their eyes."""
    try:
        cache.set(_key(job_id, person), 1, SECONDS)
    except RedisError:
        logger.warning("The cache does not answer; nobody counts as looking.")


def forget(job_id: UUID | str, person: User) -> None:
    """They look at something else."""
    try:
        cache.delete(_key(job_id, person))
    except RedisError:
        logger.warning("The cache does not answer; the last look stands for a while.")


def is_watched(job_id: UUID | str, person: User) -> bool:
    """Do they look now? When in doubt they do not, and are told."""
    try:
        return cache.get(_key(job_id, person)) is not None
    except RedisError:
        return False


def _key(job_id: UUID | str, person: User) -> str:
    return f"job-watched:{job_id}:{person.pk}"
