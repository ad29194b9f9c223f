"""What a report found, in the language of the reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from datasets.listed import listed
from datasets.masking import mask
from datasets.models import Version
from datasets.quality.finding import Found, name_of
from datasets.quality.report import Report
from datasets.time_words import time_words

_NEAR = 1.0
LABELS = {
    "gaps": _("Gaps"),
    "missing": _("Missing values"),
    "duplicates_equal": _("Duplicate rows"),
    "duplicates_different": _("One time, different values"),
    "irregular": _("No regular step"),
    "off_grid": _("Rows between the steps"),
    "order": _("Out of order"),
    "mixed_zones": _("Mixed time zones"),
    "clock_gaps": _("Hours the clock skipped"),
    "clock_overlaps": _("Hours the clock showed twice"),
    "outliers": _("Outliers"),
    "level_shift": _("Level shift"),
    "constant": _("Always the same"),
    "empty_column": _("Empty column"),
    "numbers_as_text": _("Numbers kept as text"),
    "leading_zeros": _("Numbers with leading zeros"),
    "dates_as_numbers": _("Dates kept as numbers"),
    "dates_as_text": _("Dates kept as text"),
    "personal": _("Personal data"),
}
NOTES = {
    "sorted": _("Sorted when read"),
    "masked": _("Masked everywhere"),
    "told": _("May be real"),
    "kept": _("Kept as text"),
}
KINDS = {
    "email": _("e-mail addresses"),
    "phone": _("phone numbers"),
    "id_number": _("numbers of papers"),
    "card": _("card numbers"),
    "name": _("names, births or addresses"),
}
_METHODS = {
    "iqr": _("quartiles"), "zscore": _("z-score"), "hampel": _("Hampel"),
}  # fmt: skip


@dataclass(frozen=True)
class ShownFinding:
    """A row of the report. `where` names the place; `column` is set apart, as it is code."""

    found: Found
    title: str
    where: str
    column: str
    detail: str
    note: str
    is_ignored: bool

    @property
    def name(self) -> str:
        """What to call it when it is ignored."""
        return name_of(self.found)

    @property
    def code(self) -> str:
        """Its stable word."""
        return self.found["code"]

    @property
    def severity(self) -> str:
        """bad, warn or info."""
        return self.found["severity"]

    @property
    def count(self) -> int:
        """How many values or rows it is about."""
        return self.found["count"]

    @property
    def settings_json(self) -> str:
        """Settings of the step that would repair it, for the page's script."""
        return json.dumps(self.found["repair"].get("settings", {}))

    @property
    def sentence(self) -> str:
        """Title, column and place in one line, for cards and programs."""
        parts = [self.title, listed(part for part in (self.column, self.where) if part)]
        return ": ".join(part for part in parts if part)


def shown_findings(
    version: Version, report: Report, ignored: Collection[str] = ()
) -> list[ShownFinding]:
    """All findings in words, those ignored last."""
    columns = {column.key: column for column in version.columns.all()}
    series = columns.get(version.series_column)
    hide = bool(series and series.is_masked)
    shown = [_shown(found, version, columns, (hide, name_of(found) in ignored))
             for found in report.get("findings", [])]  # fmt: skip
    return sorted(shown, key=lambda one: one.is_ignored)


def clean_words(report: Report) -> str:
    """What was looked for and not found."""
    return listed(str(LABELS[code]).lower() for code in report.get("clean", []) if code in LABELS)


def _shown(
    found: Found, version: Version, columns: Mapping[str, Any], flags: tuple[bool, bool]
) -> ShownFinding:
    hide, is_ignored = flags
    code, params = found["code"], found["params"]
    column = columns.get(found["column"])
    words = _Words(version, found, hide)
    title = _TITLES[code](words) if code in _TITLES else str(LABELS[code])
    note = str(NOTES.get(found["note"], ""))
    detail = _DETAILS[code](params) if code in _DETAILS else ""
    return ShownFinding(
        found, title, _WHERE[code](words), column.name if column else "", detail, note, is_ignored
    )


@dataclass(frozen=True)
class _Words:
    """A finding with what its words need."""

    version: Version
    found: Found
    hide: bool

    @property
    def params(self) -> dict[str, Any]:
        return self.found["params"]

    def span(self, series: str, start: str, end: str) -> str:
        """`Sun 29 Mar 2026 01:00 to 10:00`, with the series of a long table."""
        if self.version.time_column:
            return self.named(series, time_words(self.version).span(start, end))
        first, last = self.at(start), self.at(end)
        words = gettext("%(start)s to %(end)s") % {"start": first, "end": last}
        return self.named(series, first if first == last else words)

    def named(self, series: str, words: str) -> str:
        if not series:
            return words
        return f"{words} ({mask(series) if self.hide else series})"

    def at(self, text: str) -> str:
        """A time, or the row where there are none."""
        if not self.version.time_column:
            return gettext("row %s") % text
        return time_words(self.version).at(text)


def _gap_title(words: _Words) -> str:
    params = words.params
    if params["gaps"] > 1:
        return ngettext("%(n)s gap", "%(n)s gaps", params["gaps"]) % {"n": f"{params['gaps']:,}"}
    steps = params["longest"][0][3] if params["longest"] else words.found["count"]
    unit = _unit(words.version, steps)
    return gettext("Gap of %(length)s") % {"length": unit}


