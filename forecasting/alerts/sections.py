"""What else stands on the page of alerts: other parts register a tab with its own address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from accounts.models.user import User

Words = str | Promise


@dataclass(frozen=True)
class Section:
    """`card` is the route of a fragment that stands below the rules; `route` its own page.

    `lead` makes a sentence for the head of the page; empty where there is nothing to say.
    """

    key: str
    label: Words
    route: str
    card: str
    count: Callable[[User], int]
    lead: Callable[[User], str] = lambda _user: ""


@dataclass(frozen=True)
class SectionHere:
    """A section for one person."""

    key: str
    label: str
    url: str
    card_url: str
    count: int
    lead: str


_registered: dict[str, Section] = {}


def register_section(section: Section) -> None:
    """Add a section; the order of registration is that of the tabs."""
    _registered[section.key] = section


def of(person: User) -> list[SectionHere]:
    """All of them, with how much this person has in each."""
    return [
        SectionHere(
            one.key,
            str(one.label),
            reverse(one.route),
            reverse(one.card),
            one.count(person),
            one.lead(person),
        )
        for one in _registered.values()
    ]
