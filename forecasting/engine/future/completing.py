"""A panel whose covariates reach over the horizon: what is known stays, futures fill the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.covariate_blocks import known_names, past_names
from forecasting.engine.covariates import Known
from forecasting.engine.future.calendars import Calendar
from forecasting.engine.future.frames import calendar_blocks, on_calendar
from forecasting.engine.future.unknown import Unknown, series_of
from forecasting.engine.missing import Scaled, fill
from forecasting.engine.panel import Floats, Panel, flat_rows


def promoted_names(panel: Panel) -> tuple[str, ...]:
    """Past covariates that are not known ones as well."""
    return tuple(name for name in past_names(panel) if name not in known_names(panel))


def ends_early(panel: Panel, horizon: int) -> bool:
    """Whether a known covariate is not known for all ``horizon`` steps of every series."""
    known = panel.known
    return known is not None and int(known.beyond(panel.lengths).min()) < horizon


def early_groups(panel: Panel, horizon: int) -> list[tuple[str, ...]]:
    """Known covariates that are not known for all ``horizon`` steps of every series; those that
    end together are together.
    """
    if panel.known is None:
        return []
    found: dict[bytes, list[str]] = {}
    for name, reach in zip(panel.known.names, panel.known.reach(panel.lengths).T, strict=True):
        if reach.min() < horizon:
            found.setdefault(np.minimum(reach, horizon).tobytes(), []).append(name)
    return [tuple(names) for names in found.values()]


def as_at_every_cutoff(panel: Panel, horizon: int) -> Panel:
    """The panel whose past knows no more of the steps ahead than its end does.

    Where known covariates end before the horizon does, a test on the past that sees all of them
    would promise more than the forecast can keep.
    """
    if panel.known is None or not ends_early(panel, horizon):
        return panel
    ahead = max(0, int(panel.known.beyond(panel.lengths).min()))
    return replace(panel, known=replace(panel.known, ahead=ahead))


def told(panel: Panel, calendar: Calendar | None, horizon: int) -> Panel:
    """The panel with past covariates among the known ones, for the rows there are, gaps closed."""
    names = promoted_names(panel)
    if names:
        blocks = _history(panel, names)
        known = Known((*known_names(panel), *names), *flat_rows(blocks))
        panel = replace(panel, known=known)
    return panel if calendar is None else on_calendar(panel, horizon, calendar)


@dataclass(frozen=True, eq=False)
class Completed:
    """``steps`` ``[N, S, H, K]`` are possible futures of the covariates of ``known``.

    ``rows`` ``[S, H]`` are their places in its values. There is one where all is known.
    """

    panel: Panel
    known: Known
    rows: NDArray[np.int64]
    steps: Floats

    @staticmethod
    def of(
        panel: Panel, unknown: Sequence[Unknown], calendar: Calendar | None, horizon: int
    ) -> Completed:
        """The first future is what the covariate models forecast, the others are possible paths.

        Raises TooShortError where a known covariate ends that no model continues.
        """
        names = promoted_names(panel)
        blocks = _history(panel, names)
        found = [one.futures(panel, horizon) for one in unknown]
        count = min((len(futures) for futures in found), default=1)
        columns = (*known_names(panel), *names)
        steps = np.full((count, len(panel), horizon, len(columns)), np.nan)
        _require_known(panel, unknown, horizon)
        for one, futures in zip(unknown, found, strict=True):
            places = [columns.index(name) for name in one.names]
            for s, first in enumerate(np.minimum(one.begins(panel), horizon)):
                steps[:, s, first:, places] = futures[:count, s, : horizon - first].transpose(
                    2, 0, 1
                )
        _write_known(panel, steps)
        if calendar is not None:
            columns, blocks, steps = _with_calendar(panel, calendar, columns, blocks, steps)
        whole = [np.concatenate([b, steps[0, s]]) for s, b in enumerate(blocks)]
        known = Known(columns, *flat_rows(whole))
        rows = (known.indptr[:-1] + panel.lengths)[:, None] + np.arange(horizon)
        return Completed(panel, known, rows, steps)

    def __len__(self) -> int:
        return len(self.steps)

    def future(self, number: int) -> Panel:
        """The panel with one of the futures."""
        values = self.known.values.copy()
        values[self.rows] = self.steps[number]
        return replace(self.panel, known=Known(self.known.names, values, self.known.indptr))


def _history(panel: Panel, names: tuple[str, ...]) -> list[Floats]:
    """Known covariates and these past ones of the rows there are, ``[T, K]`` per series."""
    parts = [[] if panel.known is None else [panel.known.at(s)[:n]] for s, n in _rows(panel)]
    if names:
        rows = series_of(panel, "past", names)
        Scaled.of(rows)  # Names a covariate without any value.
        for s, part in enumerate(parts):
            part.append(np.stack([fill(column) for column in rows.at(s).T], axis=1))
    empty = [np.empty((n, 0)) for _, n in _rows(panel)]
    return [np.hstack([e, *part]) for e, part in zip(empty, parts, strict=True)]


def _require_known(panel: Panel, unknown: Sequence[Unknown], horizon: int) -> None:
    forecast = {name for one in unknown for name in one.names}
    rest = [name for name in known_names(panel) if name not in forecast]
    if panel.known is not None and rest:
        known = panel.known.only(rest)
        for s, n in _rows(panel):
            known.future(s, n, horizon, panel.ids[s])


def _rows(panel: Panel) -> list[tuple[int, int]]:
    return [(s, int(n)) for s, n in enumerate(panel.lengths)]


def _write_known(panel: Panel, steps: Floats) -> None:
    """Write into ``steps`` what is known of the future, over what was forecast of it."""
    if panel.known is not None:
        for s, n in _rows(panel):
            block = panel.known.whole(s)[n : n + steps.shape[2]]
            held = np.isfinite(block)
            steps[:, s, : len(block), : block.shape[1]][:, held] = block[held]


def _with_calendar(
    panel: Panel, calendar: Calendar, columns: tuple[str, ...], blocks: list[Floats], steps: Floats
) -> tuple[tuple[str, ...], list[Floats], Floats]:
    names, horizon = calendar.names(panel.frequency), steps.shape[2]
    kept = [place for place, name in enumerate(columns) if name not in names]
    tables = calendar_blocks(panel, calendar, panel.lengths + horizon)
    ahead = np.stack([table[-horizon:] for table in tables])
    ahead = np.broadcast_to(ahead, (len(steps), *ahead.shape))
    pairs = zip(blocks, tables, strict=True)
    return (
        (*(columns[place] for place in kept), *names),
        [np.hstack([b[:, kept], table[: len(b)]]) for b, table in pairs],
        np.concatenate([steps[..., kept], ahead], axis=3),
    )