def _unit(version: Version, steps: int) -> str:
    """`9 hours` where a step is an hour, else `9 steps`."""
    words = {
        "h": ngettext("%(n)s hour", "%(n)s hours", steps),
        "D": ngettext("%(n)s day", "%(n)s days", steps),
        "min": ngettext("%(n)s minute", "%(n)s minutes", steps),
    }
    template = words.get(version.frequency, ngettext("%(n)s step", "%(n)s steps", steps))
    return template % {"n": f"{steps:,}"}


def _gap_where(words: _Words) -> str:
    longest = words.params["longest"]
    if not longest:
        return ""
    series, start, end, _steps = longest[0]
    span = words.span(series, start, end)
    return span if words.params["gaps"] == 1 else gettext("the longest %s") % span


def _missing_where(words: _Words) -> str:
    params = words.params
    if not params["longest"]:
        return ""
    series, start, end, _length = params["longest"][0]
    span = words.span(series, start, end)
    if params["stretches"] == 1:
        return span
    return ngettext(
        "%(n)s stretch, the longest %(span)s", "%(n)s stretches, the longest %(span)s",
        params["stretches"],
    ) % {"n": f"{params['stretches']:,}", "span": span}  # fmt: skip


def _duplicates_where(words: _Words) -> str:
    series, at, _count = words.params["first"][0]
    first = words.named(series, words.at(at))
    if words.params["times"] == 1:
        return first
    return gettext("%(n)s times, first %(at)s") % {"n": f"{words.params['times']:,}", "at": first}


def _irregular_where(words: _Words) -> str:
    seconds = words.params["usual_seconds"]
    usual = f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"
    return gettext("%(n)s different steps, the middle one %(usual)s") % {
        "n": f"{words.params['steps']:,}", "usual": usual,
    }  # fmt: skip


def _off_grid_where(words: _Words) -> str:
    series, at = words.params["first"][0]
    return gettext("first %s") % words.named(series, words.at(at))


def _order_where(words: _Words) -> str:
    return gettext("rows %(first)s to %(last)s of the file arrived late") % {
        "first": f"{words.params['first']:,}", "last": f"{words.params['last']:,}",
    }  # fmt: skip


def _outlier_where(words: _Words) -> str:
    series, start, end, _count, shown = words.params["furthest"][0]
    span = words.span(series, start, end)
    percent = shown["percent"]
    if percent is None or abs(percent) < _NEAR or abs(percent) > 1000:
        return gettext("%(span)s, %(n)s deviations away") % {
            "span": span, "n": f"{shown['deviations']:.0f}",
        }  # fmt: skip
    template = (
        gettext("%(span)s, %(percent)s%% over the usual range")
        if percent > 0
        else gettext("%(span)s, %(percent)s%% under the usual range")
    )
    return template % {"span": span, "percent": f"{abs(percent):.0f}"}


def _outlier_detail(params: dict[str, Any]) -> str:
    others = listed(
        f"{label} {params['methods'].get(name, 0):,}" for name, label in _METHODS.items()
    )
    template = gettext(
        "Seasonal residual beyond %(threshold)s robust deviations. Other ways: %(others)s."
    )
    return template % {"threshold": f"{params['threshold']:g}", "others": others}


def _shift_where(words: _Words) -> str:
    series, at, percent = words.params["first"][0]
    since = words.named(series, words.at(at))
    if percent is None:
        return gettext("since %s") % since
    template = (
        gettext("%(percent)s%% higher since %(since)s")
        if percent > 0
        else gettext("%(percent)s%% lower since %(since)s")
    )
    return template % {"percent": f"{abs(percent):.0f}", "since": since}


def _clock_where(words: _Words) -> str:
    return gettext("first %(at)s, as in %(zone)s") % {
        "at": words.at(words.params["first"]), "zone": words.params["zone"],
    }  # fmt: skip


def _constant_where(words: _Words) -> str:
    value = words.params.get("value")
    if value is None:
        return ""
    return gettext("always %s") % (
        f"{value:g}" if isinstance(value, float | int) else str(value)[:40]
    )


def _personal_where(words: _Words) -> str:
    kind = KINDS.get(words.params.get("kind", ""))
    return str(kind) if kind else gettext("marked as such")


_TITLES: dict[str, Callable[[_Words], str]] = {"gaps": _gap_title}
_DETAILS: dict[str, Callable[[dict[str, Any]], str]] = {"outliers": _outlier_detail}
_WHERE: dict[str, Callable[[_Words], str]] = {
    "gaps": _gap_where,
    "missing": _missing_where,
    "duplicates_equal": _duplicates_where,
    "duplicates_different": _duplicates_where,
    "irregular": _irregular_where,
    "off_grid": _off_grid_where,
    "order": _order_where,
    "mixed_zones": lambda words: gettext("those without a zone were taken as UTC"),
    "clock_gaps": _clock_where,
    "clock_overlaps": _clock_where,
    "outliers": _outlier_where,
    "level_shift": _shift_where,
    "constant": _constant_where,
    "empty_column": lambda words: "",
    "numbers_as_text": lambda words: gettext("nearly every cell is a number"),
    "leading_zeros": lambda words: gettext("numbers would lose their zeros"),
    "dates_as_numbers": lambda words: gettext("such as 20260131 or Unix seconds"),
    "dates_as_text": lambda words: gettext("nearly every cell is a date"),
    "personal": _personal_where,
}
