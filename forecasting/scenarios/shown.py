"""A what-if as its page shows it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from forecasting import wording
from forecasting.scenarios import answering, figures, reaching
from forecasting.scenarios.answering import Facts, Outcome
from forecasting.scenarios.changes import Change
from forecasting.scenarios.shown_kept import ShownKept, change_words


class ShownWhatIf(ShownKept):
    """What changes make of one series by one model."""

    def outcome(self, wanted: Sequence[Change]) -> Outcome:
        """What the changes make of the forecast."""
        return answering.preview(self.shown.task, self.result, self.shown.series, wanted)

    def in_words(self, wanted: Sequence[Change]) -> list[str]:
        """The changes, each with its days."""
        return [one.in_words(self.moments) for one in wanted]

    def figure_json(self, outcome: Outcome) -> str:
        """The chart of an outcome with the kept scenarios."""
        kept = [(row.name, row.answer) for row in self.kept]
        clock = self.shown.task.version.clock
        drawn = figures.beside(outcome.base, outcome.line, self.shown.history, kept, clock)
        return json.dumps(drawn, ensure_ascii=False)

    def facts(self, outcome: Outcome) -> dict[str, Any]:
        """Peak and total in words, with their changes."""
        was, now = Facts.of(outcome.base), Facts.of(outcome.line)
        return {
            "peak": wording.figure(now.peak),
            "peak_when": self._when(now.peak_time),
            "peak_change": change_words(now.peak, was.peak),
            "total": wording.figure(now.total),
            "total_change": change_words(now.total, was.total),
        }

    @property
    def reach_words(self) -> list[str]:
        """How far the covariates that the model hears are known, and what was forecast beyond."""
        return reaching.words(self.reached, self.moments)
