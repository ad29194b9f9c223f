"""Who leads: the best by score, but the more a model can learn, the more it has to show.

A dozen past windows cannot tell a gain of two percent from luck, and a model that adapts to
everything is lucky more often. So the lead passes from simpler models to an ensemble or a model
fitted to every series alone only with a gain of 3 %, to trees, nets and unknown models with one
of 5 %. On rolling origins of six public sets this rule was better on later windows than
taking the smallest error, on average and at the worst. In the spirit of the one-standard-error rule
(Breiman, Friedman, Olshen, Stone 1984).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.statistical.recipes import RECIPE

ENSEMBLE: Final = "ensemble"
SIMPLE: Final = frozenset(
    {
        "naive",
        "seasonal_naive",
        "drift",
        "window_mean",
        "climatology",
        "linear",
        "linear_stack",
        "linear_many",
    }
)
MARGINS: Final = (0.0, 0.03, 0.05)


def margin(kind: str) -> float:
    """The part of a simpler model's error that a model of this kind has to save."""
    if kind in SIMPLE:
        return MARGINS[0]
    return MARGINS[1] if kind in RECIPE or kind == ENSEMBLE else MARGINS[2]


def leader(scores: Mapping[str, float], kinds: Mapping[str, str]) -> str:
    """The name that leads of these scores, of which there is at least one."""
    found = ""
    for needed in MARGINS:
        rivals = [name for name in scores if margin(kinds[name]) == needed]
        best = min(rivals, key=lambda name: scores[name], default="")
        if best and (not found or scores[best] < (1 - needed) * scores[found]):
            found = best
    return found


def held_back(scores: Mapping[str, float], kinds: Mapping[str, str]) -> EngineError | None:
    """Why the smallest error does not lead; None where it does."""
    leads = leader(scores, kinds)
    best = min(scores, key=lambda name: scores[name])
    if scores[best] >= scores[leads]:
        return None
    return EngineError(
        gettext_noop(
            "%(best)s had %(gain)s%% less error than %(leader)s on these windows; a gain that "
            "small may be luck, so the simpler model leads. It would have to be %(needed)s%%."
        ),
        best=best,
        gain=f"{100 * (1 - scores[best] / scores[leads]):.1f}",
        leader=leads,
        needed=f"{100 * margin(kinds[best]):g}",
    )
