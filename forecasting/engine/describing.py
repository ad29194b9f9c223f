"""What installed packages bring, told without importing them here: a process of its own looks.

A plug-in may import torch; a web process that only lists models must not. `python -m
forecasting.engine.describing` imports every plug-in and prints what can be said of it as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import MISSING, asdict, field, fields, make_dataclass
from threading import Lock
from typing import Any, Final

from forecasting.engine import plugins
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.model_type import ModelType
from forecasting.engine.registration import entry_of

_PATIENCE: Final = 180.0
_KINDS: Final = {kind.__name__: kind for kind in (bool, int, float, str)}

_told: dict[str, dict[str, Any]] = {}
_looking = Lock()


def plugged_in(name: str) -> ModelType:
    """The entry of a plug-in. Raises SettingsError when its package cannot be imported."""
    if "torch" in sys.modules:
        return entry_of(name, plugins.load(name), "", "")
    told = _described().get(name)
    if told is None or "problem" in told:
        problem = told["problem"] if told else "it was not found again"
        raise SettingsError(
            gettext_noop(
                "The model %(name)s of the package %(package)s cannot be loaded: %(problem)s. "
                "Update or remove the package."
            ),
            name=name,
            package=plugins.package_of(name) or name,
            problem=problem,
        )
    return ModelType(
        name,
        told["label"],
        told["description"],
        _settings(name, told["settings"]),
        f"{__name__}:{name}",
        Capabilities(**told["capabilities"]),
    )


def __getattr__(name: str) -> Any:
    """The class of a plug-in, imported now that somebody needs it."""
    if name.startswith("_") or name not in plugins.plugins():
        raise AttributeError(name)
    return entry_of(name, plugins.load(name), "", "").load()


def _described() -> dict[str, dict[str, Any]]:
    """Looked at once a process, by whoever asks first."""
    with _looking:
        if not _told:
            _told.update(_look())
        return _told


def _look() -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    # A plug-in may print while it is imported; the answer is the last line.
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        words = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return {name: {"problem": words} for name in plugins.plugins()}
    found: dict[str, dict[str, Any]] = json.loads(lines[-1])
    return found


def _settings(name: str, told: list[list[Any]]) -> type[Any]:
    """A dataclass with the same fields and defaults."""
    made = []
    for setting, kind, default in told:
        plain = not isinstance(default, list | dict)
        usual = field(default=default) if plain else field(default_factory=_copy_of(default))
        made.append((setting, _KINDS.get(kind, Any), usual))
    return make_dataclass(f"{name}Settings", made, frozen=True)


def _copy_of(value: Any) -> Any:
    return lambda: json.loads(json.dumps(value))


def _tell(name: str) -> dict[str, Any]:
    try:
        entry = entry_of(name, plugins.load(name), "", "")
    except SettingsError as problem:
        return {"problem": str(problem.details.get("problem", problem))}
    return {
        "label": entry.label,
        "description": entry.description,
        "capabilities": asdict(entry.capabilities),
        "settings": [
            [one.name, type(_default(one)).__name__, _default(one)]
            for one in fields(entry.settings)
        ],
    }


def _default(one: Any) -> Any:
    """The value that a setting has when nobody says otherwise."""
    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else None


if __name__ == "__main__":
    told = {name: _tell(name) for name in plugins.plugins()}
    sys.stdout.write(json.dumps(told, default=str) + "\n")
