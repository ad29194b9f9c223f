"""The three ways to run a race: who takes part and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.registry import model_type

Shape = Literal["any", "few", "many"]


@dataclass(frozen=True)
class Entrant:
    """One model: its ``name`` in the race, its ``kind`` in the registry and its settings.

    It runs on panels of its ``shape`` (few long series or many short ones) and is skipped when its
    fit is estimated to take more than ``most_share`` of the budget. ``most_seconds`` is what it may
    take at most, ``least_seconds`` what it needs to learn anything. Extra ones run after
    all others.
    """

    name: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    shape: Shape = "any"
    most_share: float = 1.0
    most_seconds: float = float("inf")
    least_seconds: float = 0.0
    extra: bool = False

    def check(self) -> None:
        """Raise UnknownModelError or SettingsError where there is no such model or setting.

        Nothing is imported for it; what a value means is found out when the model is made.
        """
        model_type(self.kind).chosen(self.settings)


@dataclass(frozen=True)
class Preset:
    """``seconds`` is the usual budget. ``blends`` lets an ensemble of the forecasts already made
    compete, ``discovers`` adds every built-in model that suits the data, ``tunes`` searches
    settings for so many of the most promising models."""

    name: str
    seconds: float
    entrants: tuple[Entrant, ...]
    blends: bool = False
    discovers: bool = False
    tunes: int = 0


def plain(kind: str, **rules: Any) -> Entrant:
    """A model under its own name with its usual settings."""
    return Entrant(kind, kind, **rules)


NAIVE: Final = tuple(
    plain(kind) for kind in ("naive", "seasonal_naive", "drift", "window_mean", "climatology")
)
STACK: Final = plain("linear_stack", shape="few")
MANY: Final = plain("linear_many", shape="many")
THOROUGH_STACK: Final = Entrant(
    "linear_stack_thorough", "linear_stack", {"preset": "thorough"}, shape="few"
)
# A model fitted to every series alone is worth a tenth of the time, not half of it.
CHEAP: Final = 0.1

INSTANT: Final = Preset("instant", 10.0, (*NAIVE, plain("linear")))
BALANCED: Final = Preset(
    "balanced",
    60.0,
    (
        *INSTANT.entrants,
        STACK,
        MANY,
        plain("auto_ets", most_share=CHEAP),
        plain("auto_theta", most_share=CHEAP),
        plain("lightgbm", least_seconds=1.0),
        plain("lstm", least_seconds=3.0),
    ),
    blends=True,
)
THOROUGH: Final = Preset(
    "thorough",
    600.0,
    (*BALANCED.entrants, THOROUGH_STACK),
    blends=True,
    discovers=True,
    tunes=2,
)
PRESETS: Final = {preset.name: preset for preset in (INSTANT, BALANCED, THOROUGH)}


def preset_named(name: str) -> Preset:
    """One of them; SettingsError lists the names there are."""
    if name not in PRESETS:
        raise SettingsError(
            gettext_noop("The preset is one of %(known)s, not %(given)s."),
            known=", ".join(PRESETS),
            given=name,
        )
    return PRESETS[name]
