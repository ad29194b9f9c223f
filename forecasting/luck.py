"""Whether a better score is more than luck: the Diebold-Mariano test as people read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext

from forecasting import wording
from forecasting.engine.significance import TOO_FEW, judge
from forecasting.models import PredictionResult

# A difference that chance brings less often than this is called more than luck.
SURE: Final = 0.05


@dataclass(frozen=True)
class Luck:
    """The test of a model against seasonal naive: `words` as in `p = 0.08 unclear`.

    `note` says why there is no p, or what the test had to do; `pill` is the colour.
    """

    words: str
    note: str = ""
    pill: str = ""


def against_naive(tested: dict[str, Any] | None) -> Luck:
    """What the kept test of a model says; no words where there was none."""
    if not tested:
        return Luck("")
    note = gettext(tested["note"]) if tested.get("note") else ""
    chance = _chance(tested)
    if chance is None:
        few = tested.get("note") == TOO_FEW
        return Luck(gettext("too few windows") if few else gettext("no test"), note)
    words = {"p": f"p {wording.chance(chance)}"}
    if chance > SURE:
        return Luck(gettext("%(p)s unclear") % words, note)
    if tested["difference"] > 0:
        return Luck(gettext("%(p)s worse") % words, note, "warn")
    return Luck(words["p"], note, "good")


def lead_words(first: PredictionResult, second: PredictionResult) -> str:
    """How sure the lead of the first over the second is; "" where windows cannot tell."""
    own, other = _errors(first), _errors(second)
    shared = sorted(own.keys() & other.keys())
    if not shared:
        return ""
    gaps = np.array([own[cutoff] - other[cutoff] for cutoff in shared])
    tested = judge(gaps, 1)
    words = {"first": first.label, "second": second.label}
    if tested.p_better is None or tested.p_worse is None:
        return gettext("Too few windows to tell %(first)s from %(second)s.") % words
    chance = min(tested.p_better, tested.p_worse)
    words["p"] = f"p {wording.chance(chance)}"
    if chance > SURE:
        return gettext("%(first)s and %(second)s are too close to tell apart, %(p)s.") % words
    if tested.difference < 0:
        return gettext("%(first)s is better than %(second)s, %(p)s.") % words
    return gettext("%(second)s is better than %(first)s, %(p)s.") % words


def _chance(tested: dict[str, Any]) -> float | None:
    """Of the side that the windows speak for."""
    side = "p_better" if (tested.get("difference") or 0.0) <= 0 else "p_worse"
    found = tested.get(side)
    return None if found is None else float(found)


def _errors(result: PredictionResult) -> dict[str, float]:
    """Scaled error by cutoff."""
    return {
        str(window["cutoff"]): float(window["mase"])
        for window in result.metrics.get("windows", ())
        if window.get("mase") is not None
    }
