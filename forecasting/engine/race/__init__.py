"""The race: models run one after another under a time budget, and tell what happens as events."""

from forecasting.engine.race.events import (
    Event,
    Finished,
    LastFit,
    ModelFailed,
    ModelProgress,
    ModelSkipped,
    ModelStarted,
    ModelStopped,
    NewLeader,
    Row,
    Scored,
    Started,
)
from forecasting.engine.race.presets import PRESETS, Entrant, Preset
from forecasting.engine.race.rules import Rules
from forecasting.engine.race.running import race

__all__ = [
    "PRESETS",
    "Entrant",
    "Event",
    "Finished",
    "LastFit",
    "ModelFailed",
    "ModelProgress",
    "ModelSkipped",
    "ModelStarted",
    "ModelStopped",
    "NewLeader",
    "Preset",
    "Row",
    "Rules",
    "Scored",
    "Started",
    "race",
]
