"""What the statistical models let you choose; light, like every settings module."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.engine.errors import SettingsError, gettext_noop


@dataclass(frozen=True)
class StatisticalSettings:
    """``season_length`` in steps (0: the usual ones of the frequency, 1: none).

    Only the newest ``max_rows`` rows of a series are fitted; ``processes`` share the series.
    """

    season_length: int = 0
    max_rows: int = 2_500
    processes: int = 1

    def __post_init__(self) -> None:
        if self.season_length < 0:
            raise SettingsError(gettext_noop("A season length is a positive number of steps."))
        if self.max_rows < 2 or self.processes < 1:
            raise SettingsError(
                gettext_noop("A statistical model needs at least two rows and one process.")
            )


@dataclass(frozen=True)
class TBATSSettings(StatisticalSettings):
    """Whether models with a transformation, a trend or ARMA errors are tried too."""

    box_cox: bool = True
    trend: bool = True
    arma_errors: bool = True


@dataclass(frozen=True)
class TSBSettings(StatisticalSettings):
    """``alpha_d`` smooths the size of the demand, ``alpha_p`` how often there is one."""

    alpha_d: float = 0.2
    alpha_p: float = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (0 < self.alpha_d <= 1 and 0 < self.alpha_p <= 1):
            raise SettingsError(gettext_noop("A smoothing weight lies between 0 and 1."))
