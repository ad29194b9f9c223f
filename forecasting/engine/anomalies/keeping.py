"""The state of watched series as arrays and JSON, so that the next rows are judged another day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.anomalies.detectors import begin
from forecasting.engine.anomalies.ranks import Ranks
from forecasting.engine.anomalies.stretches import Stretches
from forecasting.engine.anomalies.usual import Usual
from forecasting.engine.anomalies.watched import Counts, Watched
from forecasting.engine.errors import ArtifactError, gettext_noop
from forecasting.engine.frequency import Frequency

SCHEMA: Final = 1


def save_watched(watched: Mapping[str, Watched], path: Path) -> None:
    """Write all series into one safetensors file."""
    from safetensors.numpy import save  # noqa: PLC0415 -- not needed before a save

    arrays: dict[str, NDArray[Any]] = {}
    cards = []
    for place, (label, one) in enumerate(watched.items()):
        arrays |= {f"{place}.{name}": array for name, array in _arrays(one).items()}
        cards.append(_card(label, one))
    content = json.dumps({"schema": SCHEMA, "series": cards})
    path.write_bytes(save(arrays, metadata={"card": content}))


def load_watched(path: Path) -> dict[str, Watched]:
    """What `save_watched` wrote. Raises ArtifactError on a file of another version or damaged."""
    from safetensors import SafetensorError, safe_open  # noqa: PLC0415

    try:
        with safe_open(path, framework="np") as file:
            card = json.loads((file.metadata() or {}).get("card", "{}"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, json.JSONDecodeError) as damaged:
        raise _unreadable() from damaged
    if card.get("schema") != SCHEMA:
        raise _unreadable()
    found = {}
    for place, facts in enumerate(card["series"]):
        own = {name: arrays[f"{place}.{name}"] for name in _NAMES}
        found[facts["label"]] = _restored(facts, own)
    return found


_NAMES: Final = ("clean", "seen", "scale", "distances", "places", "scores")


def _arrays(one: Watched) -> dict[str, NDArray[Any]]:
    usual = one.usual
    return {
        "clean": np.array(one.clean, dtype=np.float64),
        "seen": np.array(one.seen, dtype=np.float64),
        "scale": usual.scale.astype(np.float64),
        "distances": np.array(usual.distances, dtype=np.float64),
        "places": np.array(usual.places, dtype=np.int64),
        "scores": one.own.array(),
    }


def _card(label: str, one: Watched) -> dict[str, Any]:
    expectation = one.expectation
    frequency = expectation.frequency
    return {
        "label": label,
        "detector": expectation.name,
        "seed": expectation.seed,
        "frequency": frequency.alias,
        "seasons": list(frequency.seasons),
        "start": int(expectation.start[0].astype(np.int64)),
        "counts": asdict(one.counts),
        "gaps": _stretches(one.gaps),
        "flats": _stretches(one.flats),
    }


def _stretches(one: Stretches) -> dict[str, Any]:
    return {"rows": one.rows, "lasting": one.lasting, "ended": list(one.ended.items())}


def _restored(facts: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Watched:
    frequency = Frequency.parse(facts["frequency"])
    if facts["seasons"]:
        frequency = frequency.with_seasons(facts["seasons"])
    start = np.datetime64(facts["start"], "ns")
    fresh = begin(facts["detector"], frequency, start, facts["seed"])
    usual = Usual(scale=arrays["scale"])
    usual.distances.extend(arrays["distances"].tolist())
    usual.places.extend(arrays["places"].tolist())
    usual.ranks = Ranks(arrays["distances"] / arrays["scale"][arrays["places"]])
    return Watched(
        fresh.expectation,
        Counts(**facts["counts"]),
        arrays["clean"].tolist(),
        arrays["seen"].tolist(),
        usual,
        Ranks(arrays["scores"]),
        *(
            Stretches(facts[name]["rows"], facts[name]["lasting"], dict(facts[name]["ended"]))
            for name in ("gaps", "flats")
        ),
    )


def _unreadable() -> ArtifactError:
    return ArtifactError(
        gettext_noop("The state of this watch cannot be read; let it judge the history again.")
    )
