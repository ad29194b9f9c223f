"""What was understood, in words: the parts of the sentence, one line for each decision."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from datasets.mapping.understood import Decisions, Understood
from datasets.models import Column
from datasets.sniffing.reading import DROP
from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import Frequency

ROLES: Final = {
    Column.Role.TIME: _("Time"),
    Column.Role.SERIES: _("Series id"),
    Column.Role.TARGET: _("Target"),
    Column.Role.KNOWN: _("Known ahead"),
    Column.Role.PAST: _("Past only"),
    Column.Role.CATEGORY: _("Category"),
    Column.Role.ID: _("Identifier"),
    Column.Role.PERSONAL: _("Personal data"),
    Column.Role.IGNORE: _("Not used"),
    DROP: _("Leave out"),
}
TYPES: Final = {
    "datetime": _("date and time"),
    "number": _("number"),
    "boolean": _("yes or no"),
    "text": _("text"),
}
FAILING: Final = {
    "missing": _("Treat as missing"),
    "leave_out": _("Leave the rows out"),
    "text": _("Keep as text"),
}
WORDS: Final = {"keep": _("Keep as written"), "missing": _("Treat as missing")}
ORDERS: Final = {
    "dmy": _("Day first"),
    "mdy": _("Month first"),
    "ymd": _("Year first"),
    "ydm": _("Year, day, month"),
}
REPEATED: Final = {
    "keep": _("Keep every row"),
    "mean": _("Take the mean"),
    "sum": _("Add them up"),
    "first": _("Keep the first"),
    "last": _("Keep the last"),
}
DELIMITERS: Final = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("vertical bar"),
}
ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 BE",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32 BE",
    "cp1252": "Windows-1252",
    "latin-1": "Latin-1",
    "gb18030": "GB 18030",
    "shift_jis": "Shift JIS",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
    "euc_jp": "EUC-JP",
    "cp1251": "Windows-1251",
    "cp1250": "Windows-1250",
}
_NOT_OF_TYPE: Final = {
    "number": _("%(count)s of %(rows)s cells are not numbers"),
    "datetime": _("%(count)s of %(rows)s cells are not dates or times that exist"),
    "boolean": _("%(count)s of %(rows)s cells are neither yes nor no"),
    "text": _("%(count)s of %(rows)s cells were kept as text"),
}


def series_words(found: Understood) -> str:
    """`3 series, one reading an hour`."""
    count = found.series_count
    series = ngettext("%(n)s series", "%(n)s series", count) % {"n": f"{count:,}"}
    if not found.time_column:
        return gettext("%(series)s without times") % {"series": series}
    return gettext("%(series)s, %(step)s") % {"series": series, "step": _step_words(found)}


def _step_words(found: Understood) -> str:
    if not found.frequency:
        return gettext("at no regular step")
    try:
        frequency = Frequency.parse(found.frequency)
    except EngineError:
        return gettext("one reading every %(step)s") % {"step": found.frequency}
    if frequency.multiple == 1 and frequency.unit in _ONE:
        return str(_ONE[frequency.unit])
    unit = _UNITS.get(frequency.unit)
    words = str(unit) % {"n": frequency.multiple} if unit else found.frequency
    return gettext("one reading every %(step)s") % {"step": words}


_ONE: Final = {
    "s": _("one reading a second"),
    "min": _("one reading a minute"),
    "h": _("one reading an hour"),
    "D": _("one reading a day"),
    "B": _("one reading a business day"),
    "W": _("one reading a week"),
    "M": _("one reading a month"),
    "Q": _("one reading a quarter"),
    "Y": _("one reading a year"),
}
_UNITS: Final = {
    "ms": _("%(n)s milliseconds"),
    "s": _("%(n)s seconds"),
    "min": _("%(n)s minutes"),
    "h": _("%(n)s hours"),
    "D": _("%(n)s days"),
    "W": _("%(n)s weeks"),
    "M": _("%(n)s months"),
    "Q": _("%(n)s quarters"),
    "Y": _("%(n)s years"),
}


def moment(text: str) -> datetime | None:
    """A stored time; None where there is none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def city(zone: str) -> str:
    """`Berlin` of `Europe/Berlin`."""
    return zone.rpartition("/")[2].replace("_", " ")


def not_read_words(kind: str, count: int, rows: int) -> str:
    """`9 of 26,293 cells are not numbers`."""
    words = _NOT_OF_TYPE.get(kind, _NOT_OF_TYPE["number"])
    return str(words) % {"count": f"{count:,}", "rows": f"{rows:,}"}


