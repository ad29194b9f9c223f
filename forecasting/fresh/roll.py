"""Who is in a run that moved: series that came since the training, that went, that stand still.

A model answers for the series it has learned from. One that came later waits for the next
training; the run names it, and nobody has to find out by missing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow.parquet as pq
from django.utils.translation import gettext, ngettext, pgettext

from forecasting import stood_in
from forecasting.engine import artifacts
from forecasting.engine.hierarchy.reconciled import Reconciled
from forecasting.engine.panel import Panel
from forecasting.models import PredictionResult, PredictionTask
from forecasting.serving.answering import fetched

KEPT: Final = "series"
MOST_NAMES: Final = 20
SHOWN_NAMES: Final = 5


@dataclass
class Roll:
    """Names of series: `new` ones that no model knows, `gone` ones that the data have no more,
    `quiet` ones without a new row while others have some.
    """

    new: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)

    def add(self, known: Panel, panel: Panel) -> None:
        """What a model that remembers `known` finds in the `panel`."""
        mine, now = set(known.ids), set(panel.ids)
        self.new += [name for name in panel.ids if name not in mine and name not in self.new]
        self.gone += [name for name in known.ids if name not in now and name not in self.gone]
        if not self.quiet:
            self.quiet = _quiet(known, panel)

    def as_receipt(self) -> dict[str, Any]:
        """How many, and the first names; only what there is."""
        found = {"new": self.new, "gone": self.gone, "quiet": self.quiet}
        return {
            kind: {"count": len(names), "names": names[:MOST_NAMES]}
            for kind, names in found.items()
            if names
        }


def known_to(listed: Sequence[PredictionResult]) -> set[str] | None:
    """The single series that the first of these models has learned, and those that were stood in
    for; None where no model has files.
    """
    for one in listed:
        if one.model is None or not one.model.model_path:
            continue
        model = artifacts.load(fetched(one.model.model_path)[0])
        hierarchy = model.hierarchy if isinstance(model, Reconciled) else None
        return set(hierarchy.bottom if hierarchy else model.context_.ids) | _stood_in(one)
    return None


def words(task: PredictionTask) -> list[str]:
    """What there is to say of a run, sentence by sentence."""
    told: dict[str, Any] = task.receipt.get("moved", {}).get(KEPT, {})
    return [_sentence(kind, told[kind]) for kind in ("new", "gone", "quiet") if kind in told]


def _stood_in(result: PredictionResult) -> set[str]:
    path = stood_in.found(result)
    if path is None:
        return set()
    names: list[str] = pq.read_table(path, columns=["unique_id"])["unique_id"].to_pylist()
    return set(names)


def _quiet(known: Panel, panel: Panel) -> list[str]:
    before = _ends(known)
    now = {name: end for name, end in _ends(panel).items() if name in before}
    later = {name for name, end in now.items() if end > before[name]}
    return [name for name in now if name not in later] if later else []


def _ends(panel: Panel) -> dict[str, Any]:
    ends = panel.frequency.at(panel.starts, panel.lengths - 1)
    return dict(zip(panel.ids, ends, strict=True))


def _sentence(kind: str, told: dict[str, Any]) -> str:
    count = int(told["count"])
    said = {
        "new": ngettext(
            "%(n)s new series is not in this forecast until it is trained again: %(names)s.",
            "%(n)s new series are not in this forecast until it is trained again: %(names)s.",
            count,
        ),
        "gone": ngettext(
            "%(n)s series is no longer in the data: %(names)s.",
            "%(n)s series are no longer in the data: %(names)s.",
            count,
        ),
        "quiet": ngettext(
            "%(n)s series has no new row and is forecast from its own last one: %(names)s.",
            "%(n)s series have no new row and are forecast from their own last one: %(names)s.",
            count,
        ),
    }
    names = pgettext("list", ", ").join(told["names"][:SHOWN_NAMES])
    if count > SHOWN_NAMES:
        more = f"{count - SHOWN_NAMES:,}"
        names = gettext("%(names)s and %(n)s more") % {"names": names, "n": more}
    return said[kind] % {"n": f"{count:,}", "names": names}
