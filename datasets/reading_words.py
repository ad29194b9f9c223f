"""What the reading of a file is at, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext


def reading_words(progress: dict[str, Any]) -> str:
    """`4.2 of 20.5 MB checked`, in the active language; "" before the first step."""
    step = progress.get("step")
    if step == "reading" and "bytes_total" in progress:
        return gettext("%(done)s of %(total)s MB checked") % {
            "done": f"{progress['bytes'] / 1e6:,.1f}",
            "total": f"{progress['bytes_total'] / 1e6:,.1f}",
        }
    if step == "writing" and "rows_total" in progress:
        return gettext("%(done)s of %(total)s rows read") % {
            "done": f"{progress['rows']:,}",
            "total": f"{progress['rows_total']:,}",
        }
    if step == "sorting":
        return gettext("Sorting rows by time")
    return gettext("Describing columns") if step == "describing" else ""
