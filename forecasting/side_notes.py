"""What a chart says in small print: holidays ahead that were measured, a level that changed lately.

Never more than three, and none that is not in the span that is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext

from forecasting import wording
from forecasting.chart_notes import SideNote
from forecasting.models import Explanation, PredictionResult
from forecasting.models.explanation import EDITION

MOST: Final = 3


def of_answer(result: PredictionResult, series: str, drawn: Sequence[str]) -> list[SideNote]:
    """Those of a series of an answer within the times that are `drawn`, the earliest first.

    They were measured when somebody asked why; before that there are none.
    """
    asked = Explanation.objects.filter(result=result, series=series, found__edition=EDITION)
    kept = asked.values_list("found__holidays", "found__shift").first()
    if kept is None or not drawn:
        return []
    found = [*_shifts(kept[1]), *_holidays(kept[0] or [])]
    inside = [one for one in found if drawn[0] <= one.time <= drawn[-1]]
    return sorted(inside[:MOST], key=lambda one: one.time)


def _holidays(kept: Sequence[Mapping[str, Any]]) -> list[SideNote]:
    """The largest effect first, and only clear ones."""
    return [
        SideNote(
            time,
            gettext("%(holiday)s: %(effect)s on average")
            % {"holiday": row["name"], "effect": _signed(row["mean"])},
        )
        for row in kept
        if row.get("clear")
        for time in row.get("ahead", ())[:1]
    ]


def _shifts(kept: Mapping[str, Any] | None) -> list[SideNote]:
    if not kept:
        return []
    words = {"change": wording.figure(abs(kept["after"] - kept["before"]))}
    text = (
        gettext("Level higher by %(change)s from here on")
        if kept["after"] > kept["before"]
        else gettext("Level lower by %(change)s from here on")
    )
    return [SideNote(kept["time"], text % words)]


def _signed(value: float) -> str:
    return f"+{wording.figure(value)}" if value > 0 else wording.figure(value)
