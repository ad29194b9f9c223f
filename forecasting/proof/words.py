"""Past windows in sentences with numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

from forecasting import spans, wording
from forecasting.engine.frequency import Frequency
from forecasting.proof.scores import Proof
from forecasting.shown import ShownForecast

# Of horizons this long, errors of quarters are told: single steps are few and jump.
LONG: Final = 8


def headline(shown: ShownForecast, own: Proof, skill: float | None) -> SafeString:
    """`Over 8 past windows of 7 days … was off by 2.6% on average, 39% better than …`."""
    count = len(own.numbers)
    past = ngettext("%(n)s past window of %(span)s", "%(n)s past windows of %(span)s", count)
    words = {
        "past": past % {"n": count, "span": shown.span},
        "model": own.label,
        "name": shown.series,
        "off": _off(own),
    }
    if skill is None:
        sentence = gettext("Over {past} {model} was off by <b>{off}</b> on average for {name}.")
    elif abs(skill) < 0.005:
        sentence = gettext(
            "Over {past} {model} was off by <b>{off}</b> on average for {name}, as much as "
            "seasonal naive."
        )
    else:
        words["skill"] = wording.percent(skill)
        sentence = _than_naive(skill > 0)
    return wording.tight(format_html(sentence, **words))


def by_step(own: Proof, frequency: Frequency) -> str:
    """`Off by 58 over the first 2 days, by 142 over the last.`; of a short span by its steps."""
    errors = own.step_errors
    part = len(errors) // 4 if len(errors) >= LONG else 1
    first, last = _mean(errors[:part]), _mean(errors[-part:])
    if first is None or last is None:
        return ""
    words = {
        "first": wording.figure(first),
        "span": spans.span_words(part, frequency),
        "last": wording.figure(last),
    }
    if len(errors) == 1:
        return gettext("Off by %(first)s on average.") % words
    return gettext("Off by %(first)s over the first %(span)s, by %(last)s over the last.") % words


def chart(view: str, proofs: Sequence[Proof], cutoff: str) -> str:
    """What the large chart of the Backtest tab shows."""
    models = pgettext("list", ", ").join(proof.label for proof in proofs)
    if view == "all":
        return gettext("All past windows: what came beside %(models)s.") % {"models": models}
    if view == "errors":
        return gettext("Errors of every past window by step ahead; in colour from %(cutoff)s.") % {
            "cutoff": cutoff
        }
    return gettext("The window from %(cutoff)s: what came beside %(models)s.") % {
        "cutoff": cutoff,
        "models": models,
    }


def _than_naive(is_better: bool) -> str:
    if is_better:
        return gettext(
            "Over {past} {model} was off by <b>{off}</b> on average for {name}, <b>{skill} "
            "better</b> than seasonal naive."
        )
    return gettext(
        "Over {past} {model} was off by <b>{off}</b> on average for {name}, <b>{skill} worse</b> "
        "than seasonal naive."
    )


def _mean(errors: Sequence[float | None]) -> float | None:
    known = [error for error in errors if error is not None]
    return sum(known) / len(known) if known else None


def _off(own: Proof) -> str:
    """In percent of the values where they have a natural zero, else in their unit."""
    whole = own.whole
    if whole.wape is not None and np.nanmin(own.actual) >= 0:
        return wording.percent(whole.wape / 100)
    return wording.figure(whole.mae or 0.0)
