"""What the frame around every page needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from accounts.models.user import User
from accounts.notifying import live as bell
from config import rail
from config.storage_meter import StorageMeter

THEME_COOKIE = "almanac_theme"
_THEMES = ("light", "dark")


@dataclass
class Frame:
    """The rail, the tab bar and the look of one page; asks the database only when shown."""

    request: HttpRequest
    user: User | None

    @cached_property
    def places(self) -> list[rail.PlaceHere]:
        """The places of the rail; none for people who are not signed in."""
        return rail.places_for(self.request, self.user) if self.user else []

    @cached_property
    def busy(self) -> int:
        """How many workers have a job in hand."""
        return rail.busy_workers()

    @cached_property
    def storage(self) -> StorageMeter | None:
        """How full this person's storage is; None for people who bring no data."""
        return StorageMeter.of(self.user) if self.user and self.user.can_create else None

    @cached_property
    def unread(self) -> int:
        """How many notifications this person has not read, to 100 at most."""
        return bell.unread_of(self.user) if self.user else 0

    @property
    def bell_label(self) -> str:
        """What a screen reader says of the bell."""
        return bell.label(self.unread)

    @property
    def theme(self) -> str:
        """`light`, `dark`, or empty for the device's own choice."""
        chosen = self.user.theme if self.user else self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in _THEMES else ""

    @property
    def keys_on(self) -> bool:
        """May single keys press buttons?"""
        return self.user is None or self.user.keyboard_shortcuts

    @property
    def base(self) -> str:
        """The template that error pages extend."""
        return "base.html" if self.user else "plain.html"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give every template its `frame`."""
    person = getattr(request, "user", None)
    return {"frame": Frame(request, person if isinstance(person, User) else None)}
