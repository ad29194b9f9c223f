"""Steps one after another, and their way back in reverse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Self

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.preprocessing.box_cox import BoxCox
from forecasting.engine.preprocessing.differencing import Differencing
from forecasting.engine.preprocessing.imputation import Imputation
from forecasting.engine.preprocessing.outlier_masks import OutlierMask
from forecasting.engine.preprocessing.scalers import Scaler
from forecasting.engine.preprocessing.step import Step

STEPS: Final[dict[str, type[Step]]] = {
    step.name: step for step in (OutlierMask, Imputation, BoxCox, Differencing, Scaler)
}


class Chain:
    """Fits every step on what the steps before it made of the rows, never on more."""

    def __init__(self, steps: Sequence[Step] = ()) -> None:
        self.steps = tuple(steps)

    def fit(self, panel: Panel) -> Self:
        """Learn from the rows of one fold."""
        for step in self.steps:
            panel = step.fit(panel).apply(panel)
        return self

    def apply(self, panel: Panel) -> Panel:
        """The panel after all steps."""
        for step in self.steps:
            panel = step.apply(panel)
        return panel

    def undo(self, panel: Panel) -> Panel:
        """The panel before all steps; what was masked or filled stays so."""
        for step in reversed(self.steps):
            panel = step.undo(panel)
        return panel

    def undo_forecast(self, values: Floats, past: Panel) -> Floats:
        """Forecasts ``[S, H, C]`` on the scale of the data.

        ``past`` is the panel before all steps whose last rows the forecasts follow.
        """
        pasts = [past]
        for step in self.steps[:-1]:
            pasts.append(step.apply(pasts[-1]))
        for step, before in zip(reversed(self.steps), reversed(pasts), strict=False):
            values = step.undo_forecast(values, before)
        return values

    def state(self) -> list[dict[str, Any]]:
        """Names, settings and what was learned, as JSON."""
        return [
            {"step": step.name, "settings": step.settings(), "learned": step.learned()}
            for step in self.steps
        ]

    @staticmethod
    def from_state(state: Sequence[dict[str, Any]]) -> Chain:
        """The chain that ``state`` described. Raises SettingsError for an unknown step."""
        return Chain([_step(facts) for facts in state])

    def fresh(self) -> Chain:
        """The same steps, not fitted."""
        return Chain([replace(step) for step in self.steps])  # type: ignore[type-var]


def _step(facts: dict[str, Any]) -> Step:
    if facts["step"] not in STEPS:
        raise SettingsError(
            gettext_noop("There is no preprocessing step %(given)s; there are %(known)s."),
            given=facts["step"],
            known=", ".join(STEPS),
        )
    step = STEPS[facts["step"]](**facts["settings"])
    step.restore(facts["learned"])
    return step
