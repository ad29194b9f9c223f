"""A result as a page shows it: cells, pages of rows, the chart beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from datasets.listed import listed
from datasets.models import Query
from datasets.query.charts import FORMS, Drawing, draw
from datasets.query.files import KINDS
from datasets.query.kept import Kept
from datasets.views.shown import aligned

PAGE_SIZE: Final = 100
VIEWS: Final = ("table", "chart", "both")
# A cell longer than this is cut on the page; exports hold it whole.
_LONGEST_CELL: Final = 300
_DECIMALS: Final = 4


@dataclass(frozen=True)
class ShownCell:
    """One value in words."""

    text: str | None
    kind: str


def result_context(query: Query, kept: Kept, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the templates of a result need."""
    pages = max(-(-len(kept.rows) // PAGE_SIZE), 1)
    number = _number(asked.get("page", ""), pages)
    drawing = draw(kept, asked)
    view = asked.get("view", "")
    if drawing is None:
        view = "table"
    return {
        "result": kept,
        "ran": query,
        "chart_query": _chart_query(asked),
        "figure_query": _figure_query(drawing),
        "heads": [{"name": name, "kind": kind} for name, _type, kind in kept.columns],
        "body": _body(kept, number),
        "number": number,
        "pages": pages,
        "view": view if view in VIEWS else "both",
        "drawing": drawing,
        "forms": _forms(drawing),
        "sentence": _sentence(kept),
        "cut": _cut(kept),
        "kinds": list(KINDS.values()),
    }


def _chart_query(asked: Mapping[str, str]) -> str:
    """The chosen chart, for the addresses of other pages and views."""
    chosen = {name: asked[name] for name in ("form", "x", "y") if asked.get(name)}
    return f"&{urlencode(chosen)}" if chosen else ""


def _figure_query(drawing: Drawing | None) -> str:
    """What the chart that is shown asks its figure by."""
    if drawing is None:
        return ""
    return urlencode({"form": drawing.form, "x": drawing.x, "y": drawing.y})


def _number(text: str, pages: int) -> int:
    return min(max(int(text), 1), pages) if text.isdecimal() and len(text) < 10 else 1


def _body(kept: Kept, number: int) -> list[list[ShownCell]]:
    rows = kept.rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    kinds = [kind for _name, _type, kind in kept.columns]
    by_column = [
        _cells([row[position] for row in rows], kind) for position, kind in enumerate(kinds)
    ]
    return [
        [ShownCell(text, kind) for text, kind in zip(cells, kinds, strict=True)]
        for cells in zip(*by_column, strict=True)
    ]


def _cells(values: list[Any], kind: str) -> list[str | None]:
    if kind == "number":
        if all(value is None or isinstance(value, int | float) for value in values):
            return aligned([_rounded(value) for value in values])
        return [None if value is None else str(value) for value in values]
    if kind == "time":
        return _times(values)
    if kind == "yes_no":
        words = {True: gettext("yes"), False: gettext("no")}
        return [None if value is None else words[bool(value)] for value in values]
    return [_short(value) for value in values]


def _rounded(value: float | None) -> float | None:
    """Four decimals are enough for the eye above one; exports hold every digit."""
    if not isinstance(value, float) or abs(value) < 1:
        return value
    return round(value, _DECIMALS)


def _times(values: list[Any]) -> list[str | None]:
    """Without the parts that say nothing in any row."""
    texts = [None if value is None else str(value).replace("T", " ", 1) for value in values]
    for ending in (":00", " 00:00"):
        if all(text is None or text.endswith(ending) for text in texts):
            texts = [None if text is None else text.removesuffix(ending) for text in texts]
        else:
            break
    return texts


def _short(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}…"


def _forms(drawing: Drawing | None) -> list[dict[str, Any]]:
    form = drawing.form if drawing else ""
    return [{"key": key, "label": label, "on": key == form} for key, label in FORMS.items()]


def _sentence(kept: Kept) -> str:
    """`37 rows from 26,293 read, 41 MB used, version 14`"""
    count = kept.total if kept.total is not None else len(kept.rows)
    parts = [_counted(kept, count)]
    parts.append(gettext("%(size)s MB used") % {"size": f"{max(kept.memory / 1e6, 1):,.0f}"})
    versions = [f"{table['name']} v{table['version']}" for table in kept.used]
    if len(versions) == 1:
        parts.append(gettext("version %(number)s") % {"number": kept.used[0]["version"]})
    elif versions:
        parts.append(listed(versions))
    return listed(parts)


def _counted(kept: Kept, count: int) -> str:
    if not kept.used:
        return ngettext("%(count)s row", "%(count)s rows", count) % {"count": f"{count:,}"}
    words = ngettext("%(count)s row from %(read)s read", "%(count)s rows from %(read)s read", count)
    return words % {"count": f"{count:,}", "read": f"{kept.rows_read:,}"}


def _cut(kept: Kept) -> str:
    """Said when not every row is shown: how many there are, and how to get them."""
    if kept.is_whole:
        return ""
    shown = f"{len(kept.rows):,}"
    if kept.total is None:
        return gettext("%(shown)s rows shown; there are more.") % {"shown": shown}
    return gettext("%(shown)s of %(total)s rows shown.") % {
        "shown": shown,
        "total": f"{kept.total:,}",
    }
