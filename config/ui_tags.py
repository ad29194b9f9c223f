"""Tags and filters every template has without loading them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from config import display, pictures
from config.icons import ICONS, MARK

register = template.Library()

register.filter("number", display.number)
register.filter("measure", display.measure)
register.filter("alike", display.alike)
register.filter("share", display.share)
register.filter("facts", display.facts)
register.filter("compact_number", display.compact_number)
register.filter("signed_percent", display.signed_percent)
register.filter("bytes", display.size_in_bytes)
register.filter("duration", display.duration)
register.filter("took", display.took)


@register.filter
def ago(moment: datetime | None) -> str | SafeString:
    """`2 min ago` as a `<time>` that the page keeps fresh; an absent moment is a dash."""
    if moment is None:
        return display.ABSENT
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        moment.isoformat(),
        display.full_moment(moment),
        display.ago(moment),
    )


@register.filter
def moment(value: datetime | None) -> str | SafeString:
    """`Mon 23 Nov 19:00` as a `<time>` with the zone on hover; an absent moment is a dash."""
    if value is None:
        return display.ABSENT
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(),
        display.full_moment(value),
        display.clock_day(value),
    )


@register.filter
def day(value: date | None) -> str:
    """`21 Nov 2026`, in Chinese `2026年11月21日`; plain text, so that it fits into attributes."""
    return display.ABSENT if value is None else display.day(value)


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """The line icon `name`; unknown names are a mistake and raise KeyError."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>',
        f" {classes}" if classes else "",
        mark_safe(ICONS[name]),  # noqa: S308  # our own constants
    )


@register.simple_tag
def brand_mark() -> SafeString:
    """The mark: known on the left, what may come on the right."""
    drawing = mark_safe(MARK)  # noqa: S308  # our own constant
    return format_html('<svg viewBox="0 0 20 20" aria-hidden="true">{}</svg>', drawing)


@register.simple_tag
def spark(
    values: Iterable[Any],
    ahead: Iterable[Any] = (),
    width: int = 88,
    height: int = 24,
    end: bool = False,
) -> SafeString:
    """A small line of `values`, continued by `ahead` in the forecast's colour."""
    return pictures.spark(values or (), ahead=ahead or (), size=(width, height), end=end)


@register.simple_tag
def distribution(counts: Iterable[Any], width: int = 84, height: int = 20) -> SafeString:
    """Small bars, one per count."""
    return pictures.distribution(counts or (), size=(width, height))


@register.simple_tag
def year_strip(days: Sequence[tuple[date, Any]], label: str) -> SafeString:
    """52 × 7 squares for consecutive days; `label` says in words what they show."""
    return pictures.year_strip(days, label=label)


@register.simple_tag
def daylight_strip(latitude: float = 52.0) -> SafeString:
    """The year strip of the signed-out pages: this year's daylight, computed, nobody's data."""
    label = gettext("Hours of daylight for each day of the year, longest in June")
    return pictures.year_strip(_daylight(latitude), label=label)


@register.simple_tag
def daylight_range(latitude: float = 52.0) -> dict[str, float]:
    """Seconds of daylight on the shortest and the longest day of that strip."""
    hours = [light for _, light in _daylight(latitude)]
    return {"shortest": 3600 * min(hours), "longest": 3600 * max(hours)}


def _daylight(latitude: float) -> list[tuple[date, float]]:
    return pictures.daylight(timezone.now().year, latitude)


@register.simple_tag
def page_languages() -> list[tuple[str, str]]:
    """The languages people may choose: code and the language's own name."""
    return list(settings.LANGUAGES)
