"""Everything that was found of a model and its forecast, and the sentences made of it."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.explaining import (
    choice,
    component_words,
    contribution_words,
    covariate_words,
    flatness,
    importance_words,
    lag_words,
    mixture,
    movement,
)
from forecasting.engine.explaining.choice import Choice
from forecasting.engine.explaining.components import Components
from forecasting.engine.explaining.contributions import Contributions
from forecasting.engine.explaining.covariate_effects import CovariateEffects
from forecasting.engine.explaining.flatness import Flatness
from forecasting.engine.explaining.importance import Importance
from forecasting.engine.explaining.lag_weights import LagWeights
from forecasting.engine.explaining.mixture import Mixture
from forecasting.engine.explaining.movement import Movement
from forecasting.engine.explaining.sentence import Sentence

DRIVERS, PARTS, FLAT = "drivers", "parts", "flat"
MOVED, CHOICE, NOTES = "moved", "choice", "notes"


@dataclass(frozen=True, eq=False)
class Explanation:
    """What was found of ``model`` and its forecast; None where it does not apply or time ran out.

    All but ``importance``, which looks at every series of the panel, speak of the series
    ``labels``, in this order.
    """

    model: str
    labels: tuple[str, ...]
    components: Components
    flatness: Flatness
    movement: Movement | None = None
    weights: LagWeights | None = None
    contributions: Contributions | None = None
    covariates: CovariateEffects | None = None
    importance: Importance | None = None
    mixture: Mixture | None = None
    choice: Choice | None = None
    notes: tuple[Sentence, ...] = ()

    def sections(self, place: int = 0) -> dict[str, list[Sentence]]:
        """Sentences on one series by the question they answer.

        ``drivers`` what the forecast rests on, ``parts`` what the series is made of, ``flat`` why
        it is flat, ``moved`` what changed it, ``choice`` why this model, ``notes`` what was left
        out. A section without anything to say is not there.
        """
        found = {
            DRIVERS: self._drivers(place),
            PARTS: component_words.sentences(self.components, place),
            FLAT: flatness.sentences(self.flatness, self.components, place, self.choice),
            MOVED: movement.sentences(self.movement, place) if self.movement else [],
            CHOICE: choice.sentences(self.choice) if self.choice else [],
            NOTES: self._notes(),
        }
        return {name: said for name, said in found.items() if said}

    def sentences(self, place: int = 0) -> list[Sentence]:
        """All of them, one after another."""
        return [said for part in self.sections(place).values() for said in part]

    def _drivers(self, place: int) -> list[Sentence]:
        said = []
        if self.mixture:
            said += mixture.sentences(self.mixture)
        if self.weights:
            said += lag_words.sentences(self.weights, place)
            if len(self.weights.blocks) > 1:
                said += lag_words.bands(self.weights, place, len(self.weights.blocks) - 1)
        if self.contributions:
            said += contribution_words.sentences(self.contributions, place)
        if self.covariates:
            said += covariate_words.sentences(self.covariates, place)
        if self.importance:
            said += importance_words.sentences(self.importance)
        return said

    def _notes(self) -> list[Sentence]:
        shuffled = self.importance.notes if self.importance else ()
        return [*self.notes, *self.components.notes, *shuffled]
