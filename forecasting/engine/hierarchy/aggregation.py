"""The past of every total from the past of its members.

A member that has not begun yet adds nothing. From its first row on it counts: where its value is
missing, also after its own last row, the total is unknown ("unknown") or made of the others
("skip"). All series end with the latest one, so that every forecast speaks of the same times.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import IrregularTimesError, SettingsError, gettext_noop
from forecasting.engine.hierarchy.members import Grid, mean_known, mean_past
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Floats, Panel, flat_rows

Missing = Literal["unknown", "skip"]


def aggregate(hierarchy: Hierarchy, panel: Panel, missing: Missing = "unknown") -> Panel:
    """The series of all levels, in the order of ``hierarchy.names``.

    Covariates of a total are the means of its members': known ones as far as all are known, past
    ones over the members that have a value; static ones are dropped. Raises SettingsError when the
    panel does not hold exactly the bottom series, IrregularTimesError when they share no grid.
    """
    if missing not in ("unknown", "skip"):
        raise SettingsError(
            gettext_noop('Missing members make a total "unknown" or are left out ("skip").')
        )
    rows = _bottom_rows(hierarchy, panel)
    grid = Grid.of(hierarchy, _begins(rows), rows.lengths)
    blocks = [np.empty((grid.ends - first, len(panel.channels))) for first in grid.firsts]
    for channel in range(len(panel.channels)):
        table = grid.table([rows.at(s)[:, channel] for s in range(len(rows))])
        every = np.concatenate([_totals(hierarchy, table, grid.begins, missing), table])
        for block, first, line in zip(blocks, grid.firsts, every, strict=True):
            block[:, channel] = line[first:]
    earliest = np.full(len(grid.firsts), rows.starts.min())
    starts = rows.frequency.at(earliest, grid.firsts)
    flat = flat_rows(blocks)
    made = Panel(hierarchy.names, rows.channels, rows.frequency, starts, *flat)
    known, past = mean_known(hierarchy, rows, grid), mean_past(hierarchy, rows, grid)
    return replace(made, known=known, past=past)


def _bottom_rows(hierarchy: Hierarchy, panel: Panel) -> Panel:
    lacking = sorted(set(hierarchy.bottom) - set(panel.ids))
    if lacking:
        raise SettingsError(
            gettext_noop(
                "The data lack %(count)s series of the hierarchy, first of all %(series)s; add "
                "them or take them out of the hierarchy."
            ),
            count=len(lacking),
            series=lacking[0],
        )
    strange = sorted(set(panel.ids) - set(hierarchy.bottom))
    if strange:
        raise SettingsError(
            gettext_noop(
                "%(count)s series are not in the hierarchy, first of all %(series)s; the totals "
                "would lack them. Add them to it or leave them out of the data."
            ),
            count=len(strange),
            series=strange[0],
        )
    return panel if panel.ids == hierarchy.bottom else panel.select(hierarchy.bottom)


def _begins(panel: Panel) -> NDArray[np.int64]:
    """Rows between the earliest start and that of each series ``[S]``."""
    earliest = np.full(len(panel), panel.starts.min())
    begins, on_grid = panel.frequency.positions(earliest, panel.starts)
    if not on_grid.all():
        raise IrregularTimesError(
            gettext_noop(
                "Series %(series)s does not share the %(frequency)s grid of the others, so they "
                "cannot be added up; shift its times."
            ),
            series=panel.ids[int(np.argmin(on_grid))],
            frequency=panel.frequency.alias,
        )
    return begins


def _totals(
    hierarchy: Hierarchy, table: Floats, begins: NDArray[np.int64], missing: Missing
) -> Floats:
    """Totals ``[totals, T]`` of one channel."""
    seen = ~np.isnan(table)
    shares = hierarchy.matrix
    counts = (shares > 0).astype(np.float64)
    sums = shares @ np.where(seen, table, 0.0)
    present = counts @ seen.astype(np.float64)
    begun = np.arange(table.shape[1]) >= begins[:, None]
    absent = counts @ (begun & ~seen).astype(np.float64)
    if hierarchy.how == "mean":
        sums = sums * (np.diff(hierarchy.starts)[:, None] / np.maximum(present, 1.0))
    known = (present > 0) & ((absent == 0) | (missing == "skip"))
    return np.where(known, sums, np.nan)
