"""The one type at the engine's door: validated, sorted, regular series."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forecasting.engine.calendar_steps import Times
from forecasting.engine.covariates import Known, Past, Static
from forecasting.engine.errors import BadValuesError, EngineError, TooShortError, gettext_noop
from forecasting.engine.frequency import Frequency, check_horizon
from forecasting.engine.panel_tables import CovariateColumns, by_series, parts_of, whole

Floats = NDArray[np.float64]
# Squares of larger values leave the range of float64.
LARGEST: Final = 1e150


@dataclass(frozen=True, eq=False)
class Panel:
    """Several regular series of one frequency, each with the same channels, lengths may differ.

    ``values`` is float64 ``[N, C]``, all series one after another; series ``s`` holds the rows
    ``indptr[s]:indptr[s + 1]`` and begins at ``starts[s]``. NaN marks what is missing. The arrays
    are read-only. ``known`` holds covariates that reach beyond the last row, ``past`` those that
    end with it, ``static`` what is constant for a series.
    """

    ids: tuple[str, ...]
    channels: tuple[str, ...]
    frequency: Frequency
    starts: Times
    values: Floats
    indptr: NDArray[np.int64]
    known: Known | None = None
    past: Past | None = None
    static: Static | None = None

    def __post_init__(self) -> None:
        infinite = np.argwhere(np.abs(self.values) > LARGEST)
        if len(infinite):
            row, channel = (int(i) for i in infinite[0])
            series = int(np.searchsorted(self.indptr, row, side="right")) - 1
            raise BadValuesError(
                gettext_noop(
                    "Series %(series)s holds an infinite or far too large value in %(channel)s at "
                    "%(time)s; replace it by a smaller number or leave it empty."
                ),
                series=self.ids[series],
                channel=self.channels[channel],
                time=self.frequency.add(self.starts[series], row - int(self.indptr[series])),
            )
        assert self.past is None or len(self.past.values) == len(self.values)
        assert self.static is None or len(self.static.values) == len(self.ids)
        for array in (self.values, self.starts, self.indptr):
            array.flags.writeable = False

    @staticmethod
    def from_wide(
        frame: pd.DataFrame,
        time: str,
        values: str | Sequence[str],
        frequency: str | Frequency | None = None,
        id: str = "series",
        **covariates: Unpack[CovariateColumns],
    ) -> Panel:
        """One series whose channels are the ``values`` columns of ``frame``.

        Rows may come in any order and with gaps (missing rows become NaN). The columns ``known``,
        ``past`` and ``static`` are covariates; rows at the end without a target are then the
        future. Raises BadTimesError, DuplicateTimesError, IrregularTimesError or BadValuesError
        naming series, row and remedy.
        """
        columns = [values] if isinstance(values, str) else list(values)
        table = whole(frame, columns[0] if len(columns) == 1 else id, id)
        return Panel(*parts_of(table, time, columns, frequency, covariates))

    @staticmethod
    def from_long(
        frame: pd.DataFrame,
        id: str = "unique_id",
        time: str = "ds",
        value: str | Sequence[str] = "y",
        frequency: str | Frequency | None = None,
        **covariates: Unpack[CovariateColumns],
    ) -> Panel:
        """One series per distinct ``id``, in order of appearance; the rest as for from_wide.

        ``static`` may also be a table with one row per ``id``.
        """
        columns = [value] if isinstance(value, str) else list(value)
        return Panel(*parts_of(by_series(frame, id), time, columns, frequency, covariates))

    @staticmethod
    def from_arrays(
        values: ArrayLike | Mapping[str, ArrayLike],
        start: Any = "2000-01-01",
        frequency: str | Frequency = "D",
        channels: Sequence[str] | None = None,
    ) -> Panel:
        """Series from arrays ``[T]`` or ``[T, C]``; ``start`` is one time or one per series."""
        table = values if isinstance(values, Mapping) else {"series": values}
        arrays = [np.array(array, dtype=np.float64) for array in table.values()]
        arrays = [array[:, None] if array.ndim == 1 else array for array in arrays]
        if not arrays or min(len(array) for array in arrays) == 0:
            raise TooShortError(gettext_noop("A panel needs at least one series with one row."))
        widths = {array.shape[1] for array in arrays}
        if len(widths) > 1:
            raise BadValuesError(gettext_noop("All series need the same number of channels."))
        many = isinstance(start, list | tuple | np.ndarray | pd.Index)
        starts = list(start) if many else [start] * len(arrays)
        names = channels or (["y"] if widths == {1} else [f"y{i + 1}" for i in range(max(widths))])
        return Panel(
            tuple(str(name) for name in table),
            tuple(names),
            Frequency.parse(frequency),
            pd.DatetimeIndex(starts).to_numpy(dtype="datetime64[ns]").copy(),
            *flat_rows(arrays),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Rows per series."""
        return np.diff(self.indptr)

    @cached_property
    def mask(self) -> NDArray[np.bool_]:
        """True where a value was observed, ``[N, C]``."""
        return ~np.isnan(self.values)

    @property
    def labels(self) -> tuple[str, ...]:
        """One name per series and channel, ``unique_id`` in every table that leaves the engine."""
        if len(self.channels) == 1:
            return self.ids
        if len(self.ids) == 1:
            return self.channels
        return tuple(f"{name}/{channel}" for name in self.ids for channel in self.channels)

    def at(self, index: int) -> Floats:
        """Values ``[T, C]`` of the series at a position, a view."""
        return self.values[self.indptr[index] : self.indptr[index + 1]]

    def series(self, id: str) -> Floats:
        """Values ``[T, C]`` of one series, a view."""
        return self.at(self._index(id))

    def times(self, id: str) -> pd.DatetimeIndex:
        """Time stamps of one series."""
        index = self._index(id)
        return self.frequency.range(self.starts[index], int(self.lengths[index]))

    def future_times(self, horizon: int) -> Times:
        """Times ``[S, horizon]`` following the last row of every series."""
        steps = np.arange(check_horizon(horizon), dtype=np.int64)
        return self.frequency.at(self.starts[:, None], self.lengths[:, None] + steps)

    def window(self, first: int | None, last: int | None) -> Panel:
        """The rows ``first:last`` of every series, counted like a slice (negative from the end)."""
        bounds = [slice(first, last).indices(int(length))[:2] for length in self.lengths]
        if any(high <= low for low, high in bounds):
            short = next(i for i, (low, high) in enumerate(bounds) if high <= low)
            raise TooShortError(
                gettext_noop("Series %(series)s has only %(rows)s rows, too few for this."),
                series=self.ids[short],
                rows=int(self.lengths[short]),
            )
        offsets = np.array([low for low, _ in bounds], dtype=np.int64)
        sizes = np.array([high - low for low, high in bounds], dtype=np.int64)
        firsts = self.indptr.tolist()
        rows = [slice(a + low, a + high) for a, (low, high) in zip(firsts, bounds, strict=False)]
        return Panel(
            self.ids,
            self.channels,
            self.frequency,
            self.frequency.at(self.starts, offsets),
            *flat_rows([self.values[part] for part in rows]),
            self.known and self.known.from_rows(offsets).within(sizes),
            self.past and self.past.rows(rows),
            self.static,
        )

    def drop_last(self, rows: int) -> Panel:
        """Without the last ``rows`` rows of every series; raises TooShortError if nothing stays."""
        return self.window(None, -rows) if rows else self

    def tail(self, rows: int) -> Panel:
        """The last ``rows`` rows of every series, all of a shorter one."""
        return self.window(-rows, None)

    def select(
        self, ids: Sequence[str] | None = None, channels: Sequence[str] | None = None
    ) -> Panel:
        """Only these series and channels, in this order."""
        rows = [self._index(id) for id in (self.ids if ids is None else ids)]
        names = self.channels if channels is None else tuple(channels)
        columns = [self.channels.index(name) for name in names]
        parts = [self.at(row)[:, columns] for row in rows]
        return Panel(
            tuple(self.ids[row] for row in rows),
            names,
            self.frequency,
            self.starts[rows],
            *flat_rows(parts),
            self.known and self.known.select(rows),
            self.past and self.past.rows([slice(self.indptr[r], self.indptr[r + 1]) for r in rows]),
            self.static and self.static.select(rows),
        )

    def fingerprint(self) -> str:
        """SHA-256 of everything in the panel; equal panels have equal fingerprints."""
        digest = hashlib.sha256(repr((self.ids, self.channels, self.frequency.alias)).encode())
        if self.frequency.seasons:
            digest.update(repr(self.frequency.seasons).encode())
        for array in (self.starts.view(np.int64), self.indptr, self.values):
            digest.update(np.ascontiguousarray(array).tobytes())
        if self.known is not None:
            digest.update(repr(self.known.names).encode())
            digest.update(np.ascontiguousarray(self.known.values).tobytes())
            if self.known.ahead is not None:
                digest.update(repr(self.known.ahead).encode())
            if self.known.later is not None:
                digest.update(self.known.later.tobytes())
        for kind in (self.past, self.static):
            if kind is not None:
                digest.update(repr((type(kind).__name__, kind.names)).encode())
                digest.update(np.ascontiguousarray(kind.values).tobytes())
        return digest.hexdigest()

    @cached_property
    def _places(self) -> dict[str, int]:
        return {id: place for place, id in reversed(list(enumerate(self.ids)))}

    def _index(self, id: str) -> int:
        try:
            return self._places[id]
        except KeyError:
            raise EngineError(
                gettext_noop("There is no series %(series)s; there are %(known)s."),
                series=id,
                known=", ".join(self.ids[:5]) + (" …" if len(self.ids) > 5 else ""),
            ) from None


def flat_rows(parts: Sequence[Floats]) -> tuple[Floats, NDArray[np.int64]]:
    """Blocks of rows one after another, and where each begins."""
    sizes = [len(part) for part in parts]
    return np.concatenate(parts), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
