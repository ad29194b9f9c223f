"""Formats of saved models: what an older version wrote is brought up to today's, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from forecasting.engine.errors import ArtifactError, gettext_noop

CURRENT: Final = 1

Card = dict[str, Any]
Arrays = dict[str, Any]
Upgrade = Callable[[Card, Arrays], tuple[Card, Arrays]]

# From the format of the key to the next one. An entry is added with every new format, never
# removed; tests/forecasting/engine/saved keeps models of every format that was ever written.
UPGRADES: Final[dict[int, Upgrade]] = {}


def require_known(card: Any, folder: str) -> Card:
    """The card, if its format can be read here; ArtifactError says exactly why not."""
    found = card.get("schema") if isinstance(card, dict) else None
    if isinstance(card, dict) and found in {CURRENT, *UPGRADES}:
        return card
    if isinstance(found, int) and found > CURRENT:
        raise ArtifactError(
            gettext_noop(
                "The model in %(folder)s has format %(found)s, saved by a newer version "
                "(%(version)s); this version reads up to %(known)s. Update Almanac, or train the "
                "model again."
            ),
            folder=folder,
            found=found,
            version=card.get("made_with", {}).get("almanac") or "?",
            known=CURRENT,
        )
    raise ArtifactError(
        gettext_noop(
            "The model in %(folder)s has format %(found)s; this version reads %(known)s. "
            "Train it again, or use the version that saved it."
        ),
        folder=folder,
        found=found,
        known=CURRENT,
    )


def upgraded(card: Card, arrays: Arrays) -> tuple[Card, Arrays]:
    """The same model in today's format."""
    while card["schema"] != CURRENT:
        number = card["schema"]
        card, arrays = UPGRADES[number](card, arrays)
        card = card | {"schema": number + 1}
    return card, arrays
