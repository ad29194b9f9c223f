"""Weights in a local folder: what family they are of, and a fingerprint to know them again.

Nothing is ever downloaded: whatever is not a folder on this machine is refused before a library
that could look for it elsewhere is called, and only safetensors are read, never pickled files.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forecasting.engine.errors import SettingsError, gettext_noop

CONFIG: Final = "config.json"
ARRAYS: Final = ("model.safetensors", "model.safetensors.index.json")
CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Weights:
    """A checked folder; ``family`` is chronos2, chronos_bolt or timesfm."""

    folder: str
    family: str
    sha256: str

    @staticmethod
    def read(named: str) -> Weights:
        """Raises SettingsError when the folder is missing, incomplete or of no known family."""
        folder = _folder(named)
        for choices in ((CONFIG,), ARRAYS):
            if not any((folder / name).is_file() for name in choices):
                raise SettingsError(
                    gettext_noop(
                        "The folder %(folder)s lacks %(file)s; it must hold config.json and "
                        "model.safetensors as they were published."
                    ),
                    folder=named,
                    file=choices[0],
                )
        return Weights(named, _family(folder), fingerprint(folder))


def _folder(named: str) -> Path:
    if not named:
        raise SettingsError(
            gettext_noop(
                "A foundation model needs its weights: name the local folder that holds them in "
                "the setting weights. Nothing is downloaded."
            )
        )
    folder = Path(named)
    if not folder.is_dir():
        raise SettingsError(
            gettext_noop(
                "%(weights)s is not a folder on this machine; put the published files of the model "
                "into one and name it. Nothing is downloaded."
            ),
            weights=named,
        )
    return folder


def fingerprint(folder: Path) -> str:
    """SHA-256 over the names and contents of config and arrays."""
    digest = hashlib.sha256()
    for path in sorted([folder / CONFIG, *folder.glob("*.safetensors*")]):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            own = hashlib.sha256()
            while block := file.read(CHUNK):
                own.update(block)
        digest.update(own.digest())
    return digest.hexdigest()


def _family(folder: Path) -> str:
    try:
        config: Any = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = None
    if isinstance(config, dict):
        pipeline = config.get("chronos_pipeline_class")
        if pipeline == "Chronos2Pipeline":
            return "chronos2"
        if pipeline == "ChronosBoltPipeline":
            return "chronos_bolt"
        if "input_patch_len" in config and "transformer_config" in config:
            return "timesfm"
    raise SettingsError(
        gettext_noop(
            "The weights in %(folder)s are of no known family; known are Chronos-2, Chronos-Bolt "
            "and TimesFM 3."
        ),
        folder=folder.name,
    )
