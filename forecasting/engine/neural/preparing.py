"""From a panel to training and validation windows; nothing of the newest fifth is learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.missing import Scaled, moments
from forecasting.engine.neural.beside import Beside
from forecasting.engine.neural.contexts import Contexts
from forecasting.engine.neural.distributions import require_counts
from forecasting.engine.neural.windows import SeriesWindows
from forecasting.engine.neural_settings import TrainingSettings
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.too_short import even_the_longest

VALIDATION_SHARE: Final = 0.2


@dataclass(frozen=True, eq=False)
class Prepared:
    """Windows to train and to validate on; ``cuts`` ``[S]`` is the first row that validates."""

    training: SeriesWindows
    validation: SeriesWindows
    scaled: Scaled
    beside: Beside
    contexts: Contexts
    cuts: NDArray[np.int64]


def prepared(
    panel: Panel, lookback: int, horizon: int, settings: TrainingSettings, *, together: bool
) -> Prepared:
    """Scale by the rows before the cut and lay out the windows. Raises TooShortError."""
    if settings.likelihood == "negative_binomial":
        for index, name in enumerate(panel.ids):
            require_counts(torch.from_numpy(panel.at(index).copy()), name)
    held = settings.validation or (VALIDATION_SHARE * panel.lengths).astype(np.int64)
    cuts = np.minimum(panel.lengths - held, panel.lengths - horizon)
    scaled = Scaled.of(panel, *_moments_before(panel, cuts))
    beside = Beside.of(panel, cuts)
    contexts = Contexts.of(panel, scaled, beside, together=together)
    ends, firsts = panel.lengths[contexts.series], cuts[contexts.series]
    before = [(0, int(cut)) for cut in firsts]
    after = [(int(cut), int(end)) for cut, end in zip(firsts, ends, strict=True)]
    training = contexts.source(before, lookback, horizon)
    validation = contexts.source(after, lookback, horizon)
    if not len(training) or not len(validation):
        raise too_short(panel, horizon)
    return Prepared(training, validation, scaled, beside, contexts, cuts)


def _moments_before(panel: Panel, cuts: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Mean and spread ``[V]`` of the rows before the cut, so that validation stays unseen."""
    columns = []
    for index, cut in enumerate(cuts):
        for column in panel.at(index)[: max(int(cut), 1)].T:
            seen = column[~np.isnan(column)]
            columns.append(seen if len(seen) else np.zeros(1))
    return moments(columns)


def too_short(panel: Panel, horizon: int) -> TooShortError:
    """The sentence for a panel without a window to train or validate on."""
    sentence = gettext_noop(
        "Series %(series)s has %(rows)s rows; training a network for %(horizon)s steps needs "
        "at least %(needed)s. Add history or shorten the horizon."
    )
    return even_the_longest(sentence, panel, horizon, 2 * horizon + 8)
