"""An event as one line of JSON, for whoever reads a race from outside of Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from forecasting.engine.errors import EngineError
from forecasting.engine.race.events import Event, Finished, Scored


def as_line(event: Event) -> dict[str, Any]:
    """Its kind under ``event``, then what it says, in plain values."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    said = {field.name: getattr(event, field.name) for field in fields(event)}
    # Fitted models and the forecasts of the windows are no text.
    if isinstance(event, Finished):
        del said["model"], said["results"]
    if isinstance(event, Scored):
        del said["model"], said["result"]
    return {"event": name} | {key: _plain(value) for key, value in said.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, EngineError):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {f"{key:g}" if isinstance(key, float) else key: v for key, v in value.items()}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return round(value, 6) if isinstance(value, float) else value
