"""What people can be told about. Each app registers its kinds; pages and preferences list them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

Words = str | Promise
CHANNELS = ("in_app", "email", "webhook")


@dataclass(frozen=True)
class Kind:
    """`label` ends the sentence "Tell me when"; the rest says what holds until a person chooses."""

    name: str
    label: Words
    in_app: bool = True
    email: bool = False
    webhook: bool = False
    # Kinds that people cannot switch off do not stand in the table of choices.
    is_chosen: bool = True

    def goes(self, channel: str) -> bool:
        """Does it go this way unless a person chose otherwise?"""
        return bool(getattr(self, channel))


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Add a kind; the order of registration is the order of the table."""
    _kinds[kind.name] = kind


def kind_named(name: str) -> Kind:
    """The kind; KeyError for one that nobody registered."""
    return _kinds[name]


def chosen_kinds() -> list[Kind]:
    """Those in the table of choices."""
    return [kind for kind in _kinds.values() if kind.is_chosen]


def label_of(name: str) -> str:
    """What people call a kind, also one that is no longer registered."""
    kind = _kinds.get(name)
    return str(kind.label) if kind else name
