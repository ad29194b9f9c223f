"""A saved model: a folder with its arrays (safetensors) and its card (JSON). No pickle."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from forecasting.engine.errors import ArtifactError, NotFittedError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.intervals import Conformal, no_shift
from forecasting.engine.limits import Limits
from forecasting.engine.panel_storing import panel_arrays, panel_facts, stored_panel
from forecasting.engine.registry import create

SCHEMA_VERSION: Final = 1
CARD: Final = "model.json"
ARRAYS: Final = "model.safetensors"


def save(model: Forecaster, folder: Path) -> Path:
    """Write a fitted model into ``folder`` (made if needed); returns the folder.

    The card is written last, so a folder without a card is an unfinished save.
    """
    from safetensors.numpy import save as pack  # noqa: PLC0415 -- not needed before a save

    if not model.horizon_:
        raise NotFittedError(gettext_noop("Fit the model before saving it."))
    folder.mkdir(parents=True, exist_ok=True)
    context = model.context_
    arrays = {f"model.{name}": array for name, array in model.learned_arrays().items()}
    arrays |= {f"intervals.{name}": array for name, array in model.intervals_.arrays().items()}
    arrays |= panel_arrays(context)
    blob = pack({name: np.ascontiguousarray(array) for name, array in arrays.items()})
    (folder / CARD).unlink(missing_ok=True)
    (folder / ARRAYS).write_bytes(blob)
    card: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "model": model.name,
        "settings": settings_of(model),
        "horizon": model.horizon_,
        "lookback": model.lookback_,
        "facts": model.learned_facts(),
        "report": model.report_,
        "interval_ids": list(model.intervals_.ids),
        "limits": asdict(model.limits),
        "data_fingerprint": model.fingerprint_,
        "arrays_sha256": hashlib.sha256(blob).hexdigest(),
    } | panel_facts(context)
    card["card_sha256"] = _card_hash(card)
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False), encoding="utf-8")
    return folder


def load(folder: Path) -> Forecaster:
    """Read a model that ``save`` wrote; it forecasts exactly as before.

    Raises ArtifactError when a file is missing, was changed, or is from an unknown version, and
    UnknownModelError when its model type is not registered here.
    """
    from safetensors.numpy import load as unpack  # noqa: PLC0415

    card = read_card(folder)
    blob = _read(folder / ARRAYS)
    if hashlib.sha256(blob).hexdigest() != card["arrays_sha256"]:
        raise _changed(folder / ARRAYS)
    arrays = unpack(blob)
    model = create(card["model"], **card["settings"])
    model.horizon_ = card["horizon"]
    model.lookback_ = card["lookback"]
    model.report_ = card["report"]
    model.fingerprint_ = card["data_fingerprint"]
    model.context_ = stored_panel(card, arrays)
    model.limits = Limits(**card.get("limits", {}))
    model.intervals_ = _intervals(card, arrays)
    model.restore(_section(arrays, "model."), card["facts"])
    return model


def _intervals(card: dict[str, Any], arrays: dict[str, Any]) -> Conformal:
    """The first models were saved before intervals learned from outcomes."""
    found = _section(arrays, "intervals.")
    found.setdefault("shift", no_shift(len(found["mean"]), found["table"].shape[2]))
    return Conformal(tuple(card["interval_ids"]), **found)


def read_card(folder: Path) -> dict[str, Any]:
    """The card of a saved model, checked but without its arrays."""
    text = _read(folder / CARD)
    try:
        card = json.loads(text)
    except ValueError:
        raise _changed(folder / CARD) from None
    if not isinstance(card, dict) or card.get("schema") != SCHEMA_VERSION:
        raise ArtifactError(
            gettext_noop(
                "The model in %(folder)s has format %(found)s; this version reads %(known)s. "
                "Train it again, or use the version that saved it."
            ),
            folder=folder.name,
            found=card.get("schema") if isinstance(card, dict) else None,
            known=SCHEMA_VERSION,
        )
    if card.pop("card_sha256", None) != _card_hash(card):
        raise _changed(folder / CARD)
    return card


def settings_of(model: Forecaster) -> dict[str, Any]:
    """The settings of a model as JSON."""
    return asdict(model.settings)


def _section(arrays: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}


def _card_hash(card: dict[str, Any]) -> str:
    text = json.dumps(card, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise ArtifactError(
            gettext_noop(
                "The model file %(file)s is missing or unreadable; train the model again."
            ),
            file=path.name,
        ) from None


def _changed(path: Path) -> ArtifactError:
    return ArtifactError(
        gettext_noop(
            "The model file %(file)s is damaged or was changed after saving; train it again."
        ),
        file=path.name,
    )
