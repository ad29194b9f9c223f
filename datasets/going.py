"""What goes with a dataset that is deleted: upper apps register what they hold of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import ngettext, pgettext

from accounts.models.user import User
from datasets.models import Dataset

NAMED: Final = 5

Words = Callable[[int], str]


@dataclass(frozen=True)
class Going:
    """Things of one kind: `words` count them all, `names` are some that the reader may see."""

    words: str
    names: list[str]
    more: int

    @property
    def listed(self) -> str:
        """`Load, next day; Wind; 3 more`, as names hold commas; empty where none may be named."""
        if not self.names:
            return ""
        words = {"n": f"{self.more:,}"}
        rest = [ngettext("%(n)s more", "%(n)s more", self.more) % words] if self.more else []
        return pgettext("between names", "; ").join([*self.names, *rest])


# `every` are all things of the kind, `seen` those whose names this person may read.
Finder = Callable[[User, Dataset], tuple[QuerySet[Any], QuerySet[Any]]]


@dataclass(frozen=True)
class _Kind:
    words: Words
    find: Finder
    name: Callable[[Any], str]


_registered: dict[str, _Kind] = {}


def register_going(kind: str, words: Words, find: Finder, name: Callable[[Any], str] = str) -> None:
    """Add a kind. `words(4)` says `4 forecasts` in the active language."""
    _registered[kind] = _Kind(words, find, name)


def going_with(dataset: Dataset, user: User) -> list[Going]:
    """Every kind that there is something of, in the order of registration."""
    return [one for kind in _registered.values() if (one := _of(kind, dataset, user)) is not None]


def _of(kind: _Kind, dataset: Dataset, user: User) -> Going | None:
    every, seen = kind.find(user, dataset)
    count = every.count()
    if not count:
        return None
    names = _first_names(kind.name(row) for row in seen[:NAMED])
    return Going(kind.words(count), names, count - len(names))


def _first_names(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
