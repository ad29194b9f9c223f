"""From how many series on a model of one series at a time is fitted in shards, and in how many.

The rule for all callers: below it nobody starts processes or keeps pieces; beyond it there are
about four shards per worker, and few enough for a person to read.
"""

from __future__ import annotations

from typing import Final

LEAST_SERIES: Final = 500
# Fewer in a shard would say little about its pace.
LEAST_IN_SHARD: Final = 60
SHARDS_PER_WORKER: Final = 4
FEWEST, MOST = 8, 32


def shards_for(series: int, workers: int) -> int:
    """How many shards so many series are dealt out in; 1 where they are too few."""
    if series < LEAST_SERIES:
        return 1
    wanted = min(MOST, max(FEWEST, SHARDS_PER_WORKER * workers))
    return min(wanted, series // LEAST_IN_SHARD)
