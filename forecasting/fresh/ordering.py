"""How the list of schedules is sorted: by a head of its table, up or down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

USUAL: Final = "next"
# What each head sorts by, and whether the largest comes first when it is pressed.
_BY: Final[dict[str, tuple[str, bool]]] = {
    "what": ("called", False),
    "next": ("upcoming", False),
    "last": ("ran", True),
}
_LABELS: Final = {
    "what": pgettext_lazy("schedule", "What"),
    "next": pgettext_lazy("schedule", "Next"),
    "last": pgettext_lazy("schedule", "Last run"),
}


@dataclass(frozen=True)
class Head:
    """A head of the table: where it leads, and how it is sorted now, for `aria-sort`."""

    label: str | Promise
    url: str
    sorted: str


@dataclass(frozen=True)
class Order:
    """What `?sort=` asks for; what it does not know is the usual order."""

    name: str
    is_down: bool

    @classmethod
    def asked(cls, text: str) -> Order:
        """Read `last` or `-last`."""
        name = text.removeprefix("-")
        return cls(name, text.startswith("-")) if name in _BY else cls(USUAL, is_down=False)

    @property
    def fields(self) -> tuple[str, str]:
        """For the database; the second makes it the same every time."""
        sign = "-" if self.is_down else ""
        return (f"{sign}{_BY[self.name][0]}", f"{sign}id")

    def heads(self, query: QueryDict) -> dict[str, Head]:
        """Every head that sorts, by its name; a search stays."""
        return {name: self._head(name, query) for name in _BY}

    def _head(self, name: str, query: QueryDict) -> Head:
        kept = query.copy()
        for old in ("after", "before"):
            kept.pop(old, None)
        down = not self.is_down if name == self.name else _BY[name][1]
        kept["sort"] = f"{'-' if down else ''}{name}"
        now = ("descending" if self.is_down else "ascending") if name == self.name else ""
        return Head(_LABELS[name], f"?{kept.urlencode()}", now)
