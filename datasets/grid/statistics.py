"""Statistics of a column on their way out: what they say of hidden values is left out."""

from __future__ import annotations

from typing import Any

from datasets.masking import mask
from datasets.models import Column

# Counts tell nothing of the values themselves.
_OPEN = frozenset({"distinct", "approximate", "zeros"})


def shown_stats(column: Column) -> dict[str, Any]:
    """The statistics, with hidden values masked where they are named and left out elsewhere."""
    if not column.is_masked:
        return dict(column.stats)
    stats = {name: value for name, value in column.stats.items() if name in _OPEN}
    if "top" in column.stats:
        stats["top"] = [[mask(str(value)), count] for value, count in column.stats["top"]]
    return stats
