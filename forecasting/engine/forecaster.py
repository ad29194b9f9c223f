"""The contract every model keeps: settings in, fit learns, predict never changes anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import pandas as pd

from forecasting.engine.budget import TimeBudget
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.covariate_matching import reaching
from forecasting.engine.errors import HorizonError, NotFittedError, SettingsError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.frequency import check_horizon
from forecasting.engine.joining import joined, rows_added
from forecasting.engine.learner import Learner
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.panel_asking import panel_like
from forecasting.engine.watch import ReportProgress, ShouldStop, Watch

__all__ = ["Capabilities", "Forecaster"]


class Forecaster(Learner):
    """What a caller does with a model: fit, predict, update. Models fill in the Learner."""

    def fit(
        self,
        panel: Panel,
        *,
        horizon: int,
        progress: ReportProgress | None = None,
        should_stop: ShouldStop | None = None,
        checkpoint: Path | None = None,
        budget: TimeBudget | None = None,
    ) -> Self:
        """Learn from every row of ``panel`` to forecast up to ``horizon`` steps.

        ``checkpoint`` is a folder in which a long training keeps what it needs to go on after the
        process died; a model that can stop earlier with a result keeps within ``budget``. Raises
        TooShortError, Cancelled or another EngineError.
        """
        watch = Watch(progress, should_stop, budget=budget or TimeBudget(), tell=self.on_shards)
        watch.report(0.0)
        steps = check_horizon(horizon)
        self.report_ = {}
        self._fit(panel, steps, watch, checkpoint)
        self.horizon_ = steps
        self.remembering(panel)
        watch.report(1.0)
        return self

    def predict(
        self,
        panel: Panel | pd.DataFrame | None = None,
        horizon: int | None = None,
        levels: Sequence[float] = (80, 95),
    ) -> Forecast:
        """Forecast the steps after the last row of ``panel``, or of the training data.

        A table needs the columns that the model learned (``panel_like``). Without ``horizon`` the
        fitted one. Raises NotFittedError, HorizonError, TooShortError.
        """
        steps = self._check_steps(horizon)
        data = self.context_ if panel is None else panel
        if isinstance(data, pd.DataFrame):
            data = panel_like(data, self.context_)
        self._check_channels(data)
        return self._answer(data, self._predict(data, steps), levels)

    def predict_at(
        self, panel: Panel, ends: Sequence[int], levels: Sequence[float] = (80, 95)
    ) -> Iterator[Forecast]:
        """One forecast of the fitted horizon from ``ends[w]`` rows before the end of every series.

        The same as ``predict(panel.drop_last(end))`` for each, sooner where the model can.
        """
        steps = self._check_steps(None)
        self._check_channels(panel)
        for end, mean in zip(ends, self._predict_at(panel, ends, steps), strict=True):
            yield self._answer(panel.drop_last(end), mean, levels)

    def means_at(self, panel: Panel, ends: Sequence[int]) -> Iterator[Floats]:
        """The means ``[S, H, C]`` of ``predict_at``, without limits and intervals."""
        steps = self._check_steps(None)
        self._check_channels(panel)
        yield from self._predict_at(panel, ends, steps)

    def update(self, panel: Panel) -> Self:
        """Take in the rows that came after the training, without a new fit.

        ``panel`` holds the same series and may overlap what the model remembers. The next forecast
        starts after its last row, and the intervals learn from the past forecasts it judges.
        """
        self._check_steps(None)
        longer = joined(self.context_, panel)
        new = rows_added(self.context_, longer)
        if new > 0:
            self._update(reaching(longer, self.horizon_), new)
        self.context_ = longer.tail(self._memory_rows())
        return self

    def fresh(self) -> Self:
        """An unfitted model with the same settings and limits."""
        again = type(self)(self.settings)
        again.limits = self.limits
        return again

    def _answer(self, data: Panel, mean: Floats, levels: Sequence[float]) -> Forecast:
        lower, upper = self._bands(data, mean, levels)
        return Forecast(
            model=self.name,
            ids=data.ids,
            channels=data.channels,
            times=data.future_times(mean.shape[1]),
            mean=self.limits.mean(mean),
            lower={level: self.limits.lower(band) for level, band in lower.items()},
            upper={level: self.limits.upper(band) for level, band in upper.items()},
            notes=self.intervals_.notes(levels),
        )

    def _check_steps(self, horizon: int | None) -> int:
        if not self.horizon_:
            raise NotFittedError(gettext_noop("Fit the model before asking it for a forecast."))
        steps = self.horizon_ if horizon is None else check_horizon(horizon)
        if steps > self.horizon_ and not self.capabilities.any_horizon:
            raise HorizonError(
                gettext_noop(
                    "The model was fitted for %(fitted)s steps; %(asked)s need a new fit."
                ),
                fitted=self.horizon_,
                asked=steps,
            )
        return steps

    def _check_channels(self, panel: Panel) -> None:
        if len(panel.channels) != len(self.context_.channels):
            raise SettingsError(
                gettext_noop("The model learned %(known)s channels; the data have %(given)s."),
                known=len(self.context_.channels),
                given=len(panel.channels),
            )
