"""Countries and their parts whose holidays are known, and which of them a horizon meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pandas as pd
from babel import Locale
from django.utils.translation import get_language, gettext, ngettext

from forecasting import wording
from forecasting.engine.errors import SettingsError
from forecasting.engine.frequency import Frequency
from forecasting.engine.preprocessing.holiday_features import check_country, holidays_of
from forecasting.refusals import ForecastProblem

MOST_LISTED: Final = 6


@dataclass(frozen=True)
class Place:
    """A country, or a part of one; `code` as the holidays package knows it."""

    code: str
    name: str


def countries() -> tuple[Place, ...]:
    """All countries whose holidays are known, by name in the active language."""
    return _countries(get_language() or "en")


@cache
def parts(country: str) -> tuple[Place, ...]:
    """The parts of a country that have holidays of their own."""
    from holidays import list_supported_countries  # noqa: PLC0415

    codes = list_supported_countries().get(country, [])
    names = {code: name for name, code in _aliases(country).items()}
    return tuple(Place(code, names.get(code, "")) for code in codes)


def name_of(country: str) -> str:
    """`Germany` for DE."""
    return next((place.name for place in countries() if place.code == country), country)


def check(given: Any) -> tuple[str, str]:
    """Country and part, both "" for none. Raises ForecastProblem."""
    if not isinstance(given, Mapping) or set(given) - {"country", "subdivision"}:
        raise _about(
            gettext('Give the place of the holidays as {"country": "DE", "subdivision": "BY"}.')
        )
    country = str(given.get("country") or "").strip().upper()
    part = str(given.get("subdivision") or "").strip()
    if not country:
        if part:
            raise _about(gettext("A region needs its country. Choose the country first."))
        return "", ""
    try:
        check_country(country)
    except SettingsError:
        raise _about(
            gettext(
                "No holidays are known for %(country)s. Use the two letters of a country, such as "
                "DE, US or CN."
            )
            % {"country": country[:40]},
            "unknown_country",
        ) from None
    try:
        check_country(country, part)
    except SettingsError:
        codes = ", ".join(place.code for place in parts(country)[:20])
        raise _about(
            gettext("%(country)s has no region %(part)s with holidays. Use one of: %(codes)s.")
            % {"country": name_of(country), "part": part[:40], "codes": codes or gettext("none")},
            "unknown_region",
        ) from None
    return country, part


def ahead(
    country: str, part: str, start: pd.Timestamp, end: pd.Timestamp
) -> list[tuple[pd.Timestamp, str]]:
    """Days and names of the holidays from `start` to `end`."""
    first, last = start.normalize(), end.normalize()
    years = range(first.year, min(last.year, first.year + 60) + 1)
    met = (entry for year in years for entry in holidays_of(country, part, year))
    days = ((pd.Timestamp(day), name) for day, name in met)
    return [(day, name) for day, name in days if first <= day <= last]


def in_words(country: str, part: str, start: pd.Timestamp, end: pd.Timestamp) -> str:
    """`Germany (BY): 2 public holidays in the horizon, Christmas Day 25 Dec…`."""
    place = f"{name_of(country)} ({part})" if part else name_of(country)
    found = ahead(country, part, start, end)
    said = ngettext(
        "%(place)s, %(n)s public holiday in the horizon",
        "%(place)s, %(n)s public holidays in the horizon",
        len(found),
    ) % {"place": place, "n": f"{len(found):,}"}
    if not found:
        return said
    days = Frequency.parse("D")
    names = [
        f"{name.split(';')[0]} {wording.moment(day.isoformat(), days)}"
        for day, name in found[:MOST_LISTED]
    ]
    more = "…" if len(found) > MOST_LISTED else ""
    return f"{said}: {', '.join(names)}{more}"


@cache
def _countries(language: str) -> tuple[Place, ...]:
    from holidays.registry import COUNTRIES  # noqa: PLC0415 -- takes a while, few pages need it

    names = Locale.parse(language, sep="-").territories
    codes = {entry[1]: _spaced(entry[0]) for entry in COUNTRIES.values()}
    found = [Place(code, names.get(code, name)) for code, name in codes.items()]
    return tuple(sorted(found, key=lambda place: place.name))


def _spaced(name: str) -> str:
    """`UnitedStates` as `United States`."""
    text = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return text.strip()


def _aliases(country: str) -> Mapping[str, str]:
    """Names of the parts, where the package knows them."""
    from holidays import country_holidays  # noqa: PLC0415

    found: Mapping[str, str] = getattr(country_holidays(country), "subdivisions_aliases", {})
    return {str(name): str(code) for name, code in found.items()}


def _about(sentence: str, code: str = "bad_calendar") -> ForecastProblem:
    return ForecastProblem(sentence, code=code, field="calendar")
