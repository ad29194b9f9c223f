"""The contract in words: what will be made, of what, with what, and what it will cost."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from forecasting import spans
from forecasting.asking import Ask, columns_in_words
from forecasting.choosing.roster import count_words


def levels_words(levels: tuple[int, ...]) -> str:
    """`80% and 95%`."""
    texts = [f"{level}%" for level in levels]
    if len(texts) < 2:
        return "".join(texts)
    return gettext("%(first)s and %(last)s") % {
        "first": ", ".join(texts[:-1]),
        "last": texts[-1],
    }


def windows_words(count: int) -> str:
    """`8 past windows`."""
    return ngettext("%(n)s past window", "%(n)s past windows", count) % {"n": count}


def tests_words(count: int) -> str:
    """`8 tests`."""
    return ngettext("%(n)s test", "%(n)s tests", count) % {"n": count}


def what_words(ask: Ask) -> str:
    """`load_mw`, or `sales of 200 series`."""
    what = columns_in_words(ask.targets)
    if not ask.version.series_column:
        return what
    return ngettext("%(what)s of %(n)s series", "%(what)s of %(n)s series", ask.series_count) % {
        "what": what,
        "n": f"{ask.series_count:,}",
    }


def contract(ask: Ask, models: int, windows: int) -> SafeString:
    """`Almanac will forecast load_mw for the next 7 days, hour by hour, from 26,293 rows…`."""
    tested = (
        gettext("tests each on %(windows)s, and gives %(levels)s intervals.")
        if windows
        else gettext("cannot test them on so few rows, and gives %(levels)s intervals.")
    )
    first = gettext(
        "Almanac will forecast %(what)s for the %(span)s, %(each)s, from %(rows)s. It races "
        "%(models)s, %(tested)s"
    )
    rows = ngettext("%(n)s row", "%(n)s rows", ask.rows) % {"n": f"{ask.rows:,}"}
    tested_said = _bold(
        tested,
        windows=windows_words(windows),
        levels=levels_words(ask.levels),
    )
    return _bold(
        first,
        plain={"each": spans.each_step(ask.frequency), "tested": tested_said},
        what=what_words(ask),
        span=gettext("next %(span)s") % {"span": ask.words},
        rows=rows,
        models=count_words(models),
    )


def _bold(
    template: str, *, plain: dict[str, str | SafeString] | None = None, **words: str
) -> SafeString:
    """A sentence with its numbers in bold; what is `plain` stays so."""
    shown = {name: format_html("<b>{}</b>", text) for name, text in words.items()}
    places = {name: format_html("{}", text) for name, text in (plain or {}).items()}
    marked = template
    for name in (*shown, *places):
        marked = marked.replace(f"%({name})s", f"{{{name}}}")
    return format_html(marked, **shown, **places)
