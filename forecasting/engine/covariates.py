"""What is known beside the series: ahead of time, up to now only, or once per series.

A plan or a calendar is known for the future (Known), a sensor beside the load only up to the last
row (Past), the region of a shop never changes (Static).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import BadValuesError, TooShortError, gettext_noop

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Known:
    """Known-future covariates of a panel.

    ``values`` is ``[M, K]``, all series one after another; the rows ``indptr[s]:indptr[s + 1]`` of
    series ``s`` begin with its first row and reach as far beyond its last one as all covariates are
    known. ``later`` ``[S, L, K]`` are the rows after those, in which only some are known: each
    covariate up to its first NaN. With ``ahead`` no cutoff of the past knows more rows than so
    many, nor more of ``later``: a test on the past must not see what a forecast of today cannot.
    """

    names: tuple[str, ...]
    values: Floats
    indptr: NDArray[np.int64]
    ahead: int | None = None
    later: Floats | None = None

    def __post_init__(self) -> None:
        if not np.isfinite(self.values).all():
            row, column = (int(i) for i in np.argwhere(~np.isfinite(self.values))[0])
            raise BadValuesError(
                gettext_noop(
                    "The known covariate %(name)s is empty or infinite in row %(row)s of its "
                    "table; fill it, a forecast cannot guess it."
                ),
                name=self.names[column],
                row=row + 1,
            )
        for array in (self.values, self.indptr, self.later):
            if array is not None:
                array.flags.writeable = False

    @staticmethod
    def of(
        names: Sequence[str],
        blocks: Sequence[Floats],
        ends: Sequence[int] | NDArray[np.int64],
        ahead: int | None = None,
    ) -> Known:
        """From ``[T + F, K]`` per series, of which the first ``ends[s]`` rows are known of all."""
        firsts = [block[:end] for block, end in zip(blocks, ends, strict=True)]
        rests = [block[end:] for block, end in zip(blocks, ends, strict=True)]
        later = np.full((len(rests), max(map(len, rests), default=0), len(names)), np.nan)
        for found, rest in zip(later, rests, strict=True):
            found[: len(rest)] = rest
        later[np.logical_or.accumulate(~np.isfinite(later), axis=1)] = np.nan
        some = np.flatnonzero(np.isfinite(later).any(axis=(0, 2)))
        indptr = np.concatenate([[0], np.cumsum([len(first) for first in firsts])])
        return Known(
            tuple(names),
            np.concatenate(firsts),
            indptr.astype(np.int64),
            ahead,
            later[:, : some[-1] + 1] if len(some) else None,
        )

    def at(self, index: int) -> Floats:
        """Covariates ``[T + F, K]`` of the series at a position, a view."""
        return self.values[self.indptr[index] : self.indptr[index + 1]]

    def whole(self, index: int) -> Floats:
        """The same with the rows of which only some are known, NaN for the others."""
        if self.later is None:
            return self.at(index)
        return np.concatenate([self.at(index), self.later[index]])

    def reach(self, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows known after the last one of every series, of each covariate ``[S, K]``."""
        found = np.repeat(self.beyond(lengths)[:, None], len(self.names), axis=1)
        return found if self.later is None else found + self._extra()

    def changed(self, blocks: Sequence[Floats]) -> Known:
        """Other numbers in the rows of ``whole``; what is not known stays so."""
        kept = [np.where(np.isnan(self.whole(s)), np.nan, block) for s, block in enumerate(blocks)]
        return Known.of(self.names, kept, np.diff(self.indptr), self.ahead)

    def only(self, names: Sequence[str]) -> Known:
        """These covariates in this order, each as far as it is known."""
        places = [self.names.index(name) for name in names]
        ends, ahead = np.diff(self.indptr), self.ahead
        if self.later is None:
            return Known(tuple(names), self.values[:, places], self.indptr, ahead)
        more = self._extra()[:, places].min(axis=1)
        if ahead is not None:
            ahead += int(more.min())
        blocks = [self.whole(s)[:, places] for s in range(len(ends))]
        return Known.of(names, blocks, ends + more, ahead)

    def beyond(self, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows known after the last one of every series."""
        ahead: NDArray[np.int64] = np.diff(self.indptr) - lengths
        return ahead

    def future(self, index: int, length: int, horizon: int, series: str) -> Floats:
        """The ``horizon`` rows after row ``length``, ``[H, K]``; TooShortError if not known."""
        block = self.at(index)[length : length + horizon]
        if len(block) < horizon:
            raise TooShortError(
                gettext_noop(
                    "The covariates %(names)s of series %(series)s are known for %(known)s steps "
                    "after its end; a forecast of %(horizon)s steps needs them all. Give the rest, "
                    "or let them be forecast too (forecast_covariates)."
                ),
                names=", ".join(self.names),
                series=series,
                known=len(block),
                horizon=horizon,
            )
        return block

    def from_rows(self, firsts: NDArray[np.int64]) -> Known:
        """Without the first ``firsts[s]`` rows of every series."""
        return self._of([self.at(s)[first:] for s, first in enumerate(firsts)])

    def within(self, lengths: NDArray[np.int64]) -> Known:
        """What is known when every series has only its first ``lengths[s]`` rows."""
        if self.ahead is None:
            return self
        ends = [int(length) + self.ahead for length in lengths]
        if self.later is None:
            return self._of([self.at(s)[:end] for s, end in enumerate(ends)])
        extra = self._extra().min(axis=0)
        blocks = [self.whole(s)[: end + extra.max()].copy() for s, end in enumerate(ends)]
        for block, end in zip(blocks, ends, strict=True):
            block[end:][np.arange(len(block) - end)[:, None] >= extra] = np.nan
        return Known.of(self.names, blocks, ends, self.ahead)

    def select(self, rows: list[int]) -> Known:
        """Only the series at these positions."""
        found = self._of([self.at(row) for row in rows])
        return found if self.later is None else replace(found, later=self.later[rows])

    def _of(self, parts: list[Floats]) -> Known:
        indptr = np.concatenate([[0], np.cumsum([len(p) for p in parts])]).astype(np.int64)
        return Known(self.names, np.concatenate(parts), indptr, self.ahead, self.later)

    def _extra(self) -> NDArray[np.int64]:
        """Rows of ``later`` in which each covariate of every series is known ``[S, K]``."""
        assert self.later is not None
        found: NDArray[np.int64] = np.isfinite(self.later).sum(axis=1)
        return found


@dataclass(frozen=True, eq=False)
class Past:
    """Past covariates of a panel: numbers nobody knows after the last row.

    ``values`` is ``[N, P]``, row by row beside the values of the panel; NaN marks what is missing.
    """

    names: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        if np.isinf(self.values).any():
            row, column = (int(i) for i in np.argwhere(np.isinf(self.values))[0])
            raise BadValuesError(
                gettext_noop(
                    "The past covariate %(name)s is infinite in row %(row)s of its table; replace "
                    "it by a number or leave it empty."
                ),
                name=self.names[column],
                row=row + 1,
            )
        self.values.flags.writeable = False

    def rows(self, parts: Sequence[slice]) -> Past:
        """Only these stretches of rows, one after another."""
        return Past(self.names, np.concatenate([self.values[part] for part in parts]))


@dataclass(frozen=True, eq=False)
class Static:
    """What is constant for a series: ``values`` is ``[S, Q]``, finite.

    A text is one column of 0 and 1 per category, named like ``region=north``; where none is 1 the
    category is unknown.
    """

    names: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        if not np.isfinite(self.values).all():
            series, column = (int(i) for i in np.argwhere(~np.isfinite(self.values))[0])
            raise BadValuesError(
                gettext_noop(
                    "The static covariate %(name)s of series number %(series)s is empty or "
                    "infinite; fill it or leave the covariate out."
                ),
                name=self.names[column],
                series=series + 1,
            )
        self.values.flags.writeable = False

    def select(self, rows: Sequence[int]) -> Static:
        """Only the series at these positions."""
        return Static(self.names, self.values[list(rows)])
