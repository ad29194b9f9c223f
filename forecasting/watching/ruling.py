"""The rule of a line: promote the challenger where the figures allow it, and say so."""

from __future__ import annotations

from typing import Any

from forecasting.models import ModelPromotion, ModelWatch
from forecasting.registry import promoting
from forecasting.watching import duels, telling


def by_rule(watch: ModelWatch) -> ModelPromotion | None:
    """Promote the challenger where the rule allows it; answers what changed."""
    found, rival = watch.duel, watch.line.challenger
    if rival is None or found.get("challenger") != str(rival.pk):
        return None
    if not watch.is_on or not duels.is_enough(found) or not watch.allows(found):
        return None
    move = promoting.promote(
        rival, reason=ModelPromotion.Reason.RULE, evidence=evidence(watch, found)
    )
    telling.tell_promotion(watch, move)
    return move


def evidence(watch: ModelWatch, found: dict[str, Any]) -> dict[str, Any]:
    """The figures it was decided on, and the rule."""
    kept = ("on", "windows", "own", "other", "gain", "p", "p_better", "first", "last")
    return {name: found[name] for name in kept} | {
        "least_gain": watch.least_gain,
        "most_p": watch.most_p,
    }
