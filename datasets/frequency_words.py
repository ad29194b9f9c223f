"""How often a series ticks, in words of the active language."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import Frequency


def frequency_words(alias: str) -> str:
    """`Hourly` for `h`, `every 15 minutes` for `15min`; the alias itself when it is a rare one."""
    if not alias:
        return gettext("no fixed step")
    try:
        frequency = Frequency.parse(alias)
    except EngineError:
        return alias
    if frequency.multiple == 1:
        return _once(frequency.unit) or alias
    return _several(frequency.unit, frequency.multiple) or alias


def _once(unit: str) -> str:
    return {
        "s": gettext("Every second"),
        "min": gettext("Every minute"),
        "h": gettext("Hourly"),
        "D": gettext("Daily"),
        "B": gettext("Every business day"),
        "W": gettext("Weekly"),
        "M": gettext("Monthly"),
        "Q": gettext("Quarterly"),
        "Y": gettext("Yearly"),
    }.get(unit, "")


def _several(unit: str, count: int) -> str:
    words = {
        "ms": ngettext("Every %(n)s millisecond", "Every %(n)s milliseconds", count),
        "s": ngettext("Every %(n)s second", "Every %(n)s seconds", count),
        "min": ngettext("Every %(n)s minute", "Every %(n)s minutes", count),
        "h": ngettext("Every %(n)s hour", "Every %(n)s hours", count),
        "D": ngettext("Every %(n)s day", "Every %(n)s days", count),
        "B": ngettext("Every %(n)s business day", "Every %(n)s business days", count),
        "W": ngettext("Every %(n)s week", "Every %(n)s weeks", count),
        "M": ngettext("Every %(n)s month", "Every %(n)s months", count),
        "Q": ngettext("Every %(n)s quarter", "Every %(n)s quarters", count),
        "Y": ngettext("Every %(n)s year", "Every %(n)s years", count),
    }
    return words[unit] % {"n": count} if unit in words else ""
