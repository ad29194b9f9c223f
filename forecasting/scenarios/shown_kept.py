"""Scenarios that were kept: the one that is opened again, those of this run and of earlier ones."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from forecasting import wording
from forecasting.models import Scenario
from forecasting.scenarios import changes, forms
from forecasting.scenarios.answering import share
from forecasting.scenarios.changes import Change
from forecasting.scenarios.forms import Filled, Slider
from forecasting.scenarios.shown_fields import ShownFields
from forecasting.shown import ShownForecast

ON_A_CARD: Final = 2
EMPTY_ROWS: Final = 2


class ShownKept(ShownFields):
    """Fields as the opened scenario fills them, and what was kept beside it."""

    def __init__(self, shown: ShownForecast, opened: Scenario | None = None) -> None:
        super().__init__(shown)
        self.opened = opened

    @cached_property
    def _opened(self) -> tuple[list[Change], int]:
        return changes.kept(self._dated(self.opened), self.moments) if self.opened else ([], 0)

    @property
    def opened_changes(self) -> list[Change]:
        """Those of the scenario that is opened again; none without one."""
        return self._opened[0]

    @property
    def opened_words(self) -> str:
        """What became of a scenario of another run; empty for one of this run."""
        if self.opened is None or self.is_own:
            return ""
        passed, count = self._opened[1], len(self.opened.changes)
        if passed == count:
            return gettext(
                "%(name)s was made on an earlier run, and the days that it changes have passed: "
                "what came is in the data now."
            ) % {"name": self.opened.name}
        said = [
            gettext(
                "%(name)s was made on an earlier run. Its changes are asked of this run, on the "
                "same days; save it to keep the answer here."
            )
            % {"name": self.opened.name}
        ]
        if passed:
            said.append(
                ngettext(
                    "%(n)s of its %(count)s changes has passed.",
                    "%(n)s of its %(count)s changes have passed.",
                    passed,
                )
                % {"n": passed, "count": count}
            )
        return wording.sentences(said)

    @property
    def is_own(self) -> bool:
        """Is the opened scenario one of this run, so that saving replaces it?"""
        return self.opened is not None and self.opened.task_id == self.shown.task.pk

    @cached_property
    def filled(self) -> Filled:
        """What the fields say at first."""
        horizon = self.shown.task.horizon
        return forms.filled(self.opened_changes, self.by_column, self.target, horizon)

    @property
    def slides(self) -> list[tuple[Slider, float, str]]:
        """Every slider, where it stands, and until when it is known if not to the end."""
        horizon = self.shown.task.horizon
        return [
            (
                one,
                self.filled.slides.get(one.column, 0.0),
                self.moments.words(one.last) if one.last < horizon else "",
            )
            for one in self.sliders
        ]

    @property
    def top_slides(self) -> list[tuple[Slider, float, str]]:
        """Those that a small card has room for."""
        return self.slides[:ON_A_CARD]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows of the table: what no slider says, then empty ones over the whole forecast."""
        found: list[dict[str, Any]] = [
            {
                "change": one,
                "from": self.moments.field(one.first),
                "to": self.moments.field(one.last),
            }
            for one in self.filled.rows
        ]
        return found + [{"change": None, **self.bounds}] * max(1, EMPTY_ROWS - len(found))

    @cached_property
    def kept(self) -> list[Scenario]:
        """Scenarios of this series, of this run."""
        rows = Scenario.objects.filter(task=self.shown.task, series=self.shown.series)
        return list(rows.for_list())

    @cached_property
    def earlier(self) -> list[Scenario]:
        """Those of earlier runs that this run has none of the same name of."""
        taken = {row.name for row in self.kept}
        rows = Scenario.objects.of_earlier_runs(self.shown.task).filter(series=self.shown.series)
        found = {row.name: row for row in rows.for_list().order_by("task__run")}
        return [row for name, row in found.items() if name not in taken]

    @property
    def earlier_rows(self) -> list[dict[str, Any]]:
        """The same with their changes and where they are asked of this run."""
        return [
            {"row": row, "query": _query(row), "changes": self._words(row)} for row in self.earlier
        ]

    @property
    def kept_rows(self) -> list[dict[str, Any]]:
        """The same beside each other: total and peak, each with its change."""
        return [self._kept_row(row) for row in self.kept]

    def _kept_row(self, row: Scenario) -> dict[str, Any]:
        said = row.answer
        return {
            "row": row,
            "query": _query(row),
            "is_open": row == self.opened,
            "total": wording.figure(said["total"]),
            "total_change": change_words(said["total"], said["base_total"]),
            "peak": wording.figure(said["peak"]),
            "peak_when": self._when(said["peak_at"]),
            "peak_change": change_words(said["peak"], said["base_peak"]),
            "changes": self._words(row),
        }

    def _dated(self, row: Scenario) -> list[dict[str, Any]]:
        return changes.dated(row.changes, row.answer.get("ds", []), self.moments)

    def _words(self, row: Scenario) -> list[str]:
        """Kept changes at the times they were made for."""
        found = [changes.stored(one, self.moments) for one in self._dated(row)]
        return [one.in_words(self.moments) for one in found]

    def _when(self, time: str) -> str:
        return wording.moment(time, self.shown.frequency, self.shown.task.version.clock)


def _query(row: Scenario) -> str:
    said = {"model": row.model, "series": row.series, "scenario": str(row.pk)}
    return f"?{urlencode(said)}"


def change_words(now: float, was: float) -> dict[str, Any] | None:
    found = share(now, was)
    if found is None:
        return None
    return {"words": f"{abs(found):.1%}", "up": found > 0, "same": abs(found) < 0.0005}
