"""Times of which some name a zone and others do not."""

from __future__ import annotations

from collections.abc import Iterator

from datasets.building.finish import ZONED
from datasets.quality.finding import Found, finding
from datasets.quality.subject import Subject

CODES = ("mixed_zones",)


def check(subject: Subject) -> Iterator[Found]:
    """Those without a zone were taken as UTC, which may be hours off."""
    if not subject.time or ZONED not in subject.helpers:
        return
    zoned, timed = subject.row(
        f"SELECT count(*) FILTER ({ZONED}), count({subject.time}) FROM {subject.source}"  # noqa: S608
    )
    if 0 < zoned < timed:
        yield finding("mixed_zones", count=int(timed - zoned), zoned=int(zoned))
