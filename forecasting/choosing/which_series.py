"""All series of a long table, or chosen ones."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext, ngettext

from datasets.models import Version
from datasets.pyramid import series_ids
from forecasting.choosing.remembering import Kept
from forecasting.refusals import ForecastProblem

MOST_NAMED: Final = 1_000
MOST_SERIES: Final = 1_000_000
MOST_LISTED: Final = 200


def check(version: Version, given: Any) -> tuple[str, ...]:
    """The named series in the order of the table; () for all. Raises ForecastProblem."""
    listed = given.splitlines() if isinstance(given, str) else given
    if not isinstance(listed, list | tuple):
        raise _about(gettext("Name series as a list, or leave them out to forecast all."))
    wanted = {str(name).strip() for name in listed if str(name).strip()}
    if not wanted:
        return ()
    if not version.series_column:
        raise _about(
            gettext(
                "This table has one series, with a column for each number. Choose columns to "
                "forecast instead of series."
            )
        )
    if len(wanted) > MOST_NAMED:
        raise _about(
            gettext("Name %(most)s series or fewer, or leave them out to forecast all.")
            % {"most": f"{MOST_NAMED:,}"}
        )
    names = _names(Kept(version))
    unknown = sorted(wanted - names.keys())
    if unknown:
        raise _about(_sentence(unknown, list(names)), "unknown_series")
    if len(wanted) == len(names):
        return ()
    return tuple(sorted(wanted, key=names.__getitem__))


def find(version: Version, text: str, *, without: Collection[str] = ()) -> tuple[list[str], int]:
    """Names that hold this text, at most 200, and how many there are; never those of `without`."""
    words, named = text.strip().casefold(), set(without)
    found = [
        name for name in _names(Kept(version)) if words in name.casefold() and name not in named
    ]
    return found[:MOST_LISTED], len(found)


def _sentence(unknown: list[str], names: list[str]) -> str:
    return ngettext(
        "There is no series called %(unknown)s. There are %(names)s.",
        "There are no series called %(unknown)s. There are %(names)s.",
        len(unknown),
    ) % {
        "unknown": ", ".join(name[:60] for name in unknown[:5]),
        "names": ", ".join(names[:8]) + ("…" if len(names) > 8 else ""),
    }


@lru_cache(maxsize=32)
def _names(kept: Kept) -> dict[str, int]:
    listed = series_ids(kept.version, limit=MOST_SERIES)
    return {name: place for place, name in enumerate(listed)}


def _about(sentence: str, code: str = "bad_series") -> ForecastProblem:
    return ForecastProblem(sentence, code=code, field="series")
