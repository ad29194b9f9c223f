"""The journal of a search: every ended trial, so that a killed search makes none twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from forecasting.engine import sentences
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.journal import Journal
from forecasting.engine.panel import Panel
from forecasting.engine.tuning.judging import Outcome
from forecasting.engine.tuning.plan import Plan
from forecasting.engine.tuning.result import TrialRow
from forecasting.engine.tuning.spaces import Space


@dataclass(frozen=True, eq=False)
class Record:
    """Reads and writes the journal; without one it remembers nothing."""

    journal: Journal | None = None

    @staticmethod
    def of(folder: Path | None, identity: dict[str, Any]) -> Record:
        """The journal in a folder, if there is one for the same search."""
        return Record(None if folder is None else Journal(folder, identity))

    def trials(self) -> Iterator[tuple[TrialRow, list[float], float]]:
        """Ended trials in their order, with their errors after every fit and a fit's seconds."""
        for entry in self.journal.entries if self.journal else []:
            if entry["kind"] != "trial":
                continue
            reason = entry["reason"]
            row = TrialRow(
                entry["number"],
                entry["changes"],
                entry["state"],
                entry["score"],
                entry["seconds"],
                None if reason is None else sentences.from_json(reason),
            )
            yield row, entry["steps"], entry["fit_seconds"]

    def keep(self, row: TrialRow, steps: Sequence[float], fit_seconds: float) -> None:
        """Write down an ended trial."""
        if self.journal is not None:
            reason = None if row.reason is None else sentences.as_json(row.reason)
            facts = {"steps": list(steps), "fit_seconds": fit_seconds, "reason": reason}
            entry = {field: getattr(row, field) for field in ("number", "state", "score")}
            entry |= {"kind": "trial", "changes": dict(row.changes), "seconds": row.seconds}
            self.journal.append(entry | facts)

    def verdict(self, changes: Mapping[str, Any]) -> Outcome | None:
        """What these changes came to on the windows kept back."""
        for entry in self.journal.entries if self.journal else []:
            if entry["kind"] == "verdict" and entry["changes"] == dict(changes):
                return Outcome(entry["score"], entry["seconds"])
        return None

    def keep_verdict(self, changes: Mapping[str, Any], outcome: Outcome) -> None:
        """Write it down, unless time was the reason for having none."""
        if self.journal is not None and outcome.score is not None:
            facts = {"score": outcome.score, "seconds": outcome.seconds}
            self.journal.append({"kind": "verdict", "changes": dict(changes), **facts})

    def close(self) -> None:
        """Let others have the journal."""
        if self.journal is not None:
            self.journal.close()


def identity_of(
    model: Forecaster, panel: Panel, plan: Plan, space: Space, seed: int
) -> dict[str, Any]:
    """What must be the same for earlier trials to count."""
    return {
        "tuning": 1,
        "model": model.name,
        "settings": repr(sorted(asdict(model.settings).items())),
        "data": panel.fingerprint(),
        "search": asdict(plan.search),
        "verdict": asdict(plan.verdict),
        "space": {name: repr(domain) for name, domain in sorted(space.items())},
        "seed": seed,
    }
