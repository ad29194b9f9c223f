"""Who uses a version: upper apps register how to count, as this one knows nothing of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models.user import User
from datasets.listed import listed
from datasets.models import Dataset

# Version id → how many things of one kind that this person may see name it.
Count = Callable[[User, Dataset], Mapping[UUID, int]]
Words = Callable[[int], str]


@dataclass(frozen=True)
class _Kind:
    words: Words
    count: Count


_registered: dict[str, _Kind] = {}


def register_usage(name: str, words: Words, count: Count) -> None:
    """Add a kind of use. `words(4)` says `4 forecasts` in the active language."""
    _registered[name] = _Kind(words, count)


@dataclass(frozen=True)
class Usage:
    """What this person may see of what uses a dataset: by version, and of all versions."""

    by_version: dict[UUID, list[str]]
    total: list[str]

    def of(self, version_id: UUID) -> str:
        """`4 forecasts, 2 dashboards`; "" for an unused version."""
        return listed(self.by_version.get(version_id, ()))


def usage_of(dataset: Dataset, user: User) -> Usage:
    """Count every registered kind once."""
    by_version: dict[UUID, list[str]] = {}
    total: list[str] = []
    for kind in _registered.values():
        counts = Counter(dict(kind.count(user, dataset)))
        for version, number in counts.items():
            by_version.setdefault(version, []).append(kind.words(number))
        if counts.total():
            total.append(kind.words(counts.total()))
    return Usage(by_version, total)
