"""What an answer used beyond the usual, line by line: what somebody chose, and what made it."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext, pgettext

from forecasting import shards, spans
from forecasting.engine.explaining.calendar_parts import group_of
from forecasting.engine.frequency import Frequency
from forecasting.models import PredictionTask, TrainedModel
from forecasting.portfolio.levels import METHODS

# Of the environment of a model, what decides its numbers.
_DECIDE: Final = ("almanac", "numpy", "torch")


def rows_of(task: PredictionTask) -> list[tuple[str, str]]:
    """Names and words, in the order of the receipt; only what was chosen."""
    asked = task.parameters
    found = [
        (gettext("Step"), _step(str(asked.get("frequency") or ""))),
        (gettext("Series"), _series(task)),
        (gettext("Covariates"), _covariates(task)),
        (gettext("Holidays"), _place(asked.get("calendar") or {})),
        (gettext("Bounds"), _bounds(asked.get("bounds") or {})),
        (gettext("Totals"), _totals(asked.get("hierarchy") or {})),
        (gettext("Seasons"), _listed(asked.get("seasons"))),
        (gettext("Shards"), shards.receipt_words(task)),
        (gettext("Refit"), gettext("in every window") if asked.get("refit") == "each" else ""),
    ]
    return [(name, words) for name, words in found if words]


def software_of(model: TrainedModel | None) -> str:
    """`almanac 1.4, numpy 2.1`: what made the model; "" where nobody knows."""
    version = getattr(model, "registered", None)
    told: dict[str, Any] = version.environment if version is not None else {}
    return _listed(f"{name} {told[name]}" for name in _DECIDE if told.get(name))


def _step(alias: str) -> str:
    return spans.counted(1, Frequency.parse(alias)) if alias else ""


def _series(task: PredictionTask) -> str:
    count = int(task.receipt.get("series", 1))
    return f"{count:,}" if count > 1 else ""


def _listed(values: Any) -> str:
    return pgettext("list", ", ").join(str(value) for value in values or ())


def _covariates(task: PredictionTask) -> str:
    """Those that somebody chose; what the calendar adds are many columns and one idea."""
    names = list(task.receipt.get("covariates") or ())
    if not task.parameters.get("calendar"):
        return _listed(names)
    own = [name for name in names if not group_of(str(name))]
    return _listed([*own, gettext("dates of the calendar")] if len(own) < len(names) else own)


def _place(calendar: dict[str, Any]) -> str:
    return " ".join(filter(None, (calendar.get("country"), calendar.get("subdivision"))))


def _totals(hierarchy: dict[str, Any]) -> str:
    """`by region, reconciled by mint_shrink`."""
    if not hierarchy:
        return ""
    names = _listed(hierarchy.get("names"))
    words = {"names": names, "method": hierarchy.get("method", METHODS[0])}
    if not names:
        return gettext("of all series, reconciled by %(method)s") % words
    return gettext("by %(names)s, reconciled by %(method)s") % words


def _bounds(bounds: dict[str, Any]) -> str:
    low, high = bounds.get("low"), bounds.get("high")
    said = []
    if low is not None:
        said.append(gettext("at least %(low)s") % {"low": f"{low:g}"})
    if high is not None:
        said.append(gettext("at most %(high)s") % {"high": f"{high:g}"})
    if bounds.get("integer"):
        said.append(gettext("whole numbers"))
    return _listed(said)
