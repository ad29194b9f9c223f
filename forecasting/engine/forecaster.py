"""The contract every model keeps: settings in, fit learns, predict never changes anything."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import HorizonError, NotFittedError, SettingsError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.frequency import check_horizon
from forecasting.engine.intervals import VOLATILITY_ROWS, Conformal
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import EpochReport, ReportProgress, ShouldStop, Watch

__all__ = ["Capabilities", "Forecaster"]


class Forecaster(ABC):
    """A model: stores its settings, learns names ending in ``_``, forecasts.

    Subclasses give ``settings_type`` (a frozen dataclass), ``_fit``, ``_predict`` and, to be
    saved, ``learned_arrays``, ``learned_facts`` and ``restore``.
    """

    name: ClassVar[str] = ""
    settings_type: ClassVar[type[Any]]
    capabilities: ClassVar[Capabilities] = Capabilities()

    horizon_: int = 0
    lookback_: int = 1
    context_: Panel
    intervals_: Conformal
    fingerprint_: str = ""
    report_: dict[str, Any]
    # Called after every epoch by the models that have them; set it before fit.
    on_epoch: Callable[[EpochReport], None] | None = None

    def __init__(self, settings: Any = None, **changes: Any) -> None:
        known = {field.name for field in fields(self.settings_type)}
        for name in changes:
            if name not in known:
                raise SettingsError(
                    gettext_noop("%(model)s has no setting %(name)s; it has %(known)s."),
                    model=self.name,
                    name=name,
                    known=", ".join(sorted(known)) or "none",
                )
        given = {} if settings is None else asdict(settings)
        self.settings = self.settings_type(**(given | changes))

    def fit(
        self,
        panel: Panel,
        *,
        horizon: int,
        progress: ReportProgress | None = None,
        should_stop: ShouldStop | None = None,
        checkpoint: Path | None = None,
    ) -> Self:
        """Learn from every row of ``panel`` to forecast up to ``horizon`` steps.

        ``checkpoint`` is a folder in which a long training keeps what it needs to go on after the
        process died. Raises TooShortError, Cancelled or another EngineError.
        """
        watch = Watch(progress, should_stop)
        watch.report(0.0)
        steps = check_horizon(horizon)
        self.report_ = {}
        self._fit(panel, steps, watch, checkpoint)
        self.horizon_ = steps
        self.context_ = panel.tail(max(self.lookback_, VOLATILITY_ROWS))
        self.fingerprint_ = panel.fingerprint()
        watch.report(1.0)
        return self

    def predict(
        self,
        panel: Panel | None = None,
        horizon: int | None = None,
        levels: Sequence[float] = (80, 95),
    ) -> Forecast:
        """Forecast the steps after the last row of ``panel``, or of the training data.

        Without ``horizon`` the fitted one. Raises NotFittedError, HorizonError, TooShortError.
        """
        if not self.horizon_:
            raise NotFittedError(gettext_noop("Fit the model before asking it for a forecast."))
        data = self.context_ if panel is None else panel
        steps = self.horizon_ if horizon is None else check_horizon(horizon)
        if steps > self.horizon_ and not self.capabilities.any_horizon:
            raise HorizonError(
                gettext_noop(
                    "The model was fitted for %(fitted)s steps; %(asked)s need a new fit."
                ),
                fitted=self.horizon_,
                asked=steps,
            )
        self._check_channels(data)
        mean = self._predict(data, steps)
        widths = self.intervals_.half_widths(levels, data, steps)
        return Forecast(
            model=self.name,
            ids=data.ids,
            channels=data.channels,
            times=data.future_times(steps),
            mean=mean,
            lower={level: mean - width for level, width in widths.items()},
            upper={level: mean + width for level, width in widths.items()},
            notes=self.intervals_.notes(levels),
        )

    def fresh(self) -> Self:
        """An unfitted model with the same settings."""
        return type(self)(self.settings)

    def _check_channels(self, panel: Panel) -> None:
        if len(panel.channels) != len(self.context_.channels):
            raise SettingsError(
                gettext_noop("The model learned %(known)s channels; the data have %(given)s."),
                known=len(self.context_.channels),
                given=len(panel.channels),
            )

    @abstractmethod
    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        """Learn; sets ``lookback_`` and ``intervals_``."""

    @abstractmethod
    def _predict(self, panel: Panel, horizon: int) -> Floats:
        """Mean forecast ``[S, H, C]``."""

    def learned_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The learned arrays, to be saved."""
        return {}

    def learned_facts(self) -> dict[str, Any]:
        """What else was learned, as JSON."""
        return {}

    @abstractmethod
    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        """Take back what ``learned_arrays`` and ``learned_facts`` gave."""
