"""The rows to come, made from the calendar: nobody has to bring a table of the future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.engine.covariate_blocks import known_names
from forecasting.engine.covariates import Known
from forecasting.engine.frequency import check_horizon
from forecasting.engine.future.calendars import Calendar
from forecasting.engine.panel import Floats, Panel, flat_rows


def with_calendar(
    panel: Panel,
    horizon: int,
    country: str | None = None,
    subdivision: str | None = None,
    features: Sequence[str] | None = None,
    zone: str = "",
) -> Panel:
    """The panel with covariates of the calendar, known ``horizon`` steps beyond its last rows.

    ``features`` are names of ``calendars.FEATURES``; without them those that vary at this frequency
    and of which the data hold two cycles, and holidays where a ``country`` is given. Times of
    the day are those of ``zone`` (the engine's times are UTC where the data had a zone). Other
    known covariates stay, each as far as it is known. Raises SettingsError for an unknown feature,
    country or zone.
    """
    calendar = Calendar.of(panel, features, country or "", subdivision or "", zone)
    return on_calendar(panel, horizon, calendar)


def on_calendar(panel: Panel, horizon: int, calendar: Calendar) -> Panel:
    """The same for a calendar that is already chosen; its older columns are made anew."""
    steps, names = check_horizon(horizon), calendar.names(panel.frequency)
    if not names:
        return panel
    others = [place for place, name in enumerate(known_names(panel)) if name not in names]
    kept = panel.known if panel.known is not None and others else None
    if kept is None:
        blocks = calendar_blocks(panel, calendar, panel.lengths + steps)
        return replace(panel, known=Known(names, *flat_rows(blocks)))
    kept = kept.only([kept.names[place] for place in others])
    ends = panel.lengths + np.maximum(steps, kept.reach(panel.lengths).max(axis=1))
    tables = calendar_blocks(panel, calendar, ends)
    pairs = [np.hstack([_padded(kept.whole(s), len(t)), t]) for s, t in enumerate(tables)]
    names = (*kept.names, *names)
    return replace(panel, known=Known.of(names, pairs, np.diff(kept.indptr), kept.ahead))


def _padded(block: Floats, rows: int) -> Floats:
    """So many rows of it, those that nobody knows as NaN."""
    found = np.full((rows, block.shape[1]), np.nan)
    found[: len(block)] = block[:rows]
    return found


def future_frame(
    panel: Panel,
    horizon: int,
    country: str | None = None,
    subdivision: str | None = None,
    features: Sequence[str] | None = None,
    zone: str = "",
) -> pd.DataFrame:
    """The calendar of every row and of ``horizon`` steps more: ``unique_id, ds, <features>``."""
    calendar = Calendar.of(panel, features, country or "", subdivision or "", zone)
    rows = panel.lengths + check_horizon(horizon)
    times = [panel.frequency.range(panel.starts[s], int(n)) for s, n in enumerate(rows)]
    frame = pd.DataFrame(
        {"unique_id": np.repeat(panel.ids, rows), "ds": np.concatenate(times)},
    )
    table = np.concatenate(calendar_blocks(panel, calendar, rows))
    return frame.join(pd.DataFrame(table, columns=list(calendar.names(panel.frequency))))


def calendar_blocks(panel: Panel, calendar: Calendar, ends: NDArray[np.int64]) -> list[Floats]:
    """The calendar of the first ``ends[s]`` rows of every series; equal times are made once."""
    times = [
        panel.frequency.at(panel.starts[s : s + 1], np.arange(end)) for s, end in enumerate(ends)
    ]
    unique, places = np.unique(np.concatenate(times), return_inverse=True)
    table = calendar.table(unique, panel.frequency)[places]
    return np.split(table, np.cumsum(ends)[:-1])
