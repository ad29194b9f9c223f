"""One search over everything: each app registers what it has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from django.utils.functional import Promise

from accounts.models.user import User

Words = str | Promise


@dataclass(frozen=True)
class Hit:
    """Something found: what it is called and where it is shown."""

    title: str
    url: str
    caption: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Group:
    """Hits of one kind."""

    name: str
    label: Words
    hits: list[Hit]


Finder = Callable[[User, str], Iterable[Hit]]
_registered: dict[str, tuple[Words, Finder]] = {}


def register_search(name: str, label: Words, queryset_for: Finder) -> None:
    """Add a kind. `queryset_for(user, text)` yields hits this person may see, best first."""
    _registered[name] = (label, queryset_for)


def find(user: User, text: str, *, limit: int = 8) -> list[Group]:
    """At most `limit` hits of each kind; kinds without any are left out."""
    groups = [
        Group(name, label, list(islice(finder(user, text.strip()), limit)))
        for name, (label, finder) in _registered.items()
    ]
    return [group for group in groups if group.hits]
