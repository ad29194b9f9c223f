"""What a new model writes: how it learns, how it answers, what of it is kept."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.intervals import VOLATILITY_ROWS, Conformal
from forecasting.engine.limits import Limits
from forecasting.engine.online import judged
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.watch import EpochReport, Tell, Watch


class Learner(ABC):
    """Stores its settings; learns attributes with names ending in ``_``.

    Subclasses give ``settings_type`` (a frozen dataclass), ``_fit``, ``_predict`` and, to be
    saved, ``learned_arrays``, ``learned_facts`` and ``restore``. The other hooks have sound
    defaults.
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
    # Hears how far the shards of many series are; set it before fit.
    on_shards: Tell | None = None
    # What every forecast is held to; set it at any time.
    limits: Limits = Limits()

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

    @abstractmethod
    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        """Learn; sets ``lookback_`` and ``intervals_``."""

    @abstractmethod
    def _predict(self, panel: Panel, horizon: int) -> Floats:
        """Mean forecast ``[S, H, C]``."""

    def _predict_at(self, panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
        """Mean forecasts ``[S, H, C]`` from ``ends[w]`` rows before the end, one by one."""
        for end in ends:
            yield self._predict(panel.drop_last(end), horizon)

    def _bands(
        self, panel: Panel, mean: Floats, levels: Sequence[float]
    ) -> tuple[Mapping[float, Floats], Mapping[float, Floats]]:
        """Lower and upper ends ``[S, H, C]`` for every level."""
        widths = self.intervals_.half_widths(levels, panel, mean.shape[1])
        return (
            {level: mean - width for level, width in widths.items()},
            {level: mean + width for level, width in widths.items()},
        )

    def _update(self, longer: Panel, new: int) -> None:
        """Take in ``longer``, what is remembered and at least ``new`` rows more per series."""
        self.intervals_ = judged(self.intervals_, longer, new, self._predict_at)

    def learned_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The learned arrays, to be saved."""
        return {}

    def learned_facts(self) -> dict[str, Any]:
        """What else was learned, as JSON."""
        return {}

    @abstractmethod
    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        """Take back what ``learned_arrays`` and ``learned_facts`` gave."""

    def grown(self, panel: Panel) -> Self | None:
        """A model that also learned from the rows of ``panel`` since its training, without a fit
        from scratch; None where only a new fit can do that. This one stays as it is.

        ``panel`` holds the training rows and what came after.
        """
        return None

    def remembering(self, panel: Panel) -> Self:
        """Keep what the next forecast after ``panel`` needs, and the fingerprint of its rows."""
        self.context_ = panel.tail(self._memory_rows())
        self.fingerprint_ = panel.fingerprint()
        return self

    def _memory_rows(self) -> int:
        """Rows kept with the model: the inputs of a forecast and of those still to be judged."""
        return max(self.lookback_, VOLATILITY_ROWS) + self.horizon_
