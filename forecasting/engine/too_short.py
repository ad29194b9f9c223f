"""A panel without a single series that is long enough."""

from __future__ import annotations

from forecasting.engine.errors import TooShortError
from forecasting.engine.panel import Panel


def even_the_longest(sentence: str, panel: Panel, horizon: int, needed: int) -> TooShortError:
    """``sentence`` about the longest series; it has places for series, rows, horizon, needed."""
    longest = int(panel.lengths.argmax())
    return TooShortError(
        sentence,
        series=panel.ids[longest],
        rows=int(panel.lengths[longest]),
        horizon=horizon,
        needed=needed,
    )
