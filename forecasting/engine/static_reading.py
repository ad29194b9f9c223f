"""What never changes about a series, read from its rows or from a table of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.engine.covariates import Static
from forecasting.engine.errors import BadValuesError, gettext_noop
from forecasting.engine.panel_reading import require_columns

NUMBERS: Final = {"integer", "floating", "mixed-integer-float", "boolean", "decimal"}
# One column per category: more of them tell single series apart, not kinds of series.
MOST_CATEGORIES: Final = 500


def read_static(
    frame: pd.DataFrame, codes: NDArray[np.int64], ids: tuple[str, ...], columns: Sequence[str]
) -> Static | None:
    """Columns that are constant for every series; ``codes`` tells whose row is whose.

    Empty cells take the value of the other rows. Raises BadValuesError naming series and remedy.
    """
    if not columns:
        return None
    require_columns(frame, columns)
    return _encoded([_constant(frame[name], codes, ids) for name in columns], columns, ids)


def read_static_table(table: pd.DataFrame, id: str, ids: tuple[str, ...]) -> Static | None:
    """A table with one row per series, named in column ``id``; all other columns are covariates.

    The row of a panel with a single series needs no name.
    """
    if id not in table.columns and len(table) == len(ids) == 1:
        table = table.assign(**{id: ids})
    require_columns(table, [id])
    table = table.assign(**{id: table[id].astype(str)})
    missing = next((name for name in ids if name not in set(table[id])), None)
    if missing is not None:
        raise BadValuesError(
            gettext_noop(
                "Series %(series)s has no row in the table of static covariates; add one, with its "
                "name in %(column)s."
            ),
            series=missing,
            column=id,
        )
    rows = table[table[id].isin(ids)]
    place = {name: code for code, name in enumerate(ids)}
    codes = np.array([place[name] for name in rows[id]], dtype=np.int64)
    return read_static(rows, codes, ids, [str(name) for name in table.columns if name != id])


def _constant(
    column: pd.Series[Any], codes: NDArray[np.int64], ids: tuple[str, ...]
) -> pd.Series[Any]:
    """The one value of every series, ``[S]``."""
    cells = pd.Series(column.to_numpy())
    found = cells.groupby(codes).first()
    differs = cells.notna().to_numpy() & (cells.to_numpy() != found.to_numpy()[codes])
    if differs.any():
        row = int(np.argmax(differs))
        raise BadValuesError(
            gettext_noop(
                "Series %(series)s holds both %(first)s and %(other)s in %(column)s; a static "
                "covariate has one value per series. Correct the rows, or call %(column)s a past "
                "or a known covariate."
            ),
            series=ids[codes[row]],
            first=found.iloc[int(codes[row])],
            other=cells[row],
            column=column.name,
        )
    return found


def _encoded(
    columns: Sequence[pd.Series[Any]], names: Sequence[str], ids: tuple[str, ...]
) -> Static:
    """Numbers as they are, one column of 0 and 1 per category of a text."""
    found: list[tuple[str, NDArray[np.float64]]] = []
    for name, column in zip(names, columns, strict=True):
        if pd.api.types.infer_dtype(column, skipna=True) in NUMBERS:
            found.append((name, _numbers(column, name, ids)))
            continue
        texts = column.map(str).where(column.notna())
        categories = sorted(texts.dropna().unique())
        _require_few(name, len(categories))
        found += [
            (f"{name}={category}", (texts == category).to_numpy(dtype=np.float64))
            for category in categories
        ]
    values = np.stack([column for _, column in found], axis=1) if found else np.empty((len(ids), 0))
    return Static(tuple(name for name, _ in found), values)


def _numbers(column: pd.Series[Any], name: str, ids: tuple[str, ...]) -> NDArray[np.float64]:
    if column.isna().any():
        raise BadValuesError(
            gettext_noop(
                "Series %(series)s has no value in the static covariate %(column)s; fill it or "
                "leave the covariate out."
            ),
            series=ids[int(column.isna().to_numpy().argmax())],
            column=name,
        )
    return np.asarray(column, dtype=np.float64)


def _require_few(name: str, count: int) -> None:
    if count > MOST_CATEGORIES:
        raise BadValuesError(
            gettext_noop(
                "The static covariate %(column)s holds %(count)s different texts, at most %(most)s "
                "can be learned from; merge rare ones or leave it out."
            ),
            column=name,
            count=count,
            most=MOST_CATEGORIES,
        )
