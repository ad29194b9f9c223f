"""Datasets whose times were written on the clock of a zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from datasets.models import Dataset, Version
from datasets.sniffing.options import ReadingOptions
from tests.datasets.given import read


def zoned(owner, zone: str, start: str, count: int, *, hours: float = 1, **more) -> Version:
    """A version with `count` rows from the local time `start`, written as a clock shows them."""
    lines = ["time,load"]
    lines += [f"{text},{value}" for value, text in enumerate(_walls(zone, start, count, hours))]
    made: Version = read(owner, "\n".join(lines) + "\n", options=ReadingOptions(zone=zone, **more))
    Dataset.objects.filter(pk=made.dataset_id).update(status=Dataset.Status.READY)
    return made


def _walls(zone: str, start: str, count: int, hours: float) -> list[str]:
    place = ZoneInfo(zone)
    first = datetime.fromisoformat(start).replace(tzinfo=place).astimezone(ZoneInfo("UTC"))
    moments = (first + timedelta(hours=hours * step) for step in range(count))
    return [f"{moment.astimezone(place):%Y-%m-%d %H:%M}" for moment in moments]
