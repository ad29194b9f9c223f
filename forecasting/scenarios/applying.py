"""Changes laid on what a model is told: copies of the rows, never the rows themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from django.utils.translation import gettext

from forecasting.engine.covariate_blocks import known_names, past_names
from forecasting.engine.panel import Floats, Panel
from forecasting.results import Line
from forecasting.scenarios.changes import Change, problem


def on_panel(panel: Panel, series: int, changes: Sequence[Change]) -> Panel:
    """The panel with known covariates changed at any step, targets and past covariates at steps
    that are past. Raises ForecastProblem for a column that is none of them, or is not known there.
    """
    for one in changes:
        if one.column in known_names(panel):
            panel = _known(panel, series, one)
        elif one.column in past_names(panel):
            panel = _past(panel, series, one)
        elif one.column in panel.channels:
            panel = _target(panel, series, one)
        else:
            names = (*panel.channels, *known_names(panel), *past_names(panel))
            raise problem(
                gettext("There is no column %(name)s in this forecast. Choose among: %(names)s.")
                % {"name": one.column or "–", "names": ", ".join(names[:10])},
                "unknown_column",
            )
    return panel


def on_line(line: Line, column: str, changes: Sequence[Change]) -> Line:
    """The answer with the changes of the target at steps to come laid on mean and bounds."""
    ahead = [one for one in changes if one.column == column and one.last >= 1]
    if not ahead:
        return line

    def moved(values: list[float]) -> list[float]:
        found = np.array(values, dtype=np.float64)
        for one in ahead:
            steps = slice(max(one.first, 1) - 1, one.last)
            found[steps] = one.on(found[steps])
        return [float(value) for value in found]

    # A negative factor turns a band upside down.
    ends = {
        level: list(zip(moved(values), moved(line.upper[level]), strict=True))
        for level, values in line.lower.items()
    }
    lower = {level: [min(pair) for pair in pairs] for level, pairs in ends.items()}
    upper = {level: [max(pair) for pair in pairs] for level, pairs in ends.items()}
    return replace(line, mean=moved(line.mean), lower=lower, upper=upper)


def _known(panel: Panel, series: int, one: Change) -> Panel:
    assert panel.known is not None
    known, length = panel.known, int(panel.lengths[series])
    place = known.names.index(one.column)
    reach = int(known.reach(panel.lengths)[series, place])
    if one.last > reach:
        raise problem(
            gettext(
                "%(column)s is known for %(reach)s steps ahead, and step %(step)s lies beyond. Add "
                "rows for the steps to come to the data, or change earlier steps."
            )
            % {"column": one.column, "reach": reach, "step": one.last},
            "not_known_there",
        )
    blocks = [known.whole(s) for s in range(len(panel))]
    blocks[series] = blocks[series].copy()
    _change(blocks[series], 0, length, place, one)
    return replace(panel, known=known.changed(blocks))


def _past(panel: Panel, series: int, one: Change) -> Panel:
    assert panel.past is not None
    if one.last > 0:
        raise problem(
            gettext(
                "Only the past of %(column)s is used, so its future changes nothing. Choose steps "
                "up to 0."
            )
            % {"column": one.column},
            "past_only",
        )
    values, place = panel.past.values.copy(), panel.past.names.index(one.column)
    _change(values, int(panel.indptr[series]), int(panel.lengths[series]), place, one)
    return replace(panel, past=replace(panel.past, values=values))


def _target(panel: Panel, series: int, one: Change) -> Panel:
    if one.first > 0:
        return panel
    values, place = panel.values.copy(), panel.channels.index(one.column)
    past = replace(one, last=min(one.last, 0))
    _change(values, int(panel.indptr[series]), int(panel.lengths[series]), place, past)
    return replace(panel, values=values)


def _change(values: Floats, begin: int, length: int, column: int, one: Change) -> None:
    rows = slice(begin + max(0, length + one.first - 1), begin + max(0, length + one.last))
    values[rows, column] = one.on(values[rows, column])
