"""The covariates of other rows put in the order that a model has learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecasting.engine.covariate_blocks import known_names, past_names, static_names
from forecasting.engine.covariates import Known, Past, Static
from forecasting.engine.errors import SettingsError, gettext_noop
from forecasting.engine.panel import Floats, Panel, flat_rows


def matched(
    panel: Panel,
    known: Sequence[str] = (),
    past: Sequence[str] = (),
    static: Sequence[str] = (),
) -> Panel:
    """The panel with exactly these covariates in this order; the panel itself where it fits.

    Others are dropped. A category that was not learned is none of the learned ones. Raises
    SettingsError naming what is missing.
    """
    names = tuple(known), tuple(past), tuple(static)
    if names == (known_names(panel), past_names(panel), static_names(panel)):
        return panel
    return replace(
        panel,
        known=_known(panel, names[0]),
        past=_past(panel, names[1]),
        static=_static(panel, names[2]),
    )


def reaching(panel: Panel, horizon: int) -> Panel:
    """Known covariates for ``horizon`` rows after every series; the last row stands in for others.

    For forecasts whose last steps nobody reads. The panel itself where all are known.
    """
    if panel.known is None or int(panel.known.beyond(panel.lengths).min()) >= horizon:
        return panel
    blocks = []
    for series, ahead in enumerate(panel.known.beyond(panel.lengths)):
        block = panel.known.at(series)
        lacking = max(horizon - int(ahead), 0)
        blocks.append(np.concatenate([block, np.repeat(block[-1:], lacking, axis=0)]))
    return replace(panel, known=Known(panel.known.names, *flat_rows(blocks)))


def _known(panel: Panel, names: tuple[str, ...]) -> Known | None:
    if not names or panel.known is None:
        _require_none(names)
        return None
    _places(panel.known.names, names)
    return panel.known.only(names)


def _past(panel: Panel, names: tuple[str, ...]) -> Past | None:
    if not names or panel.past is None:
        _require_none(names)
        return None
    return Past(names, panel.past.values[:, _places(panel.past.names, names)])


def _static(panel: Panel, names: tuple[str, ...]) -> Static | None:
    if not names or panel.static is None:
        _require_none(names)
        return None
    given = panel.static
    kinds = {name.partition("=")[0] for name in given.names if "=" in name}
    absent = [n for n in names if n not in given.names and n.partition("=")[0] not in kinds]
    if absent:
        raise _missing(absent)
    columns = [_column(given, name) for name in names]
    return Static(names, np.stack(columns, axis=1))


def _column(given: Static, name: str) -> Floats:
    if name in given.names:
        return given.values[:, given.names.index(name)]
    return np.zeros(len(given.values))


def _places(given: tuple[str, ...], wanted: tuple[str, ...]) -> list[int]:
    absent = [name for name in wanted if name not in given]
    if absent:
        raise _missing(absent)
    return [given.index(name) for name in wanted]


def _require_none(names: tuple[str, ...]) -> None:
    if names:
        raise _missing(names)


def _missing(names: Sequence[str]) -> SettingsError:
    return SettingsError(
        gettext_noop("The model learned with the covariates %(names)s; give them too."),
        names=", ".join(names),
    )
