"""Ways out for a file that was refused: each is a choice of reading options, the best one first."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from datasets.models import Dataset
from datasets.problems import DatasetProblem
from datasets.receiving import uploads
from datasets.sniffing.options import ReadingOptions
from jobs.models import Job

_DATE = re.compile(r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_ORDERS = {
    "dmy": (_("Dates are written day first"), "DD-MM-YYYY"),
    "mdy": (_("Dates are written month first"), "MM-DD-YYYY"),
    "ymd": (_("Dates are written year first"), "YYYY-MM-DD"),
    "ydm": (_("Dates are written year, day, month"), "YYYY-DD-MM"),
}
_ENCODINGS = {
    "cp1252": _("Read it as Windows-1252 (western Europe)"),
    "gb18030": _("Read it as GB 18030 (Chinese)"),
    "shift_jis": _("Read it as Shift JIS (Japanese)"),
    "utf-16-le": _("Read it as UTF-16"),
}


@dataclass(frozen=True)
class Fix:
    """One way out; `key` is what a form sends."""

    key: str
    title: str
    words: str
    options: ReadingOptions


def fixes(dataset: Dataset) -> list[Fix]:
    """What can be done without another file; the first one is suggested."""
    where: dict[str, Any] = dataset.metadata.get("error_at") or {}
    options = ReadingOptions.from_dict(dataset.metadata.get("options") or {})
    if where.get("code") == "bad_time":
        return _for_bad_time(where, options)
    if where.get("code") == "long_row":
        return [_without_long_rows(where, options)]
    if where.get("code") in {"bad_byte", "bad_encoding", "utf16_without_mark"}:
        words = gettext("The whole file is read again in this encoding.")
        return [
            Fix(f"encoding-{name}", str(title), words, replace(options, encoding=name))
            for name, title in _ENCODINGS.items()
            if name != options.encoding
        ]
    return []


def apply(dataset: Dataset, key: str) -> Job:
    """Read the file again with the fix and import it. Raises DatasetProblem for an unknown one."""
    known = {fix.key: fix for fix in fixes(dataset)}
    if key not in known:
        raise DatasetProblem(
            gettext("This way out is not offered for this file. Reload the page and choose again."),
            code="unknown_fix",
            field="fix",
        )
    dataset.metadata.pop("review", None)
    return uploads.again(dataset, options=known[key].options)


def why(where: dict[str, Any]) -> str:
    """`February 2026 has 28 days.`; "" when nothing so plain can be said."""
    match = _DATE.match(str(where.get("text", "")))
    if not match:
        return ""
    year, month, day = (int(part) for part in match.groups())
    if not 1 <= month <= 12:
        return gettext("There is no month %(month)s.") % {"month": month}
    if not 1 <= year <= 9999:
        return ""
    days = calendar.monthrange(year, month)[1]
    if day <= days:
        return ""
    named = {"month": _MONTHS[month - 1], "year": year, "days": days}
    return gettext("%(month)s %(year)s has %(days)s days.") % named


def _for_bad_time(where: dict[str, Any], options: ReadingOptions) -> list[Fix]:
    found = []
    count = int(where.get("count") or 1)
    if where.get("fits") and where.get("key"):
        shown = str(where["fits"]).removesuffix(":00")
        meant = {where["key"]: {str(where["text"]): str(where["fits"])}}
        found.append(
            Fix(
                "use",
                gettext("Use %(value)s") % {"value": shown},
                _why_it_fits(where),
                replace(options, corrections={**options.corrections, **meant}),
            )
        )
    if where.get("sure") is not True:
        found.insert(0, _leaving_out(where, options, count))
    else:
        found.append(_leaving_out(where, options, count))
    return found + _in_other_orders(where, options)


def _why_it_fits(where: dict[str, Any]) -> str:
    step = span(float(where.get("step") or 0))
    if where.get("sure"):
        return gettext(
            "The rows around it are %(twice)s apart, all others %(step)s. Only this value fits."
        ) % {"twice": span(2 * float(where.get("step") or 0)), "step": step}
    return gettext("It follows the row before it by %(step)s, as the other rows do.") % {
        "step": step
    }


def _leaving_out(where: dict[str, Any], options: ReadingOptions, count: int) -> Fix:
    title = ngettext(
        "Leave out row %(row)s", "Leave out the %(count)s rows with such times", count
    ) % {"row": f"{int(where.get('row') or 0):,}", "count": f"{count:,}"}
    step = float(where.get("step") or 0)
    words = gettext("The rows that are left out are counted and listed with the dataset.")
    if step and count == 1:
        words = gettext("Leaves a gap of %(step)s, listed with the dataset.") % {"step": span(step)}
    return Fix("leave_out", title, words, replace(options, leave_out_bad_times=True))


def _without_long_rows(where: dict[str, Any], options: ReadingOptions) -> Fix:
    """How many rows go is known unless the walk over the file was cut short."""
    count, rows = int(where.get("count") or 0), int(where.get("rows") or 0)
    title, words = gettext("Leave out the rows with too many cells"), ""
    if count:
        title = ngettext(
            "Leave out row %(row)s, which has too many cells",
            "Leave out the %(count)s rows with too many cells",
            count,
        ) % {"row": f"{int(where.get('row') or 0):,}", "count": f"{count:,}"}
        words = gettext("That is %(count)s of %(rows)s rows.") % {
            "count": f"{count:,}",
            "rows": f"{rows:,}",
        }
    kept = gettext("They are counted and listed by number with the dataset.")
    chosen = replace(options, leave_out_long_rows=True)
    return Fix("leave_out_long", title, f"{words} {kept}".strip(), chosen)


def _in_other_orders(where: dict[str, Any], options: ReadingOptions) -> list[Fix]:
    rows = int(where.get("rows") or 0)
    fixes = []
    for order, failing in (where.get("orders") or {}).items():
        title, pattern = _ORDERS[order]
        words = gettext(
            "Reads %(rows)s dates again as %(pattern)s. %(failing)s of them would then fail."
        ) % {"rows": f"{rows:,}", "pattern": pattern, "failing": f"{int(failing):,}"}
        chosen = replace(options, date_order=order, day_first=None)
        fixes.append(Fix(f"order-{order}", str(title), words, chosen))
    return fixes


def span(seconds: float) -> str:
    """`2 hours`, in the largest unit that is whole."""
    if seconds >= 86_400 and seconds % 86_400 == 0:
        days = int(seconds // 86_400)
        return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
    if seconds >= 3600 and seconds % 3600 == 0:
        hours = int(seconds // 3600)
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    if seconds >= 60 and seconds % 60 == 0:
        minutes = int(seconds // 60)
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("%(n)s second", "%(n)s seconds", int(seconds)) % {"n": f"{seconds:g}"}


_MONTHS = [
    _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"),
    _("August"), _("September"), _("October"), _("November"), _("December"),
]  # fmt: skip