def order_words(decisions: Decisions) -> str:
    """Why day and month stand in this order."""
    evidence = decisions.order_evidence
    first, second = int(evidence.get("first", 0)), int(evidence.get("second", 0))
    if decisions.date_order.startswith("y") and not evidence:
        return gettext("The year comes first, then month and day.")
    if first and decisions.date_order == "dmy":
        return ngettext(
            "%(count)s date has a first number above 12",
            "%(count)s dates have a first number above 12",
            first,
        ) % {"count": f"{first:,}"}
    if second and decisions.date_order == "mdy":
        return ngettext(
            "%(count)s date has a second number above 12",
            "%(count)s dates have a second number above 12",
            second,
        ) % {"count": f"{second:,}"}
    if decisions.order_is_open:
        return gettext("Every date fits both orders. In this one they step more evenly: check it.")
    return gettext("As you chose.") if evidence else ""


def zone_words(decisions: Decisions) -> str:
    """What the clock changes did."""
    facts = decisions.zone_facts
    if not facts:
        return _zone_words_without(decisions)
    if not facts["changes"]:
        return gettext("The clocks do not change in this span. Times are kept in UTC.")
    words = ngettext(
        "Clocks change %(n)s time: %(lost)s, %(twice)s",
        "Clocks change %(n)s times: %(lost)s, %(twice)s",
        facts["changes"],
    ) % {"n": facts["changes"], "lost": _lost(facts["once"]), "twice": _twice(facts["twice"])}
    if facts["skipped"]:
        words += gettext(". %(n)s rows stand in an hour that the clock skips") % {
            "n": f"{facts['skipped']:,}"
        }
    return words


def _zone_words_without(decisions: Decisions) -> str:
    if decisions.names_zones:
        return gettext("The times name their zone and are kept in UTC.")
    if not decisions.has_clock_times:
        return gettext("Whole days need no zone.")
    return gettext("Times are kept as they are written.")


def _lost(count: int) -> str:
    if not count:
        return pgettext("clock changes", "no hour is lost")
    return ngettext("%(n)s hour is there only once", "%(n)s hours are there only once", count) % {
        "n": count
    }


def _twice(count: int) -> str:
    return ngettext("%(n)s is kept twice", "%(n)s are kept twice", count) % {"n": count}


def decimal_words(decisions: Decisions) -> str:
    """What the mark means, at a number of this file."""
    name = gettext("Comma") if decisions.decimal == "," else gettext("Point")
    example = decisions.decimal_example
    if not example:
        return gettext("%(mark)s. No number of this file needs it.") % {"mark": name}
    return gettext("%(mark)s. %(text)s is read as %(value)s") % {
        "mark": name,
        "text": example.strip(),
        "value": _read_as(example, decisions.decimal),
    }


def _read_as(text: str, decimal: str) -> str:
    plain = text.strip()
    if decimal == ",":
        bare = "".join(mark for mark in plain if mark not in ".'\u00a0\u202f ")
        plain = bare.replace(",", ".")
    try:
        return f"{float(plain.replace(',', '')):,}"
    except ValueError:
        return plain


def questions(found: Understood) -> list[str]:
    """What the file leaves open, so that a person should look before pressing Import."""
    decisions = found.decisions
    asked = []
    if not decisions.header:
        asked.append(gettext("The first row holds values, so the columns have no names yet."))
    if decisions.order_is_open:
        asked.append(gettext("Nothing in the dates says whether the day or the month comes first."))
    if decisions.repeated_rows and decisions.repeated == "keep":
        asked.append(
            ngettext(
                "%(n)s row repeats a time: choose what becomes of it.",
                "%(n)s rows repeat a time: choose what becomes of them.",
                decisions.repeated_rows,
            )
            % {"n": f"{decisions.repeated_rows:,}"}
        )
    if decisions.has_clock_times and not (decisions.zone or decisions.names_zones):
        asked.append(gettext("The times name no zone. Choose one if clocks change where they are."))
    asked += [
        _words_question(column.name, column.word_list)
        for column in found.columns
        if column.word_count and not column.is_left_out
    ]
    return asked


def _words_question(name: str, words: list[str]) -> str:
    return gettext("%(name)s holds %(words)s as text. Say if that means: no value.") % {
        "name": name,
        "words": ", ".join(words),
    }
