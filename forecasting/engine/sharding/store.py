"""Fitted pieces in a folder, so that a run that was ended goes on with what was not done.

One folder per run (model, settings, cutoffs and data), one folder per piece in it, moved into place
when it is complete. A later run need not deal the same pieces: it does the series nobody has done.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from forecasting.engine.journal import digest
from forecasting.engine.panel import Panel
from forecasting.engine.sharding.jobs import Files, Work

SCHEMA: Final = 1
CARD: Final = "piece.json"


def identity(work: Work, panel: Panel) -> str:
    """A name that two runs share only if all their fits are the same."""
    facts: dict[str, Any] = {
        "schema": SCHEMA,
        "model": work.model,
        "settings": work.settings,
        "horizon": work.horizon,
        "origin": None if work.origin is None else asdict(work.origin),
        "data": panel.fingerprint(),
    }
    return digest(facts)[:16]


@dataclass(frozen=True)
class Saved:
    """A fitted piece: its series by position, and its folder with one folder per group."""

    positions: tuple[int, ...]
    folder: Path

    def files(self, group: int) -> Files:
        """The files of one group."""
        return {file.name: file.read_bytes() for file in (self.folder / str(group)).iterdir()}


@dataclass(frozen=True)
class Store:
    """The pieces of one run."""

    folder: Path

    def put(self, positions: tuple[int, ...], fits: list[Files]) -> Saved:
        """Write a piece; it appears complete or not at all."""
        name = hashlib.sha256(repr(positions).encode()).hexdigest()[:16]
        draft, final = self.folder / f".{name}", self.folder / name
        shutil.rmtree(draft, ignore_errors=True)
        digests = []
        for group, files in enumerate(fits):
            (draft / str(group)).mkdir(parents=True)
            for file, blob in files.items():
                (draft / str(group) / file).write_bytes(blob)
            digests.append({file: hashlib.sha256(blob).hexdigest() for file, blob in files.items()})
        card = {"positions": list(positions), "sha256": digests}
        (draft / CARD).write_text(json.dumps(card), encoding="utf-8")
        shutil.rmtree(final, ignore_errors=True)
        draft.rename(final)
        return Saved(positions, final)

    def pieces(self) -> Iterator[Saved]:
        """All complete pieces; one that is damaged is removed."""
        for card in sorted(self.folder.glob(f"[!.]*/{CARD}")):
            saved = _checked(card)
            if saved is None:
                shutil.rmtree(card.parent, ignore_errors=True)
            else:
                yield saved


def _checked(card: Path) -> Saved | None:
    try:
        facts = json.loads(card.read_text(encoding="utf-8"))
        saved = Saved(tuple(facts["positions"]), card.parent)
        for group, digests in enumerate(facts["sha256"]):
            found = {n: hashlib.sha256(blob).hexdigest() for n, blob in saved.files(group).items()}
            if found != digests:
                return None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return saved
