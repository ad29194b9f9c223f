"""Several facts in one line: `9 filled, 3 merged`, with the comma of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import pgettext


def listed(words: Iterable[str]) -> str:
    """The words, parted by what parts facts in the reader's language."""
    return pgettext("between facts", ", ").join(words)
