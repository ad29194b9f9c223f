"""What the frame around every page needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models.user import User
from config import rail

THEME_COOKIE = "almanac_theme"
_THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give templates `frame`: `places` (counted lazily), `theme`, `keys_on`, `base`."""
    person = getattr(request, "user", None)
    user = person if isinstance(person, User) else None
    return {
        "frame": {
            "places": SimpleLazyObject(lambda: rail.places_for(request, user) if user else []),
            "theme": _theme(request, user),
            "keys_on": user is None or user.keyboard_shortcuts,
            "base": "base.html" if user else "plain.html",
            "languages": settings.LANGUAGES,
        }
    }


def _theme(request: HttpRequest, user: User | None) -> str:
    """`light`, `dark`, or empty for the device's own choice."""
    chosen = user.theme if user else request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in _THEMES else ""
