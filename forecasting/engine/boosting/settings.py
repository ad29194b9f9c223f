"""Settings of the boosted trees, apart so that listing the models costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import SettingsError, gettext_noop

STRATEGIES: Final = ("direct", "recursive")
OBJECTIVES: Final = ("mean", "quantile")
ANCHORS: Final = ("auto", "last", "mean", "seasonal")
BOOSTED: Final = Capabilities(
    probabilistic=True, global_=True, uses_known_future=True, uses_past=True, uses_static=True
)


@dataclass(frozen=True)
class BoostingSettings:
    """How the trees are grown and what they see.

    ``strategy`` direct (one model whose inputs tell the step) or recursive (one step at a time);
    ``objective`` mean or quantile (the median, and quantiles that are recalibrated). ``anchor`` is
    what is subtracted from a window so that trees can follow a level they have never seen: the
    last value, the mean of the last season, the value a season before; "auto" takes the one that
    forecasts best by itself. ``lookback`` 0 lets the frequency decide.

    At most ``max_rows`` rows are drawn to learn from, quantiles share them; ``rounds`` trees are
    grown, fewer when ``patience`` rounds in a row bring nothing on held-out rows. ``columns`` and
    ``subsample`` are the shares of inputs and rows a tree sees. ``country`` and ``subdivision``
    add holidays.
    """

    strategy: str = "direct"
    objective: str = "mean"
    anchor: str = "auto"
    lookback: int = 0
    calendar: bool = True
    country: str = ""
    subdivision: str = ""
    rounds: int = 300
    learning_rate: float = 0.05
    leaves: int = 31
    least_leaf_rows: int = 20
    subsample: float = 0.8
    columns: float = 0.5
    patience: int = 30
    max_rows: int = 200_000
    seed: int = 0
    threads: int = 1

    def __post_init__(self) -> None:
        _require_one_of("strategy", self.strategy, STRATEGIES)
        _require_one_of("objective", self.objective, OBJECTIVES)
        _require_one_of("anchor", self.anchor, ANCHORS)
        for name in ("rounds", "learning_rate", "least_leaf_rows", "patience", "threads"):
            if not getattr(self, name) > 0:
                raise SettingsError(gettext_noop("%(name)s must be above zero."), name=name)
        for name in ("subsample", "columns"):
            if not 0 < getattr(self, name) <= 1:
                raise SettingsError(
                    gettext_noop("%(name)s is a share above 0, at most 1."), name=name
                )
        if self.lookback < 0 or self.leaves < 2 or self.max_rows < 1_000:
            raise SettingsError(
                gettext_noop(
                    "The lookback must not be negative, a tree needs at least 2 leaves, and the "
                    "trees at least 1,000 rows to learn from."
                )
            )
        if self.objective == "quantile" and self.strategy != "direct":
            raise SettingsError(
                gettext_noop("Quantiles of several steps need the direct strategy.")
            )


def _require_one_of(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        raise SettingsError(
            gettext_noop("%(name)s is one of %(known)s, not %(given)s."),
            name=name,
            known=", ".join(known),
            given=given,
        )
