"""The answer in one sentence with numbers, and how far to trust it in a second one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop, ngettext

from datasets.clock import AS_STORED, Clock
from forecasting import ranking, spans, wording
from forecasting.engine.frequency import Frequency
from forecasting.luck import SURE
from forecasting.models import PredictionResult
from forecasting.models.trained_model import YARDSTICK
from forecasting.results import Line
from forecasting.turning import Kind, Turning, turning_of

# Who answers at once; a race that finds nothing better says so.
INSTANT: Final = frozenset({"linear", "seasonal_naive", "naive"})


SENTENCES: Final = {
    Kind.PEAK: gettext_noop(
        "{name} will average <b>{average}</b> over the next {span} and peak at "
        "<b>{peak}</b> {when}."
    ),
    Kind.LOW: gettext_noop(
        "{name} will average <b>{average}</b> over the next {span} and fall to a low of "
        "<b>{peak}</b> {when}."
    ),
    Kind.RISES: gettext_noop(
        "{name} will average <b>{average}</b> over the next {span} and rise above "
        "<b>{peak}</b> {when}."
    ),
    Kind.FALLS: gettext_noop(
        "{name} will average <b>{average}</b> over the next {span} and fall below "
        "<b>{peak}</b> {when}."
    ),
}
SENTENCES_WITH_CHANGE: Final = {
    Kind.PEAK: gettext_noop(
        "{name} will average <b>{average}</b> over the next {span}, <b>{change}</b> the last "
        "{span}, and peak at <b>{peak}</b> {when}."
    ),
    Kind.LOW: gettext_noop(
        "{name} will average <b>{average}</b> over the next {span}, <b>{change}</b> the last "
        "{span}, and fall to a low of <b>{peak}</b> {when}."
    ),
    Kind.RISES: gettext_noop(
        "{name} will average <b>{average}</b> over the next {span}, <b>{change}</b> the last "
        "{span}, and rise above <b>{peak}</b> {when}."
    ),
    Kind.FALLS: gettext_noop(
        "{name} will average <b>{average}</b> over the next {span}, <b>{change}</b> the last "
        "{span}, and fall below <b>{peak}</b> {when}."
    ),
}


@dataclass(frozen=True)
class Headline:
    """`first` is HTML with the numbers in bold, `second` plain sentences."""

    first: SafeString
    second: str

    @property
    def text(self) -> str:
        """Both without markup, for labels and programs."""
        return wording.sentences([strip_tags(self.first), self.second])


def headline_of(
    line: Line,
    history: Sequence[float | None],
    frequency: Frequency,
    ranked: Sequence[PredictionResult],
    shown: PredictionResult,
    *,
    clock: Clock = AS_STORED,
) -> Headline:
    """Say what `line` says. `history` are the values before it, oldest first."""
    turning = turning_of(line, history)
    first = _first(
        line,
        history,
        turning,
        wording.at_moment(line.times[turning.step], frequency, clock),
        frequency,
    )
    said = [_there(line, turning), _trust(ranked, shown), _luck(shown), _race(ranked, shown)]
    return Headline(first, wording.tight(wording.sentences(said)))


def _first(
    line: Line,
    history: Sequence[float | None],
    turning: Turning,
    when: str,
    frequency: Frequency,
) -> SafeString:
    known, steps = line.mean, len(line.mean)
    words: dict[str, Any] = {
        "name": line.id,
        "average": wording.figure(sum(known) / len(known)),
        "span": spans.span_words(steps, frequency),
        "when": when,
        "change": _change(sum(known) / len(known), history[-steps:], steps),
    }
    if steps == 1:
        return format_html(gettext("{name} will be <b>{average}</b> {when}."), **words)
    if max(known) == min(known):
        sentence = gettext("{name} will stay at <b>{average}</b> over the next {span}.")
        return format_html(sentence, **words)
    words["peak"] = wording.figure(turning.value)
    changed = SENTENCES_WITH_CHANGE if words["change"] else SENTENCES
    return format_html(gettext(changed[turning.kind]), **words)


def _change(average: float, before: Sequence[float | None], steps: int) -> str:
    """`3.8% below`, against as many steps before; empty when there are too few of them."""
    known = [value for value in before if value is not None]
    if len(known) < max(1, steps // 2):
        return ""
    past = sum(known) / len(known)
    gap = average - past
    # A percentage of something below, across or near zero says nothing: the difference does.
    if min(known) >= 0 and past > 0 and average > 0 and abs(gap / past) < 2:
        size = wording.percent(gap / past)
        level = abs(gap / past) < 0.0005
    else:
        size = wording.figure(abs(gap))
        level = not gap
    if level:
        return gettext("level with")
    # "below" in size, not in sign: −12 is above −15.
    words = gettext("%(size)s above") if gap > 0 else gettext("%(size)s below")
    return words % {"size": size}


def _there(line: Line, turning: Turning) -> str:
    if not line.lower:
        return ""
    level, step = min(line.lower), turning.step
    if turning.kind == Kind.PEAK:
        sentence = gettext("%(level)s%% likely between %(low)s and %(high)s at the peak.")
    elif turning.kind == Kind.LOW:
        sentence = gettext("%(level)s%% likely between %(low)s and %(high)s at the low.")
    else:
        sentence = gettext("%(level)s%% likely between %(low)s and %(high)s at that step.")
    return sentence % {
        "level": level,
        "low": wording.figure(line.lower[level][step]),
        "high": wording.figure(line.upper[level][step]),
    }


def _trust(ranked: Sequence[PredictionResult], shown: PredictionResult) -> str:
    """How the shown model did against seasonal naive on past windows."""
    yardstick = next((one for one in ranked if one.type == YARDSTICK), None)
    windows = len(shown.metrics.get("windows", ()))
    if yardstick is None or not windows:
        return gettext("There are too few rows to test it on the past.")
    past = ngettext("%(n)s past window", "%(n)s past windows", windows) % {"n": windows}
    skill = ranking.skill(shown.metrics, yardstick.metrics)
    own, other = ranking.score(shown.metrics), ranking.score(yardstick.metrics)
    if skill is None or own is None or other is None:
        return ""
    words = {
        "model": shown.label,
        "past": past,
        "skill": wording.percent(skill),
        "own": wording.rounded(own),
        "other": wording.rounded(other),
    }
    if shown.type == YARDSTICK:
        return gettext("No model beat seasonal naive on %(past)s.") % words
    if abs(skill) < 0.005:
        return gettext("%(model)s was as good as seasonal naive on %(past)s.") % words
    if skill > 0:
        return (
            gettext(
                "%(model)s was %(skill)s better than seasonal naive on %(past)s, "
                "MASE %(own)s against %(other)s."
            )
            % words
        )
    return (
        gettext(
            "%(model)s was %(skill)s worse than seasonal naive on %(past)s, "
            "MASE %(own)s against %(other)s."
        )
        % words
    )


def _luck(shown: PredictionResult) -> str:
    """Whether a gain over seasonal naive is more than chance; "" where there is no gain to test."""
    tested = shown.metrics.get("significance") or {}
    chance = tested.get("p_better")
    if chance is None or tested.get("difference", 0.0) >= 0:
        return ""
    words = {"p": wording.chance(chance)}
    if chance < SURE:
        return gettext("That is more than luck, p %(p)s.") % words
    return gettext("That may be luck, p %(p)s.") % words


def _race(ranked: Sequence[PredictionResult], shown: PredictionResult) -> str:
    """How many models the leader met, and whether the race found anything better."""
    others = sum(1 for one in ranked if one.name not in INSTANT)
    if shown.rank != 1 or not others:
        return ""
    if shown.name in INSTANT:
        return ngettext(
            "No improvement: the other model did not do better.",
            "No improvement: none of the %(n)s other models did better.",
            others,
        ) % {"n": others}
    return gettext("Best of %(n)s models.") % {"n": len(ranked)}
