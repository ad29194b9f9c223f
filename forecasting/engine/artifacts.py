"""A saved model: a folder or a zip with its arrays (safetensors) and its card (JSON). No pickle."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from forecasting.engine import saved_formats, versions
from forecasting.engine.errors import (
    ArtifactError,
    NotFittedError,
    SettingsError,
    UnknownModelError,
    gettext_noop,
)
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.intervals import Conformal, no_shift
from forecasting.engine.limits import Limits
from forecasting.engine.panel_storing import panel_arrays, panel_facts, stored_panel
from forecasting.engine.registry import create

SCHEMA_VERSION: Final = saved_formats.CURRENT
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
        "made_with": versions.made_with(model.name),
        "arrays_sha256": hashlib.sha256(blob).hexdigest(),
    } | panel_facts(context)
    card["card_sha256"] = _card_hash(card)
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False), encoding="utf-8")
    return folder


def load(path: Path | str) -> Forecaster:
    """Read a model that ``save`` wrote, from its folder or a zip of it; it forecasts as before.

    Raises ArtifactError when a file is missing, was changed, is from an unknown version, or when
    its type of model is not registered here.
    """
    with _unpacked(Path(path)) as folder:
        return _load(folder)


def _load(folder: Path) -> Forecaster:
    from safetensors.numpy import load as unpack  # noqa: PLC0415

    card = read_card(folder)
    blob = _read(folder / ARRAYS)
    if hashlib.sha256(blob).hexdigest() != card["arrays_sha256"]:
        raise _changed(folder / ARRAYS)
    card, arrays = saved_formats.upgraded(card, unpack(blob))
    model = _created(card)
    model.horizon_ = card["horizon"]
    model.lookback_ = card["lookback"]
    model.report_ = card["report"]
    model.fingerprint_ = card["data_fingerprint"]
    model.context_ = stored_panel(card, arrays)
    model.limits = Limits(**card.get("limits", {}))
    model.intervals_ = _intervals(card, arrays)
    model.restore(_section(arrays, "model."), card["facts"])
    return model


def _created(card: dict[str, Any]) -> Forecaster:
    """The model without what it learned; the sentence of a refusal says what to install."""
    made_with = card.get("made_with", {})
    package = made_with.get("package", "")
    try:
        return create(card["model"], **card["settings"])
    except UnknownModelError:
        raise ArtifactError(
            gettext_noop(
                "The saved model is of the type %(name)s, which is not registered here. Install "
                "the package that brings it (%(package)s), or call register_model before loading."
            ),
            name=card["model"],
            package=package or "?",
        ) from None
    except (SettingsError, TypeError) as problem:
        raise ArtifactError(
            gettext_noop(
                "The saved model %(name)s was made with %(version)s and does not fit the %(name)s "
                "of this version (%(problem)s). Train it again, or use the version that saved it."
            ),
            name=card["model"],
            version=package or f"Almanac {made_with.get('almanac', '')}".strip(),
            problem=str(problem).rstrip("."),
        ) from problem


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The folder of a saved model; of a zip only the two files that belong to one are read."""
    if path.is_dir() or not path.exists() or not zipfile.is_zipfile(path):
        yield path
        return
    with TemporaryDirectory() as place, zipfile.ZipFile(path) as archive:
        folder = Path(place) / path.stem
        folder.mkdir()
        names = set(archive.namelist())
        for name in {CARD, ARRAYS} & names:
            (folder / name).write_bytes(_stored(archive, name))
        yield folder


# What reading one file of a damaged archive may raise: a flipped bit can also name a way of packing
# that there is none of, or say that the file is encrypted.
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)


def _stored(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except _UNREADABLE:
        raise _changed(Path(name)) from None


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
    card = saved_formats.require_known(card, folder.name)
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
