"""Which members an ensemble is made of."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.ensembles import Ensemble
from forecasting.engine.errors import gettext_noop
from forecasting.engine.explaining.sentence import Sentence, with_share
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Floats


@dataclass(frozen=True, eq=False)
class Mixture:
    """``members`` M by name and their ``weights`` ``[H, M]``, rows summing to 1; ``way`` greedy,
    simplex or median, which weighs none."""

    members: tuple[str, ...]
    weights: Floats
    way: str


def mixture(model: Forecaster) -> Mixture | None:
    """Of an ensemble; None for another model."""
    if not isinstance(model, Ensemble):
        return None
    return Mixture(
        tuple(member.name for member in model.members_), model.weights_, model.settings.how
    )


def sentences(found: Mixture) -> list[Sentence]:
    """The members with their weight, the largest first."""
    if found.way == "median":
        return [
            Sentence.of(
                gettext_noop("The forecast is the median of %(count)s models: %(members)s."),
                count=len(found.members),
                members=found.members,
            )
        ]
    weights = found.weights.mean(axis=0)
    parts = tuple(
        with_share(found.members[place], float(weights[place]))
        for place in (-weights).argsort(kind="stable")
    )
    return [Sentence.of(gettext_noop("The forecast is a weighted mean: %(parts)s."), parts=parts)]
