"""Which process answers: light models here, in the web process; everything else where torch is."""

from __future__ import annotations

from typing import Final

from forecasting.engine.registry import BUILT_IN, model_type

# They forecast with numpy (the statistical ones with statsforecast) and never import torch. Models
# made of others may hold a network, and those of plug-ins anything.
_LIGHT: Final = (
    "forecasting.engine.baselines:",
    "forecasting.engine.window_mean:",
    "forecasting.engine.climatology:",
    "forecasting.engine.linear:",
    "forecasting.engine.stacking.",
    "forecasting.engine.many.",
    "forecasting.engine.statistical.",
)


def answers_here(kind: str) -> bool:
    """May a model of this type be loaded into the web process?"""
    return kind in BUILT_IN and model_type(kind).path.startswith(_LIGHT)
