"""Hierarchies from tables of group names and from trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import BadValuesError, SettingsError, gettext_noop
from forecasting.engine.hierarchy.structure import BOTTOM, Hierarchy, How
from forecasting.engine.panel_reading import require_columns

if TYPE_CHECKING:
    import pandas as pd

TOTAL = "total"
Total = tuple[str, list[int]]


def from_groups(
    frame: pd.DataFrame, groups: Sequence[str | Sequence[str]], id: str | None, how: How
) -> Hierarchy:
    """A total of all series and one level per group; see Hierarchy.from_groups."""
    wanted = [(group,) if isinstance(group, str) else tuple(group) for group in groups]
    for group in wanted:
        if group in ((TOTAL,), (BOTTOM,)):
            raise SettingsError(
                gettext_noop("A level cannot be called %(name)s; rename the column."), name=group[0]
            )
    require_columns(frame, [name for group in wanted for name in group])
    bottom = _bottom(frame, id)
    taken = {TOTAL, *bottom}
    levels: dict[str, list[Total]] = {TOTAL: [(TOTAL, list(range(len(bottom))))]}
    for group in wanted:
        level = _level(frame, group, taken)
        if any(len(members) > 1 for _, members in level):
            levels["/".join(group)] = level
            taken.update(name for name, _ in level)
    return _assembled(levels, bottom, how)


def _bottom(frame: pd.DataFrame, id: str | None) -> tuple[str, ...]:
    if id is not None:
        require_columns(frame, [id])
    column = frame.index if id is None else frame[id]
    empty = column.isna()
    if empty.any():
        raise BadValuesError(
            gettext_noop("Row %(row)s has no series name in %(column)s; fill or remove it."),
            row=int(np.argmax(empty)) + 1,
            column=id or "the index",
        )
    if not len(column):
        raise BadValuesError(gettext_noop("A hierarchy needs at least one bottom series."))
    return tuple(str(name) for name in column)


def _level(frame: pd.DataFrame, group: tuple[str, ...], taken: set[str]) -> list[Total]:
    """The totals of one level; names that are taken elsewhere get their columns in front."""
    keys = frame[list(group)]
    found = keys.groupby(list(group), sort=False, dropna=True).ngroup()
    codes = found.fillna(-1).to_numpy(dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(codes.max(initial=-1) + 2))
    members = [order[a:b] for a, b in pairwise(edges)]
    cells = [keys.iloc[int(rows[0])].tolist() for rows in members]
    names = ["/".join(str(cell) for cell in row) for row in cells]
    if taken & set(names):
        names = [
            "/".join(f"{column}={cell}" for column, cell in zip(group, row, strict=True))
            for row in cells
        ]
    return [(name, rows.tolist()) for name, rows in zip(names, members, strict=True)]


def from_children(children: Mapping[str, Sequence[str]], how: How) -> Hierarchy:
    """Levels by their distance from the top; see Hierarchy.from_children."""
    below = {name for names in children.values() for name in names}
    bottom = tuple(dict.fromkeys(n for names in children.values() for n in names))
    bottom = tuple(name for name in bottom if name not in children)
    if not bottom:
        raise BadValuesError(gettext_noop("A hierarchy needs at least one bottom series."))
    places = {name: place for place, name in enumerate(bottom)}
    levels: dict[str, list[Total]] = {}
    known: dict[str, NDArray[np.int64]] = {}
    current = [name for name in children if name not in below]
    for depth in range(len(children)):
        totals = dict.fromkeys(name for name in current if name in children)
        if not totals:
            break
        level = [(name, _leaves(name, children, places, known).tolist()) for name in totals]
        done = {name for names in levels.values() for name, _ in names}
        levels[f"level {depth + 1}"] = [one for one in level if one[0] not in done]
        current = [child for name in totals for child in children[name]]
    reached = {name for names in levels.values() for name, _ in names}
    if reached != set(children):
        raise _circle(next(name for name in children if name not in reached))
    return _assembled({level: t for level, t in levels.items() if t}, bottom, how)


def _leaves(
    name: str,
    children: Mapping[str, Sequence[str]],
    places: Mapping[str, int],
    known: dict[str, NDArray[np.int64]],
    above: tuple[str, ...] = (),
) -> NDArray[np.int64]:
    """Bottom series under a name, each once."""
    if name in above:
        raise _circle(name)
    if name in places:
        return np.array([places[name]], dtype=np.int64)
    if name not in known:
        parts = [
            _leaves(child, children, places, known, (*above, name)) for child in children[name]
        ]
        known[name] = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *parts]))
        if not len(known[name]):
            raise BadValuesError(
                gettext_noop("The total %(name)s has no series below it."), name=name
            )
    return known[name]


def _circle(name: str) -> SettingsError:
    return SettingsError(
        gettext_noop("%(name)s lies below itself; a hierarchy has no circles."), name=name
    )


def _assembled(
    levels: Mapping[str, Sequence[Total]], bottom: tuple[str, ...], how: How
) -> Hierarchy:
    named = {level: tuple(name for name, _ in totals) for level, totals in levels.items()}
    rows = [members for totals in levels.values() for _, members in totals]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    members = np.array([member for row in rows for member in row], dtype=np.int64)
    return Hierarchy(named | {BOTTOM: bottom}, members, starts, how)
