"""A panel as arrays and JSON, for the card of a saved model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.covariates import Known, Past, Static
from forecasting.engine.frequency import Frequency
from forecasting.engine.panel import Panel


def panel_arrays(panel: Panel) -> dict[str, NDArray[Any]]:
    """Everything in the panel that is numbers."""
    arrays: dict[str, NDArray[Any]] = {
        "context.values": panel.values,
        "context.starts": panel.starts.view(np.int64),
        "context.indptr": panel.indptr,
    }
    if panel.known is not None:
        arrays |= {"known.values": panel.known.values, "known.indptr": panel.known.indptr}
        if panel.known.later is not None:
            arrays["known.later"] = panel.known.later
    if panel.past is not None:
        arrays["past.values"] = panel.past.values
    if panel.static is not None:
        arrays["static.values"] = panel.static.values
    return arrays


def panel_facts(panel: Panel) -> dict[str, Any]:
    """The names in the panel; those of covariates only where there are any."""
    kinds = {"past": panel.past, "static": panel.static}
    seasons = panel.frequency.seasons
    return {
        "ids": list(panel.ids),
        "channels": list(panel.channels),
        "known": list(panel.known.names) if panel.known else [],
        "frequency": panel.frequency.alias,
        **({"seasons": list(seasons)} if seasons else {}),
    } | {kind: list(found.names) for kind, found in kinds.items() if found is not None}


def stored_panel(facts: dict[str, Any], arrays: dict[str, Any]) -> Panel:
    """The panel of which ``panel_arrays`` and ``panel_facts`` were taken."""
    known, past, static = (facts.get(kind) for kind in ("known", "past", "static"))
    return Panel(
        tuple(facts["ids"]),
        tuple(facts["channels"]),
        Frequency.parse(facts["frequency"]).with_seasons(facts.get("seasons", ())),
        arrays["context.starts"].view("datetime64[ns]"),
        arrays["context.values"],
        arrays["context.indptr"],
        _stored_known(known, arrays) if known else None,
        None if past is None else Past(tuple(past), arrays["past.values"]),
        None if static is None else Static(tuple(static), arrays["static.values"]),
    )


def _stored_known(names: list[str], arrays: dict[str, Any]) -> Known:
    values, indptr = arrays["known.values"], arrays["known.indptr"]
    return Known(tuple(names), values, indptr, later=arrays.get("known.later"))
