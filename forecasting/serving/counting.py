"""How many forecasts a model gave lately: one counter a day, forgotten after a week."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from forecasting.models import TrainedModel

DAYS: Final = 7
_KEPT: Final = (DAYS + 1) * 24 * 3600

log = logging.getLogger(__name__)


def count(model: TrainedModel) -> None:
    """Count one forecast. Redis away is no reason to refuse one."""
    key = _key(model.pk, timezone.now().date())
    try:
        if not _added(key):
            # The first of the day; where two are, one of them adds and both count.
            cache.add(key, 0, _KEPT)
            _added(key)
    except RedisError:
        log.warning("Redis does not answer: forecasts are not being counted.")


def _added(key: str) -> bool:
    """Add one to a counter; False where there is none yet."""
    try:
        cache.incr(key)
    except ValueError:
        return False
    return True


def lately(models: Sequence[UUID]) -> dict[UUID, int]:
    """Forecasts of the last seven days, today included."""
    days = [timezone.now().date() - timedelta(days=back) for back in range(DAYS)]
    keys = {_key(pk, day): pk for pk in models for day in days}
    found = dict.fromkeys(models, 0)
    try:
        counted = cache.get_many(list(keys))
    except RedisError:
        return found
    for key, number in counted.items():
        found[keys[key]] += int(number)
    return found


def _key(pk: UUID, day: date) -> str:
    return f"served:{pk}:{day:%Y%m%d}"
