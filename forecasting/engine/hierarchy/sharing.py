"""Top-down and middle-out: a total's forecast shared out among its bottom series.

Shares of the past are the average of each series' proportions or the proportions of the averages
(Gross and Sohl 1990), shares of the future follow the base forecasts from one level to the next
(Athanasopoulos, Ahmed and Hyndman 2009). Bottom series outside the level keep their own forecast.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.hierarchy.settings import Reconciliation
from forecasting.engine.hierarchy.structure import BOTTOM, Hierarchy
from forecasting.engine.panel import Floats, Panel

Places = NDArray[np.int64]


def owners(hierarchy: Hierarchy, level: str) -> Places:
    """The total of ``level`` above every bottom series ``[b]``, -1 where there is none.

    Raises SettingsError on an unknown level or one whose totals overlap.
    """
    if level not in hierarchy.levels:
        raise SettingsError(
            gettext_noop("There is no level %(level)s; there are %(known)s."),
            level=level,
            known=", ".join(hierarchy.levels),
        )
    found = np.full(len(hierarchy.bottom), -1, dtype=np.int64)
    if level == BOTTOM:
        return found
    first = hierarchy.names.index(hierarchy.levels[level][0])
    for total in range(first, first + len(hierarchy.levels[level])):
        members = hierarchy.members[hierarchy.starts[total] : hierarchy.starts[total + 1]]
        if (found[members] >= 0).any():
            raise SettingsError(
                gettext_noop("Totals of the level %(level)s overlap; nothing can be shared out."),
                level=level,
            )
        found[members] = total
    return found


def share_out(hierarchy: Hierarchy, above: Places, shares: Floats, base: Floats) -> Floats:
    """Bottom series ``[b, h, k]`` from base forecasts ``[n, h, k]`` and shares ``[b, h]``.

    The shares of the members of every total add up to 1; for a mean, so do shares times members.
    """
    owned = above >= 0
    bottom = base[hierarchy.totals :].copy()
    bottom[owned] = shares[owned, :, None] * base[above[owned]]
    return bottom


def past_shares(hierarchy: Hierarchy, above: Places, history: Floats, average: bool) -> Floats:
    """Shares ``[b, 1]`` from the past ``[n, T]`` of all series, NaN where unknown.

    ``average``: the mean of each row's proportions, otherwise the proportions of the means.
    """
    rest, owned = history[hierarchy.totals :], above >= 0
    total = history[np.maximum(above, 0)]
    known = ~np.isnan(rest) & ~np.isnan(total) & ((total != 0) if average else True)
    counts = np.maximum(known.sum(axis=1), 1)
    part = np.where(known, rest, 0.0)
    if average:
        part = part / np.where(known, total, 1.0)
    raw = np.where(owned, part.sum(axis=1) / counts, 0.0)
    return _scaled(hierarchy, above, raw[:, None])


def learned_shares(hierarchy: Hierarchy, how: Reconciliation, panel: Panel) -> Floats:
    """Shares ``[b, C]`` of the past of a panel of all levels, in any order, as ``how`` wants."""
    rows = hierarchy.place(panel.ids)
    above = owners(hierarchy, level_of(hierarchy, how))
    shares = []
    for channel in range(len(panel.channels)):
        # From the end backwards, NaN before a series begins.
        past = np.full((len(rows), int(panel.lengths.max())), np.nan)
        for line, row in zip(past, rows, strict=True):
            values = panel.at(int(row))[:, channel]
            line[past.shape[1] - len(values) :] = values
        shares.append(past_shares(hierarchy, above, past, how.proportions == "average"))
    return np.concatenate(shares, axis=1)


def level_of(hierarchy: Hierarchy, how: Reconciliation) -> str:
    """The level whose forecasts are shared out."""
    return how.level if how.method == "middle_out" else next(iter(hierarchy.levels))


def forecast_shares(hierarchy: Hierarchy, level: str, base: Floats) -> Floats:
    """Shares ``[b, H]`` below ``level`` by the base forecasts ``[n, H]``, level after level.

    Raises SettingsError where the totals below the level do not lie inside one another.
    """
    shares = np.ones((len(hierarchy.bottom), base.shape[1]))
    weights = _weights(hierarchy)[:, None]
    for upper, lower in pairwise(_chain(hierarchy, level)):
        children, firsts = np.unique(lower, return_index=True)
        sums, counts = np.zeros_like(base), np.zeros((len(base), 1))
        np.add.at(sums, upper[firsts], weights[children] * base[children])
        np.add.at(counts, upper[firsts], weights[children])
        divisor = sums[upper] / weights[upper]
        usable = divisor != 0
        part = base[lower] / np.where(usable, divisor, 1.0)
        shares *= np.where(usable, part, weights[upper] / counts[upper])
    return shares


def _weights(hierarchy: Hierarchy) -> Floats:
    """How much a series counts within the total above it: one, or its members for a mean."""
    if hierarchy.how == "sum":
        return np.ones(len(hierarchy.names))
    return np.concatenate([np.diff(hierarchy.starts), np.ones(len(hierarchy.bottom))])


def _chain(hierarchy: Hierarchy, level: str) -> list[Places]:
    """What stands for every bottom series on ``level`` and on each one below, itself at last."""
    itself = hierarchy.totals + np.arange(len(hierarchy.bottom))
    names = list(hierarchy.levels)
    chain: list[Places] = []
    for name in names[names.index(level) :]:
        found = owners(hierarchy, name)
        standing = np.where(found >= 0, found, itself)
        if chain and not _inside(standing, chain[-1]):
            raise SettingsError(
                gettext_noop(
                    "Forecast proportions need levels inside one another; %(level)s is not inside "
                    "the one above."
                ),
                level=name,
            )
        chain.append(standing)
    return chain


def _inside(lower: Places, upper: Places) -> bool:
    """Whether all that share a total on the lower level share one on the upper level."""
    pairs = np.unique(np.stack([lower, upper]), axis=1)
    return bool(len(np.unique(lower)) == pairs.shape[1])


def _scaled(hierarchy: Hierarchy, above: Places, raw: Floats) -> Floats:
    """Shares that give every total back; even ones where the past of its members adds to zero."""
    shares = raw.copy()
    for total in np.unique(above[above >= 0]):
        members = above == total
        size = raw[members].sum(axis=0)
        if hierarchy.how == "mean":
            size = size / members.sum()
        even = 1.0 if hierarchy.how == "mean" else 1 / members.sum()
        usable = size != 0
        shares[members] = np.where(usable, raw[members] / np.where(usable, size, 1.0), even)
    return shares
