"""Answers about a version never change, so they are worth keeping for a while."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

from datasets.models import Version

logger = logging.getLogger(__name__)
_SECONDS = 3600
Answer = TypeVar("Answer")


def answer(version: Version, name: str, asked: Any, find: Callable[[], Answer]) -> Answer:
    """What `find` said about `version` when the same was `asked` before, or what it says now.

    Answers must be JSON. Without the cache everything is found anew.
    """
    text = json.dumps([str(version.content_hash), version.file_key, name, asked], default=str)
    key = f"version:{hashlib.sha256(text.encode()).hexdigest()}"
    try:
        kept = cache.get(key)
        if kept is None:
            kept = json.dumps(find())
            cache.set(key, kept, _SECONDS)
    except RedisError:
        logger.warning("The cache does not answer: the grid counts everything anew.")
        return find()
    found: Answer = json.loads(kept)
    return found
