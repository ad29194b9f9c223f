"""Settings of reconciling, apart so that listing the models costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from forecasting.engine.errors import SettingsError, gettext_noop

# Minimum trace by what weighs the series; those of WEIGHED learn it from past errors.
WEIGHED: Final = ("wls_var", "mint_shrink")
NEAREST: Final = ("ols", "wls_struct", *WEIGHED)
METHODS: Final = (*NEAREST, "bottom_up", "top_down", "middle_out")
PROPORTIONS: Final = ("of_averages", "average", "forecast")
JOINT: Final = ("copula", "gaussian", "bootstrap")


@dataclass(frozen=True)
class Reconciliation:
    """How forecasts are made to add up.

    ``method``: "mint_shrink", "wls_var", "wls_struct" and "ols" weigh all levels (covariance.py);
    "bottom_up" adds up; "top_down" and "middle_out" (from ``level``) share out by ``proportions``:
    "of_averages" and "average" of the past, "forecast" by the base forecasts (sharing.py).
    ``nonnegative`` keeps every forecast at zero or above. Intervals come from ``samples`` joint
    paths made by ``joint`` (shaking.py).
    """

    method: str = "mint_shrink"
    level: str = ""
    proportions: str = "of_averages"
    nonnegative: bool = False
    joint: str = "copula"
    samples: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        for given, known in (
            (self.method, METHODS),
            (self.proportions, PROPORTIONS),
            (self.joint, JOINT),
        ):
            if given not in known:
                raise SettingsError(
                    gettext_noop("Reconcile by one of %(known)s, not by %(given)s."),
                    known=", ".join(known),
                    given=given,
                )
        if self.method == "middle_out" and not self.level:
            raise SettingsError(
                gettext_noop("Middle-out starts at a level; name one of the hierarchy.")
            )
        if self.samples < 2:
            raise SettingsError(gettext_noop("Intervals need at least two sample paths."))

    @property
    def needs_errors(self) -> bool:
        """Whether the mean depends on past errors."""
        return self.method in WEIGHED

    @property
    def needs_history(self) -> bool:
        """Whether the mean depends on past values."""
        return self.method in ("top_down", "middle_out") and self.proportions != "forecast"


@dataclass(frozen=True)
class ReconciledSettings(Reconciliation):
    """``model`` with ``model_settings`` forecasts the series of all levels of ``hierarchy``.

    The hierarchy is a Hierarchy or what its ``to_facts`` gives; without one the series stand alone.
    ``windows`` past forecasts that were not learned from show how the errors hang together.
    """

    model: str = "linear"
    model_settings: dict[str, Any] = field(default_factory=dict)
    hierarchy: Any = None
    windows: int = 24

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hierarchy is not None and not isinstance(self.hierarchy, dict):
            object.__setattr__(self, "hierarchy", self.hierarchy.to_facts())
        if self.model == "reconciled":
            raise SettingsError(gettext_noop("Forecasts are reconciled once; name another model."))
        if self.windows < 2:
            raise SettingsError(
                gettext_noop("At least two past windows show how errors hang together.")
            )
