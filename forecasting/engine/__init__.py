"""Forecasting in plain Python: panels in, forecasts with honest intervals out.

The names below load on first use, so importing the package costs next to nothing. A function named
like its module, such as ``backtest.backtest``, is not among them: the module would hide it.
"""

from __future__ import annotations

import importlib
from typing import Any

_PLACES = {
    "Panel": "panel",
    "Frequency": "frequency",
    "infer": "frequency",
    "horizon_steps": "frequency",
    "Forecast": "forecast",
    "Forecaster": "forecaster",
    "Capabilities": "forecaster",
    "EngineError": "errors",
    "Cancelled": "errors",
    "create": "registry",
    "model_type": "registry",
    "model_types": "registry",
    "register_model": "registry",
    "BacktestResult": "backtest",
    "replay": "backtest",
    "explain": "explaining.why",
    "save": "artifacts",
    "load": "artifacts",
    "Dataset": "tfb",
    "Model": "tfb",
    "ModelConfig": "tfb",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_PLACES)
