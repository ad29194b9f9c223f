"""How far known covariates reach into the forecast, and what of them was forecast beyond."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from forecasting.engine.panel import Panel
from forecasting.models import PredictionTask
from forecasting.scenarios.moments import Moments


@dataclass(frozen=True)
class Reach:
    """One covariate of a series: ``known`` steps of ``horizon`` ahead are in the data."""

    column: str
    known: int
    horizon: int

    @property
    def unknown(self) -> int:
        """Steps for which the model was given a forecast of it."""
        return self.horizon - self.known

    def as_json(self, moments: Moments) -> dict[str, Any]:
        """For programs and for what is kept; `known_to` is null where no step ahead is known."""
        return {
            "column": self.column,
            "known_to": moments.iso(self.known) if self.known else None,
            "known_steps": self.known,
            "forecast_steps": self.unknown,
        }


def chosen(task: PredictionTask) -> set[str]:
    """Names of the covariates that somebody chose; those of the calendar are not among them."""
    keys = set((task.asked("covariates", {}) or {}).get("known", []))
    return {column.name for column in task.version.columns.all() if column.key in keys}


def of_panel(panel: Panel, place: int, columns: Collection[str], horizon: int) -> list[Reach]:
    """Of one series of the panel; only covariates that somebody chose."""
    if panel.known is None:
        return []
    ends = panel.known.reach(panel.lengths)[place]
    return [
        Reach(name, min(max(int(end), 0), horizon), horizon)
        for name, end in zip(panel.known.names, ends, strict=True)
        if name in columns
    ]


def words(reached: Collection[Reach], moments: Moments) -> list[str]:
    """One sentence for each."""
    return [_sentence(one, moments) for one in reached]


def _sentence(one: Reach, moments: Moments) -> str:
    if not one.unknown:
        return gettext("%(column)s is known to the end.") % {"column": one.column}
    if not one.known:
        return gettext(
            "%(column)s is not known ahead: all of it was forecast, with what that leaves open."
        ) % {"column": one.column}
    said = ngettext(
        "%(column)s is known up to %(time)s; the last %(n)s step was forecast, with what that "
        "leaves open.",
        "%(column)s is known up to %(time)s; the last %(n)s steps were forecast, with what that "
        "leaves open.",
        one.unknown,
    )
    words = {"column": one.column, "time": moments.words(one.known), "n": f"{one.unknown:,}"}
    return said % words
