"""What every preprocessing step promises.

A step learns from the rows of one fold, changes panels, and takes forecasts back to the scale of
the data. It never sees a row that the caller did not pass, so a step that is fitted inside each
fold cannot leak the future.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import fields
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import NotFittedError, SettingsError, gettext_noop
from forecasting.engine.panel import Floats, Panel


class Step(ABC):
    """Settings are the fields of a dataclass; what is learned ends in ``_``."""

    name: ClassVar[str] = ""

    def fit(self, panel: Panel) -> Self:
        """Learn from these rows."""
        return self

    @abstractmethod
    def apply(self, panel: Panel) -> Panel:
        """The panel after this step, of the same rows."""

    def undo(self, panel: Panel) -> Panel:
        """The panel as it was before this step, where the step can be taken back."""
        return panel

    def undo_forecast(self, values: Floats, past: Panel) -> Floats:
        """Forecasts ``[S, H, C]`` on the scale before this step.

        ``past`` is the panel before this step whose last rows the forecasts follow.
        """
        return values

    def settings(self) -> dict[str, Any]:
        """What the constructor was given, as JSON."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}  # type: ignore[arg-type]

    def learned(self) -> dict[str, Any]:
        """What ``fit`` learned, as JSON."""
        return {}

    def restore(self, facts: dict[str, Any]) -> None:  # noqa: B027 -- most steps learn nothing
        """Take back what ``learned`` gave."""


class PerSeries(Step):
    """A step with numbers of its own for every series; arrays begin with the axis ``[S]``."""

    ids_: tuple[str, ...] = ()
    arrays: ClassVar[tuple[str, ...]] = ()

    def places(self, panel: Panel) -> NDArray[np.int64]:
        """Where the series of ``panel`` stand among the learned ones.

        Raises NotFittedError before ``fit`` and SettingsError for a series that was not learned.
        """
        if not self.ids_:
            raise NotFittedError(gettext_noop("Fit the preprocessing step before applying it."))
        known = {name: place for place, name in enumerate(self.ids_)}
        for name in panel.ids:
            if name not in known:
                raise SettingsError(
                    gettext_noop(
                        "Series %(series)s was not among the rows this preprocessing step has "
                        "learned from; fit it again with that series."
                    ),
                    series=name,
                )
        return np.array([known[name] for name in panel.ids], dtype=np.int64)

    def by_row(self, array: str, panel: Panel) -> Floats:
        """What was learned for the series of every row, ``[N, …]``."""
        places = np.repeat(self.places(panel), panel.lengths)
        rows: Floats = getattr(self, array)[places]
        return rows

    def by_series(self, array: str, panel: Panel) -> Floats:
        """What was learned for every series, ``[S, 1, …]``, to stand beside forecasts."""
        places = self.places(panel)
        rows: Floats = getattr(self, array)[places][:, None]
        return rows

    def learned(self) -> dict[str, Any]:
        """Ids and arrays; a missing number is null."""
        return {"ids": list(self.ids_)} | {n: to_json(getattr(self, n)) for n in self.arrays}

    def restore(self, facts: dict[str, Any]) -> None:
        self.ids_ = tuple(facts["ids"])
        for name in self.arrays:
            setattr(self, name, np.array(facts[name], dtype=np.float64))


def to_json(array: Floats) -> Any:
    """Nested lists with null for NaN, which JSON does not have."""
    cells = array.astype(object)
    cells[np.isnan(array)] = None
    return cells.tolist()


def columns(panel: Panel) -> list[list[Floats]]:
    """Columns ``[T]`` of every channel of every series."""
    return [list(panel.at(index).T) for index in range(len(panel))]


def require_one_of(given: str, known: tuple[str, ...]) -> None:
    """Raise SettingsError naming what there is."""
    if given not in known:
        raise SettingsError(
            gettext_noop("There is no preprocessing method %(given)s; there are %(known)s."),
            given=given,
            known=", ".join(known),
        )
