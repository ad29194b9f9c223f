"""What the reading of a file is at, in words."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext

# Below this many bytes, tenths of a megabyte say nothing.
_SMALL: Final = 1_000_000


def reading_words(progress: dict[str, Any]) -> str:
    """`4.2 of 20.5 MB checked`, in the active language; "" before the first step."""
    step = progress.get("step")
    if step == "reading" and "bytes_total" in progress:
        return _bytes_words(progress["bytes"], progress["bytes_total"])
    if step == "writing" and "rows_total" in progress:
        return gettext("%(done)s of %(total)s rows read") % {
            "done": f"{progress['rows']:,}",
            "total": f"{progress['rows_total']:,}",
        }
    if step == "sorting":
        return gettext("Sorting rows by time")
    return gettext("Describing columns") if step == "describing" else ""


def _bytes_words(done: int, total: int) -> str:
    if total < _SMALL:
        return gettext("%(done)s of %(total)s kB checked") % {
            "done": f"{done / 1e3:,.0f}",
            "total": f"{max(total / 1e3, 1):,.0f}",
        }
    return gettext("%(done)s of %(total)s MB checked") % {
        "done": f"{done / 1e6:,.1f}",
        "total": f"{total / 1e6:,.1f}",
    }
