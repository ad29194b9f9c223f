"""Tables taken apart into what a panel holds: targets, covariates, and where each series begins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.engine import panel_reading as reading
from forecasting.engine.calendar_steps import Times
from forecasting.engine.covariates import Floats, Known, Past, Static
from forecasting.engine.errors import BadValuesError, gettext_noop
from forecasting.engine.frequency import Frequency
from forecasting.engine.static_reading import read_static, read_static_table


class CovariateColumns(TypedDict, total=False):
    """Columns of a table that are not forecast.

    ``known`` reach into the future, ``past`` end with the targets, ``static`` have one value per
    series (or are a table of their own with one row per series).
    """

    known: Sequence[str]
    past: Sequence[str]
    static: Sequence[str] | pd.DataFrame


class Parts(NamedTuple):
    """The arguments of a panel, in their order."""

    ids: tuple[str, ...]
    channels: tuple[str, ...]
    frequency: Frequency
    starts: Times
    values: Floats
    indptr: NDArray[np.int64]
    known: Known | None
    past: Past | None
    static: Static | None


class Grouped(NamedTuple):
    """A table, and to which of ``ids`` each of its rows belongs; ``id`` is the column that says."""

    frame: pd.DataFrame
    codes: NDArray[np.int64]
    ids: tuple[str, ...]
    id: str


def whole(frame: pd.DataFrame, name: str, id: str) -> Grouped:
    """All rows are one series."""
    return Grouped(frame, np.zeros(len(frame), dtype=np.int64), (name,), id)


def by_series(frame: pd.DataFrame, id: str) -> Grouped:
    """One series per distinct ``id``, in order of appearance. Raises BadValuesError without one."""
    reading.require_columns(frame, [id])
    codes, names = pd.factorize(frame[id], use_na_sentinel=True)
    if np.any(codes < 0):
        raise BadValuesError(
            gettext_noop("Row %(row)s has no series name in %(column)s; fill or remove it."),
            row=int(np.argmax(codes < 0)) + 1,
            column=id,
        )
    return Grouped(frame, codes.astype(np.int64), tuple(str(name) for name in names), id)


def parts_of(
    table: Grouped,
    time: str,
    targets: Sequence[str],
    frequency: str | Frequency | None,
    covariates: CovariateColumns,
) -> Parts:
    """Everything a panel holds. With covariates, rows after the last target are the future."""
    known, past = list(covariates.get("known", ())), list(covariates.get("past", ()))
    columns = [*targets, *past, *known]
    read = reading.read(table.frame, table.codes, table.ids, time, columns, frequency)
    found, starts, values, indptr = read
    static = _static(table, covariates.get("static", ()))
    if not known and not past:
        return Parts(table.ids, tuple(targets), found, starts, values, indptr, None, None, static)
    lengths = _lengths(values[:, : len(targets)], indptr)
    inside = np.concatenate([a + np.arange(n) for a, n in zip(indptr, lengths, strict=False)])
    rows, width = values[inside], len(targets)
    return Parts(
        table.ids,
        tuple(targets),
        found,
        starts,
        rows[:, :width],
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        _known(values[:, width + len(past) :], indptr, lengths, known),
        Past(tuple(past), rows[:, width : width + len(past)].copy()) if past else None,
        static,
    )


def _lengths(targets: Floats, indptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows up to the last target of every series, all of a series without any."""
    found = []
    for a, b in pairwise(indptr):
        seen = np.flatnonzero(~np.isnan(targets[a:b]).all(axis=1))
        found.append(seen[-1] + 1 if len(seen) else b - a)
    return np.array(found, dtype=np.int64)


def _known(
    values: Floats, indptr: NDArray[np.int64], lengths: NDArray[np.int64], names: Sequence[str]
) -> Known | None:
    """All covariates up to the last row that holds each, then every one up to its first hole."""
    if not names:
        return None
    blocks, ends = [], []
    for (a, b), length in zip(pairwise(indptr), lengths, strict=True):
        complete = np.flatnonzero(np.isfinite(values[a:b]).all(axis=1))
        last = int(complete[-1]) + 1 if len(complete) else 0
        blocks.append(values[a:b])
        ends.append(max(last, int(length)))
    return Known.of(names, blocks, ends)


def _static(table: Grouped, wanted: Sequence[str] | pd.DataFrame) -> Static | None:
    if isinstance(wanted, pd.DataFrame):
        return read_static_table(wanted, table.id, table.ids)
    return read_static(table.frame, table.codes, table.ids, list(wanted))
