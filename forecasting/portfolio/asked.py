"""Which rows an address asks for, on the page, in its files and for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.portfolio.rows import SORTS, Wanted

ONLY: Final = {
    "": _("All"),
    "below": _("Below zero"),
    "off": _("Coverage off"),
    "rare": _("Rare"),
    "stood_in": _("Stood in for"),
}
MOST_TEXT: Final = 200
MOST_CURSOR: Final = 2_000

Labels = Mapping[str, str | Promise]


def wanted(
    given: Mapping[str, Any], levels: Sequence[str], *, usual_sort: str, usual_level: str = BOTTOM
) -> Wanted:
    """What an address says; anything that makes no sense is the usual."""
    sort, only, level = (_text(given, name) for name in ("sort", "only", "level"))
    return Wanted(
        sort=sort if sort in SORTS else usual_sort,
        reverse=given.get("way") == "back",
        text=_text(given, "q").strip(),
        only=only if only in ONLY else "",
        best=_text(given, "best"),
        group=_text(given, "group"),
        after=str(given.get("after", ""))[:MOST_CURSOR],
        before=str(given.get("before", ""))[:MOST_CURSOR],
        level=level if level in levels else usual_level,
    )


def said(rows: Wanted, **other: str) -> dict[str, str]:
    """The same as an address carries it, without what is usual and without cursors; `other` takes
    the place of what it names.
    """
    kept = {
        "sort": rows.sort,
        "way": "back" if rows.reverse else "",
        "q": rows.text,
        "only": rows.only,
        "best": rows.best,
        "group": rows.group,
        "level": rows.level if rows.level != BOTTOM else "",
        **other,
    }
    return {name: value for name, value in kept.items() if value}


def with_query(address: str, query: Mapping[str, str]) -> str:
    """An address with what is asked of it."""
    return f"{address}?{urlencode(query)}" if query else address


def _text(given: Mapping[str, Any], name: str) -> str:
    return str(given.get(name, ""))[:MOST_TEXT]
