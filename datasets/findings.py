"""What was noticed while reading, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy as _n

from datasets.formats import words
from datasets.listed import listed

if TYPE_CHECKING:
    from datasets.models.version import Version

At = Callable[[str], str]
_ORDER = {"bad": 0, "warn": 1, "info": 2}

SENTENCES = {
    "no_time": _(
        "No column of dates or times was found. Charts count rows; a forecast needs a time column."
    ),
    "repeated_times": _n(
        "%(count)s row repeats a time that was already there, %(where)s. Remove or merge it "
        "before forecasting.",
        "%(count)s rows repeat a time that was already there, first %(where)s. Remove or merge "
        "them before forecasting.",
        "n",
    ),
    "rows_without_time": _n(
        "%(count)s row has no time in %(column)s and cannot be charted.",
        "%(count)s rows have no time in %(column)s and cannot be charted.",
        "n",
    ),
    "irregular": _(
        "The times in %(column)s follow no regular step. Resample them before forecasting."
    ),
    "gaps": _n(
        "%(count)s gap, missing rows: %(absent)s, %(where)s.",
        "%(count)s gaps, %(absent)s rows in all; the longest %(where)s.",
        "n",
    ),
    "off_grid": _n(
        "%(count)s row stands between the usual times.",
        "%(count)s rows stand between the usual times.",
        "n",
    ),
    "zones": _("Times in %(column)s name their zone and were converted to UTC."),
    "zones_mixed": _(
        "%(count)s times in %(column)s name a zone and were converted to UTC; %(naive)s name none "
        "and were taken as UTC."
    ),
    "unreadable": _n(
        "%(count)s cell in %(column)s could not be read and is missing: %(where)s.",
        "%(count)s cells in %(column)s could not be read and are missing, such as %(where)s.",
        "n",
    ),
    "infinite": _(
        "%(count)s cells in %(column)s could not be read and are missing, %(infinite)s of them "
        "infinite or beyond 1e308, such as %(where)s."
    ),
    "missing_words": _n(
        "%(count)s cell in %(column)s is missing; it holds %(words)s.",
        "%(count)s cells in %(column)s are missing; they hold %(words)s.",
        "n",
    ),
    "empty_column": _("%(column)s is empty."),
    "constant": _("%(column)s is always %(value)s. There is nothing to forecast in it."),
    "missing": _("%(count)s of %(rows)s cells in %(column)s are missing."),
    "renamed": _("The column name %(was)s was changed to %(now)s, as it stood twice."),
    "unnamed": _("A column without a name was called %(now)s."),
    "encoding_guessed": _("The characters were read as %(encoding)s."),
    "no_header": _("The first row holds data, so the columns were numbered."),
    "header_assumed": _("The first row was taken as column names. Every column holds text."),
    "numbers_as_times": _("The numbers in %(column)s were read as times: %(kind)s."),
    "day_order_ambiguous": _(
        "Day and month in %(column)s could be either way round. They were read as %(order)s."
    ),
    "kept_as_text": _(
        "%(column)s was kept as text: %(count)s cells would lose leading zeros or digits as "
        "numbers."
    ),
    "mixed_as_text": _(
        "%(column)s mixes text and values and was kept as text (%(count)s cells are no values)."
    ),
    "short_rows": _n(
        "%(count)s row was shorter than the header; the cells it lacks are missing, row %(where)s.",
        "%(count)s rows were shorter than the header; the cells they lack are missing, such as in "
        "row %(where)s.",
        "n",
    ),
    "left_out": _n(
        "%(count)s row whose time in %(column)s could not be read was left out.",
        "%(count)s rows whose time in %(column)s could not be read were left out.",
        "n",
    ),
    "left_out_cells": _n(
        "%(count)s row with a cell that could not be read was left out.",
        "%(count)s rows with cells that could not be read were left out.",
        "n",
    ),
    "merged": _n(
        "%(count)s row repeated a time in %(column)s and was merged: %(how)s.",
        "%(count)s rows repeated a time in %(column)s and were merged: %(how)s.",
        "n",
    ),
    "zone_applied": _("Times in %(column)s are written in %(zone)s time and are kept in UTC."),
    "clock_changes": _n(
        "The clocks change %(count)s time: hours kept twice: %(twice)s, hours found once: "
        "%(once)s.",
        "The clocks change %(count)s times: hours kept twice: %(twice)s, hours found once: "
        "%(once)s.",
        "n",
    ),
    "clock_skipped": _n(
        "%(count)s row stands in an hour that the clock skips; it was moved on by that hour.",
        "%(count)s rows stand in an hour that the clock skips; they were moved on by that hour.",
        "n",
    ),
    "corrected": _n(
        "%(count)s cell in %(column)s was corrected as you chose: %(was)s became %(now)s.",
        "%(count)s cells in %(column)s were corrected as you chose, first %(was)s to %(now)s.",
        "n",
    ),
    "blank_lines": _n(
        "%(count)s blank line was left out.", "%(count)s blank lines were left out.", "n"
    ),
    "sorted": _("Rows were sorted by time; %(count)s stood before an earlier one."),
    **words.FINDINGS,
}

TIME_KINDS = {
    "unix_s": _("Unix seconds"),
    "unix_ms": _("Unix milliseconds"),
    "unix_us": _("Unix microseconds"),
    "unix_ns": _("Unix nanoseconds"),
    "excel": _("Excel serial days"),
    "compact": _("dates such as 20240131"),
    "year": _("years"),
}


@dataclass(frozen=True)
class Finding:
    """One thing to know about a version. `severity` is bad, warn or info."""

    code: str
    severity: str
    sentence: str
    column: str
    count: int

    @property
    def rows(self) -> int:
        """How many rows or cells it is about."""
        return self.count


def findings_of(version: Version) -> list[Finding]:
    """The findings of `version`, worst first, in the active language."""
    names = {column.key: column.name for column in version.columns.all()}
    # Made when shown: the models must not wait for what this imports.
    from datasets.time_words import time_words  # noqa: PLC0415

    at = time_words(version).at
    found = [_in_words(given, names, at) for given in version.profile.get("findings", [])]
    return sorted(found, key=lambda finding: _ORDER[finding.severity])


def _in_words(given: dict[str, Any], names: dict[str, str], at: At) -> Finding:
    code, column = given["code"], names.get(given["column"], "")
    params = {**given["params"], "column": column, "n": given["count"]}
    params["count"] = f"{given['count']:,}"
    for name in ("rows", "naive", "absent", "infinite"):
        if isinstance(params.get(name), int):
            params[name] = f"{params[name]:,}"
    if code in _TIMED:
        params |= _TIMED[code](given["params"], at)
    elif code in _WORDS:
        params |= _WORDS[code](given["params"])
    # A number-aware sentence picks its form by `n`.
    sentence = str(SENTENCES[_variant(code, given["params"])] % params)
    return Finding(code, given["severity"], sentence, column, given["count"])


def _variant(code: str, params: dict[str, Any]) -> str:
    if code == "zones" and params["naive"]:
        return "zones_mixed"
    if code == "unreadable" and params["infinite"]:
        return "infinite"
    return code


def _repeated(params: dict[str, Any], at: At) -> dict[str, str]:
    series, time = params["examples"][0]
    return {"where": f"{at(time)} ({series})" if series else at(time)}


def _gap(params: dict[str, Any], at: At) -> dict[str, str]:
    if not params["examples"]:
        return {"where": ""}
    series, start, end = params["examples"][0]
    span = gettext("from %(start)s to %(end)s") % {"start": at(start), "end": at(end)}
    return {"where": f"{span} ({series})" if series else span}


def _cells(params: dict[str, Any]) -> dict[str, str]:
    cells = [
        gettext('"%(text)s" in row %(row)s') % {"text": text, "row": f"{row:,}"}
        for row, text in params["examples"][:2]
    ]
    return {"where": listed(cells)}


def _order(params: dict[str, Any]) -> dict[str, str]:
    order = gettext("day first") if params["day_first"] else gettext("month first")
    return {"order": order}


_TIMED: dict[str, Callable[[dict[str, Any], At], dict[str, str]]] = {
    "repeated_times": _repeated,
    "gaps": _gap,
}
MERGED = {
    "mean": _("mean"),
    "sum": _("sum"),
    "first": _("first row"),
    "last": _("last row"),
}
_WORDS: dict[str, Callable[[dict[str, Any]], dict[str, str]]] = {
    "merged": lambda params: {"how": str(MERGED[params["how"]])},
    "unreadable": _cells,
    "missing_words": lambda params: {"words": listed(params["words"])},
    "numbers_as_times": lambda params: {"kind": str(TIME_KINDS[params["kind"]])},
    "day_order_ambiguous": _order,
    "short_rows": lambda params: {"where": f"{params['rows'][0]:,}"},
    **words.IN_WORDS,
}
