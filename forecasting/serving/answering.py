"""Saved models in memory and what they answer, in the web and in the serving process alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from datasets import storage
from forecasting.engine import artifacts
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.hierarchy.reconciled import Reconciled
from forecasting.engine.panel import Panel
from forecasting.engine.panel_asking import panel_like
from forecasting.serving.bounded import BoundedCache
from forecasting.serving.question import Answer, Question, Stored, table_of

# Arrays and what is built around them, beside the size of the files.
_BESIDE_FILES: Final = 1.5
_LEAST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, eq=False)
class Held:
    """A model in memory. Models of somebody else's may not stand two threads: one at a time."""

    model: Forecaster
    lock: Lock


class Answers:
    """Answers questions with at most so many bytes of models in memory."""

    def __init__(self, most_bytes: int) -> None:
        self.models: BoundedCache[Held] = BoundedCache(most_bytes)

    def answer(self, question: Question) -> Answer:
        """Forecast. Raises EngineError where the rows or the horizon do not fit the model."""
        held = self.models.get(question.model, lambda: _loaded(question.model))
        panel = rows_for(held.model, question)
        with held.lock:
            forecast = held.model.predict(panel, question.horizon, question.levels)
        return Answer(forecast, panel.frequency.at(panel.starts, panel.lengths - 1))


def rows_for(model: Forecaster, question: Question) -> Panel:
    """What the question is about, without rows further back than the model looks."""
    learned = model.context_
    panel = question.panel
    if question.rows is not None:
        panel = panel_like(table_of(question.rows), learned)
    if panel is None:
        return learned
    if isinstance(model, Reconciled):
        panel = model.levels_of(panel)
    return panel.tail(int(learned.lengths.max()))


def _loaded(stored: Stored) -> tuple[Held, int]:
    folder, size = fetched(stored.key)
    held = Held(artifacts.load(folder), Lock())
    return held, max(_LEAST_BYTES, int(size * _BESIDE_FILES))


def fetched(key: str) -> tuple[Path, int]:
    """The folder of a saved model on this machine, and the bytes of its files.

    Raises ArtifactError (when loaded) where a file is missing.
    """
    paths = []
    for name in (artifacts.CARD, artifacts.ARRAYS):
        try:
            paths.append(storage.local_copy(f"{key}/{name}"))
        except FileNotFoundError:
            continue
    folder = paths[0].parent if paths else Path(key)
    return folder, sum(path.stat().st_size for path in paths)
