"""The journal of a race: what every model came to, so that a killed race runs none twice."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forecasting.engine import artifacts, sentences
from forecasting.engine.errors import EngineError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.journal import Journal
from forecasting.engine.race import kept
from forecasting.engine.race.course import Course
from forecasting.engine.race.entering import Turn
from forecasting.engine.race.kept import as_file

LEADER: Final = "leader"
# A model that ran out of time tries again when it would get this much more of it.
MORE: Final = 1.5


@dataclass(eq=False)
class Record:
    """Reads and writes the journal; without one it remembers nothing."""

    journal: Journal | None

    @property
    def spent(self) -> float:
        """Seconds that earlier runs of this race took."""
        return max((float(entry["spent"]) for entry in self._entries), default=0.0)

    def names(self) -> tuple[str, ...]:
        """Models that earlier runs have tried out."""
        return tuple(entry["name"] for entry in self._entries if entry["kind"] == "scored")

    def turn(self, name: str, course: Course, seconds: float) -> Turn | None:
        """What an earlier run found out; None when the model has to run (again)."""
        entry = self._last(name)
        if entry is None or self.journal is None:
            return None
        if entry["kind"] == "scored":
            try:
                return Turn(kept.restore(self.journal.folder, name, course, entry["facts"]))
            except EngineError:
                # Somebody took the files away or changed them.
                return None
        if entry["late"] and seconds > MORE * entry["seconds"]:
            return None
        reason = sentences.from_json(entry["reason"])
        stopped = bool(entry.get("stopped"))
        return Turn(None, reason, entry["skipped"], entry["late"], stopped)

    def keep(self, name: str, turn: Turn, seconds: float, spent: float) -> None:
        """Write down what came of a model that was granted so many seconds."""
        if self.journal is None:
            return
        self._forget_training(name)
        if turn.trial is not None:
            facts = kept.keep(self.journal.folder, name, turn.trial)
            self.journal.append({"kind": "scored", "name": name, "facts": facts, "spent": spent})
        elif turn.reason is not None:
            self.journal.append(
                {
                    "kind": "failed",
                    "name": name,
                    "reason": sentences.as_json(turn.reason),
                    "skipped": turn.skipped,
                    "late": turn.late,
                    "stopped": turn.stopped,
                    "seconds": min(seconds, 1e9),
                    "spent": spent,
                }
            )

    def leader(self, name: str, names: list[str]) -> tuple[Forecaster, bool] | None:
        """The final model of an earlier run with the same leader of the same models."""
        if self.journal is None or not self._entries or self._entries[-1]["kind"] != "finished":
            return None
        last = self._entries[-1]
        if (last["name"], last["models"]) != (name, names):
            return None
        try:
            return artifacts.load(self.journal.folder / LEADER), last["refitted"]
        except EngineError:
            return None

    def finish(self, model: Forecaster, facts: dict[str, Any]) -> None:
        """Keep the final model."""
        if self.journal is not None:
            artifacts.save(model, self.journal.folder / LEADER)
            self.journal.append({"kind": "finished", **facts})

    def folder(self, name: str) -> Path | None:
        """A place beside the journal for a search of settings."""
        return None if self.journal is None else self.journal.folder / "tuning" / as_file(name)

    def checkpoint(self, name: str) -> Path | None:
        """Where a model that trains long keeps its state, until its turn is written down."""
        return None if self.journal is None else self.journal.folder / "training" / as_file(name)

    def _forget_training(self, name: str) -> None:
        folder = self.checkpoint(name)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Let others have the journal."""
        if self.journal is not None:
            self.journal.close()

    @property
    def _entries(self) -> list[dict[str, Any]]:
        return self.journal.entries if self.journal else []

    def _last(self, name: str) -> dict[str, Any] | None:
        found = [entry for entry in self._entries if entry.get("name") == name]
        found = [entry for entry in found if entry["kind"] in ("scored", "failed")]
        return found[-1] if found else None
