"""The one type at the engine's door: validated, sorted, regular series."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forecasting.engine import panel_reading as reading
from forecasting.engine.calendar_steps import Times
from forecasting.engine.covariates import Known
from forecasting.engine.errors import BadValuesError, EngineError, TooShortError, gettext_noop
from forecasting.engine.frequency import Frequency, check_horizon

Floats = NDArray[np.float64]
# Squares of larger values leave the range of float64.
LARGEST: Final = 1e150


@dataclass(frozen=True, eq=False)
class Panel:
    """Several regular series of one frequency, each with the same channels, lengths may differ.

    ``values`` is float64 ``[N, C]``, all series one after another; series ``s`` holds the rows
    ``indptr[s]:indptr[s + 1]`` and begins at ``starts[s]``. NaN marks what is missing. The arrays
    are read-only. ``known`` holds covariates that reach beyond the last row.
    """

    ids: tuple[str, ...]
    channels: tuple[str, ...]
    frequency: Frequency
    starts: Times
    values: Floats
    indptr: NDArray[np.int64]
    known: Known | None = None

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
        for array in (self.values, self.starts, self.indptr):
            array.flags.writeable = False

    @staticmethod
    def from_wide(
        frame: pd.DataFrame,
        time: str,
        values: str | Sequence[str],
        frequency: str | Frequency | None = None,
        id: str = "series",
        known: Sequence[str] = (),
    ) -> Panel:
        """One series whose channels are the ``values`` columns of ``frame``.

        Rows may come in any order and with gaps (missing rows become NaN). The columns ``known``
        are covariates; rows at the end that hold nothing else are the future. Raises BadTimesError,
        DuplicateTimesError or IrregularTimesError naming series, row and remedy.
        """
        columns = [values] if isinstance(values, str) else list(values)
        codes = np.zeros(len(frame), dtype=np.int64)
        name = columns[0] if len(columns) == 1 else id
        read = reading.read(frame, codes, (name,), time, [*columns, *known], frequency)
        return _with_known((name,), columns, known, read)

    @staticmethod
    def from_long(
        frame: pd.DataFrame,
        id: str = "unique_id",
        time: str = "ds",
        value: str | Sequence[str] = "y",
        frequency: str | Frequency | None = None,
        known: Sequence[str] = (),
    ) -> Panel:
        """One series per distinct ``id``, in order of appearance; the rest as for from_wide."""
        columns = [value] if isinstance(value, str) else list(value)
        reading.require_columns(frame, [id])
        codes, names = pd.factorize(frame[id], use_na_sentinel=True)
        if np.any(codes < 0):
            raise BadValuesError(
                gettext_noop("Row %(row)s has no series name in %(column)s; fill or remove it."),
                row=int(np.argmax(codes < 0)) + 1,
                column=id,
            )
        ids = tuple(str(name) for name in names)
        wanted = [*columns, *known]
        read = reading.read(frame, codes.astype(np.int64), ids, time, wanted, frequency)
        return _with_known(ids, columns, known, read)

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
        parts = [self.at(i)[low:high] for i, (low, high) in enumerate(bounds)]
        return Panel(
            self.ids,
            self.channels,
            self.frequency,
            self.frequency.at(self.starts, offsets),
            *flat_rows(parts),
            self.known and self.known.from_rows(offsets),
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
        )

    def fingerprint(self) -> str:
        """SHA-256 of everything in the panel; equal panels have equal fingerprints."""
        digest = hashlib.sha256(repr((self.ids, self.channels, self.frequency.alias)).encode())
        for array in (self.starts.view(np.int64), self.indptr, self.values):
            digest.update(np.ascontiguousarray(array).tobytes())
        if self.known is not None:
            digest.update(repr(self.known.names).encode())
            digest.update(np.ascontiguousarray(self.known.values).tobytes())
        return digest.hexdigest()

    def _index(self, id: str) -> int:
        try:
            return self.ids.index(id)
        except ValueError:
            raise EngineError(
                gettext_noop("There is no series %(series)s; there are %(known)s."),
                series=id,
                known=", ".join(self.ids[:5]) + (" …" if len(self.ids) > 5 else ""),
            ) from None


def flat_rows(parts: Sequence[Floats]) -> tuple[Floats, NDArray[np.int64]]:
    """Blocks of rows one after another, and where each begins."""
    sizes = [len(part) for part in parts]
    return np.concatenate(parts), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _with_known(
    ids: tuple[str, ...], columns: Sequence[str], known: Sequence[str], read: reading.Read
) -> Panel:
    """Split off the covariates; rows after the last target of a series are its future."""
    frequency, starts, table, indptr = read
    if not known:
        return Panel(ids, tuple(columns), frequency, starts, table, indptr)
    blocks = [table[a:b] for a, b in pairwise(indptr)]
    targets = []
    for block in blocks:
        seen = np.flatnonzero(~np.isnan(block[:, : len(columns)]).all(axis=1))
        targets.append(block[: seen[-1] + 1 if len(seen) else len(block), : len(columns)])
    covariates = Known(tuple(known), table[:, len(columns) :].copy(), indptr.copy())
    return Panel(ids, tuple(columns), frequency, starts, *flat_rows(targets), covariates)
