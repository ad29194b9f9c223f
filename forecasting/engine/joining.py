"""New rows behind old ones, so that a fitted model can go on without a new fit."""

from __future__ import annotations

import numpy as np

from forecasting.engine.covariate_blocks import past_block
from forecasting.engine.covariates import Known, Past
from forecasting.engine.errors import IrregularTimesError, SettingsError, gettext_noop
from forecasting.engine.panel import Floats, Panel, flat_rows


def joined(older: Panel, newer: Panel) -> Panel:
    """Both panels as one; where they overlap the newer value wins unless it is missing.

    Covariates are those of ``older``; a past covariate that the new rows lack is missing there.
    Rows between the two that nobody gave are missing (NaN). Raises SettingsError when series,
    channels or frequency differ, IrregularTimesError when the grids do not meet.
    """
    _require_same(older, newer)
    offsets, on_grid = older.frequency.positions(older.starts, newer.starts)
    if not on_grid.all():
        place = int(np.argmin(on_grid))
        raise IrregularTimesError(
            gettext_noop(
                "The new rows of series %(series)s begin between two steps of the old ones; "
                "shift them to the %(frequency)s grid."
            ),
            series=older.ids[place],
            frequency=older.frequency.alias,
        )
    firsts = np.minimum(offsets, 0)
    blocks = [_overlaid(older.at(s), newer.at(s), int(offsets[s])) for s in range(len(older))]
    starts = older.frequency.at(older.starts, firsts)
    places = [int(offset) for offset in offsets]
    known, past = _joined_known(older, newer, places), _joined_past(older, newer, places)
    table = flat_rows(blocks)
    names = older.ids, older.channels, older.frequency
    return Panel(*names, starts, *table, known, past, older.static)


def rows_added(older: Panel, longer: Panel) -> int:
    """Rows by which every series of ``longer`` at least reaches beyond its end in ``older``."""
    before, _ = longer.frequency.positions(longer.starts, older.starts)
    return int((longer.lengths - before - older.lengths).min())


def _require_same(older: Panel, newer: Panel) -> None:
    same = (older.ids, older.channels, older.frequency.alias) == (
        newer.ids,
        newer.channels,
        newer.frequency.alias,
    )
    if not same:
        raise SettingsError(
            gettext_noop(
                "New rows need the series, channels and frequency the model has learned: "
                "%(series)s series with %(channels)s at %(frequency)s."
            ),
            series=len(older),
            channels=", ".join(older.channels),
            frequency=older.frequency.alias,
        )


def _overlaid(old: Floats, new: Floats, offset: int) -> Floats:
    first = min(offset, 0)
    block = np.full((max(len(old), offset + len(new)) - first, old.shape[1]), np.nan)
    block[-first : len(old) - first] = old
    place = block[offset - first : offset - first + len(new)]
    np.copyto(place, new, where=~np.isnan(new))
    return block


def _joined_known(older: Panel, newer: Panel, offsets: list[int]) -> Known | None:
    if older.known is None or (newer.known is None and min(offsets) >= 0):
        return older.known
    if newer.known is None:
        raise SettingsError(
            gettext_noop("The model learned with %(names)s; give them with the new rows too."),
            names=", ".join(older.known.names),
        )
    blocks = [
        _overlaid(older.known.whole(s), newer.known.whole(s), offset)
        for s, offset in enumerate(offsets)
    ]
    if older.known.later is None and newer.known.later is None:
        return Known(older.known.names, *flat_rows(blocks))
    return Known.of(older.known.names, blocks, [_complete(block) for block in blocks])


def _complete(block: Floats) -> int:
    """Rows up to the last that holds every covariate."""
    return int(np.flatnonzero(np.isfinite(block).all(axis=1))[-1]) + 1


def _joined_past(older: Panel, newer: Panel, offsets: list[int]) -> Past | None:
    if older.past is None:
        return None
    names, blocks = older.past.names, []
    for s, offset in enumerate(offsets):
        fresh = np.full((len(newer.at(s)), len(names)), np.nan)
        for place, name in enumerate(names):
            if newer.past is not None and name in newer.past.names:
                fresh[:, place] = past_block(newer, s)[:, newer.past.names.index(name)]
        blocks.append(_overlaid(past_block(older, s), fresh, offset))
    return Past(names, np.concatenate(blocks))
