"""Several facts in one line: `9 filled, 3 merged`, with the comma of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import ngettext, pgettext


def listed(words: Iterable[str]) -> str:
    """The words, parted by what parts facts in the reader's language."""
    return pgettext("between facts", ", ").join(words)


def some(words: Iterable[str], *, most: int = 3, more: int = 0) -> str:
    """The first few of them, each once, and how many there are besides; `more` have no name."""
    known = list(dict.fromkeys(words))
    left = len(known[most:]) + more
    rest = [ngettext("%(n)s more", "%(n)s more", left) % {"n": f"{left:,}"}] if left else []
    return listed([*known[:most], *rest])
