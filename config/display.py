"""Numbers and moments as people read them: thousands 4,812, a true minus, 0:24, 2 min ago."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import SupportsFloat

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, pgettext

from datasets.calendar_words import SHORT_MONTHS, SHORT_WEEKDAYS
from forecasting.wording import figure

ABSENT = "–"
MINUS = "−"
_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_SCALES_ZH = ((1e8, "亿"), (1e4, "万"))
_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def finite(value: object) -> float | None:
    """`value` as a float, or None when it is no number, not finite or not there."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    if not isinstance(value, SupportsFloat | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def number(value: object, decimals: int | None = None) -> str:
    """`4812.0` → `4,812`; `-0.5` → `−0.5`; a fixed count of decimals when asked for."""
    found = finite(value)
    if found is None:
        return ABSENT
    if decimals is None:
        text = f"{found:,.0f}" if found == round(found) else f"{found:,.2f}".rstrip("0")
    else:
        text = f"{found:,.{decimals}f}"
    return _with_minus(text)


def measure(value: object) -> str:
    """A measured value with four significant digits: `0.01234`, `12.35`, `4,812`."""
    found = finite(value)
    return ABSENT if found is None else figure(found)


def alike(value: object, decimals: int | None) -> str:
    """A measured value with as many decimals as its neighbours; by itself when they share none."""
    return measure(value) if decimals is None else number(value, decimals)


def share(percent: object) -> str:
    """A share that is given in percent: `0%`, `<0.01%`, `1.25%`, `100%`."""
    found = finite(percent)
    if found is None:
        return ABSENT
    if 0 < found < 0.01:
        return "<0.01%"
    if 99.99 < found < 100:
        return ">99.99%"
    text = f"{found:.2f}"
    return f"{text.rstrip('0').rstrip('.')}%"


def facts(first: object, second: object) -> SafeString | object:
    """Two facts in one line: `LSTM, 8 past windows`; alone when there is no second one."""
    if second is None or second == "":
        return first
    return format_html(pgettext("facts", "{first}, {second}"), first=first, second=second)


def compact_number(value: object) -> str:
    """`18200000` → `18.2 M`, in Chinese `1,820 万`."""
    found = finite(value)
    if found is None:
        return ABSENT
    scales = _SCALES_ZH if (get_language() or "").startswith("zh") else _SCALES
    for scale, unit in scales:
        if abs(found) >= scale:
            scaled = found / scale
            return f"{number(round(scaled, 1 if abs(scaled) < 100 else 0))} {unit}"
    return number(round(found, 2))


def signed_percent(share: object, decimals: int = 1) -> str:
    """A share with its sign: `0.038` → `+3.8%`, `-0.038` → `−3.8%`."""
    found = finite(share)
    if found is None:
        return ABSENT
    text = f"{found * 100:+,.{decimals}f}"
    if not text.strip("+-0."):
        text = text.lstrip("+-")
    return f"{_with_minus(text)}%"


def size_in_bytes(count: object) -> str:
    """`2100000` → `2.1 MB` (powers of 1,000)."""
    found = finite(count)
    if found is None:
        return ABSENT
    power = 0
    while abs(found) >= 1000 and power < len(_BYTE_UNITS) - 1:
        found, power = found / 1000, power + 1
    return f"{number(round(found, 1 if power else 0))} {_BYTE_UNITS[power]}"


def duration(seconds: object) -> str:
    """A running time: `0:24`, `12:05`, `3 h 05 min`, `2 d 4 h`."""
    found = finite(seconds)
    if found is None:
        return ABSENT
    whole = max(round(found), 0)
    if whole < _HOUR:
        return f"{whole // _MINUTE}:{whole % _MINUTE:02d}"
    if whole < _DAY:
        return pgettext("duration", "%(hours)s h %(minutes)s min") % {
            "hours": whole // _HOUR,
            "minutes": f"{whole % _HOUR // _MINUTE:02d}",
        }
    return pgettext("duration", "%(days)s d %(hours)s h") % {
        "days": whole // _DAY,
        "hours": whole % _DAY // _HOUR,
    }


def took(seconds: object) -> str:
    """How long something took: like `duration`, but `0.4 s` below ten seconds."""
    found = finite(seconds)
    if found is not None and 0 <= found < 10:
        short = "<0.1" if 0 < found < 0.05 else f"{found:.1f}" if found else "0"
        return pgettext("duration", "%(seconds)s s") % {"seconds": short}
    return duration(found)


def ago(moment: datetime, now: datetime | None = None) -> str:
    """`just now`, `2 min ago`, `5 h ago`, `3 d ago`; older than 30 days is the date."""
    seconds = ((now or timezone.now()) - moment).total_seconds()
    if seconds < 45:
        return pgettext("time ago", "just now")
    if seconds < 90 * _MINUTE:
        count = max(round(seconds / _MINUTE), 1)
        return ngettext("%(n)s min ago", "%(n)s min ago", count) % {"n": count}
    if seconds < 36 * _HOUR:
        count = round(seconds / _HOUR)
        return ngettext("%(n)s h ago", "%(n)s h ago", count) % {"n": count}
    if seconds < 30 * _DAY:
        count = round(seconds / _DAY)
        return ngettext("%(n)s d ago", "%(n)s d ago", count) % {"n": count}
    return day(moment)


def day(moment: date) -> str:
    """`21 Nov 2026`, in Chinese `2026年11月21日`."""
    return pgettext("day", "%(day)s %(month)s %(year)s") % _parts(moment)


def clock_day(moment: datetime) -> str:
    """`Mon 23 Nov 19:00`, in Chinese `11月23日 周一 19:00`."""
    return pgettext("moment", "%(weekday)s %(day)s %(month)s %(time)s") % _parts(moment)


def full_moment(moment: datetime) -> str:
    """The moment with seconds and its zone, for the hover: `2026-11-23 19:00:05 CET`."""
    return f"{_local(moment):%Y-%m-%d %H:%M:%S %Z}".strip()


def _parts(moment: date) -> dict[str, object]:
    local = _local(moment)
    return {
        "weekday": SHORT_WEEKDAYS[local.weekday()],
        "day": local.day,
        "month": SHORT_MONTHS[local.month - 1],
        "month_number": local.month,
        "year": local.year,
        "time": f"{local:%H:%M}",
    }


def _local(moment: date) -> date:
    # A plain date has no zone to change.
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


def _with_minus(text: str) -> str:
    return MINUS + text[1:] if text.startswith("-") and text.strip("-0.,") else text.lstrip("-")
