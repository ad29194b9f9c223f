"""Any torch module as a forecaster: scaled windows in, all steps out, trained by the one loop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
from torch import nn

from forecasting.engine.errors import gettext_noop
from forecasting.engine.folds import default_lookback, fold_lookback
from forecasting.engine.forecaster import Capabilities, Forecaster
from forecasting.engine.missing import Scaled
from forecasting.engine.neural.answering import Answers
from forecasting.engine.neural.architecture import Architecture
from forecasting.engine.neural.beside import Beside
from forecasting.engine.neural.contexts import Contexts
from forecasting.engine.neural.devices import device_of
from forecasting.engine.neural.distributions import head_of
from forecasting.engine.neural.keeping import Kept
from forecasting.engine.neural.loop import train
from forecasting.engine.neural.measuring import measured
from forecasting.engine.neural.network import WindowNetwork, build_plain
from forecasting.engine.neural.preparing import prepared, too_short
from forecasting.engine.neural.training import Hooks
from forecasting.engine.neural.window import Shape
from forecasting.engine.neural.windowed import Windowed
from forecasting.engine.neural_entries import COVARIATES, TRAINED
from forecasting.engine.neural_settings import ModuleSettings, TrainingSettings
from forecasting.engine.online import judged
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.recalibration import Recalibration, recalibrated
from forecasting.engine.watch import Watch

LONGEST_LOOKBACK: Final = 336
TRAINED_SHARE: Final = 0.95
TRAINING_FIELDS: Final = frozenset(TrainingSettings.__dataclass_fields__)


class ModuleForecaster(Kept, Windowed, Forecaster):
    """Trains ``module_type`` on the older rows and validates on the newest fifth.

    ``together`` gives the module all channels of a series at once; otherwise every channel is a
    series of its own and the module is shared between them.
    """

    settings_type: ClassVar[type[TrainingSettings]] = ModuleSettings
    capabilities: ClassVar[Capabilities] = TRAINED
    module_type: ClassVar[type[nn.Module]]
    together: ClassVar[bool] = True
    longest_lookback: ClassVar[int] = LONGEST_LOOKBACK

    network_: WindowNetwork
    beside_: Beside
    recalibration_: Recalibration | None = None
    season_: int = 1

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        self.season_ = panel.frequency.season_length
        self.lookback_ = self._choose_lookback(panel, horizon)
        ready = prepared(panel, self.lookback_, horizon, self.settings, together=self.together)
        self.beside_ = ready.beside
        shape = self._shape(len(panel.channels), horizon)
        self.network_, run = train(
            lambda: self._build(shape),
            ready.training,
            ready.validation,
            self.settings,
            Hooks(
                watch.part(0.0, TRAINED_SHARE),
                self.on_epoch,
                checkpoint,
                self._identity(panel, horizon),
            ),
        )
        self.report_ = asdict(run) | {
            "lookback": self.lookback_,
            "windows": len(ready.training),
            "device": device_of(self.settings),
        }
        watch.report(TRAINED_SHARE, gettext_noop("Measuring the intervals"))
        answers = Answers(self.network_, ready.contexts, self.lookback_, horizon)
        self.intervals_, self.recalibration_ = measured(panel, ready, answers, watch)

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        return self._answers(panel).means(panel, (0,))[0][:, :horizon]

    def _predict_at(self, panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
        yield from self._at(panel, ends, spare=False)

    def _at(self, panel: Panel, ends: Sequence[int], *, spare: bool) -> Iterator[Floats]:
        """Many cutoffs at once: the past is scaled once and the network is asked in batches."""
        answers = self._answers(panel, spare=spare)
        together = answers.cutoffs_at_once()
        for first in range(0, len(ends), together):
            some = list(ends[first : first + together])
            panel.drop_last(max(some))
            yield from answers.means(panel, some)

    def _bands(
        self, panel: Panel, mean: Floats, levels: Sequence[float]
    ) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
        """The quantiles of a distribution, recalibrated; else as wide as past errors were."""
        if self.recalibration_ is None:
            return super()._bands(panel, mean, levels)
        quantiles = self._answers(panel).quantiles(panel)[:, :, : mean.shape[1]]
        learned = self.intervals_, self.recalibration_
        return recalibrated(learned, panel, mean, quantiles, levels)

    def _update(self, longer: Panel, new: int) -> None:
        def predict_at(panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
            # The last steps of a judged forecast may lie beyond what is known of the covariates.
            return self._at(panel, ends, spare=True)

        self.beside_.check(longer)
        self.intervals_ = judged(self.intervals_, longer, new, predict_at)

    def _answers(self, panel: Panel, *, spare: bool = False) -> Answers:
        self.beside_.check(panel)
        scaled = Scaled.of(panel, *self.intervals_.moments(panel))
        contexts = Contexts.of(panel, scaled, self.beside_, together=self.together)
        horizon = self.network_.shape.horizon
        return Answers(self.network_, contexts, self.lookback_, horizon, spare=spare)

    def _choose_lookback(self, panel: Panel, horizon: int) -> int:
        typical = int(np.quantile(panel.lengths, 0.2, method="lower"))
        longest = default_lookback(panel.frequency, self.longest_lookback)
        wanted = self.settings.lookback or longest
        season = min(panel.frequency.season_lengths)
        for length in (typical, int(panel.lengths.max())):
            lookback = fold_lookback(length, horizon, wanted, season)
            if lookback:
                return lookback
        raise too_short(panel, horizon)

    def _shape(self, channels: int, horizon: int) -> Shape:
        beside, head = self.beside_, head_of(self.settings.likelihood, self.settings.loss)
        return Shape(
            self.lookback_,
            horizon,
            channels if self.together else 1,
            head.outputs,
            beside.columns("past"),
            beside.columns("known"),
            beside.columns("static"),
            self.season_,
        )

    def _build(self, shape: Shape) -> WindowNetwork:
        head = head_of(self.settings.likelihood, self.settings.loss)
        if issubclass(self.module_type, Architecture):
            module = self.module_type.built(shape, self.settings)
            return WindowNetwork(module, shape, head)
        options = {k: v for k, v in asdict(self.settings).items() if k not in TRAINING_FIELDS}
        return build_plain(self.module_type, shape, head, options)

    def _identity(self, panel: Panel, horizon: int) -> str:
        """What a checkpoint must match to be taken up again."""
        facts = [self.name, asdict(self.settings), horizon, panel.fingerprint()]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class NetForecaster(ModuleForecaster):
    """A network of ours that reads covariates and is shared by all channels, each on its own."""

    capabilities: ClassVar[Capabilities] = COVARIATES
    together: ClassVar[bool] = False
