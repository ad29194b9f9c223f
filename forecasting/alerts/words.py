"""Rules and firings in sentences: reading it aloud is the rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from datasets.clock import Clock
from forecasting import spans, wording
from forecasting.alerts.readings import frequency_of
from forecasting.engine.frequency import Frequency
from forecasting.models import AlertFiring, AlertRule

Speaker = Callable[[str, Frequency, Clock], str]
Kind, Measure, Direction = AlertRule.Kind, AlertRule.Measure, AlertRule.Direction


def sentence(rule: AlertRule) -> SafeString:
    """`80% interval of <b>Load</b> passes <b>5,900</b> within 3 days`."""
    return wording.tight(format_html(_pattern(rule), **_words(rule)))


def title(rule: AlertRule) -> str:
    """The person's own name for it, else the sentence."""
    return rule.name or strip_tags(sentence(rule))


def fired(rule: AlertRule, firing: AlertFiring) -> str:
    """What happened, in one line: `Load passes 5,900 on Mon 23 Nov at 19:00`."""
    words = _words(rule) | {"series": firing.series or _words(rule)["series"]}
    words["when"] = _at(rule, firing.first_time)
    said = {
        Kind.MISSING: gettext("%(dataset)s gets no new rows"),
        Kind.ANOMALY: gettext("%(series)s left its usual range"),
        Kind.DRIFT: gettext("%(forecast)s drifts"),
    }.get(Kind(rule.kind))
    if said is None and rule.measure == Measure.WIDTH:
        said = gettext("%(series)s: the interval is wider than %(limit)s %(when)s")
    elif said is None and rule.direction == Direction.BELOW:
        said = gettext("%(series)s falls below %(limit)s %(when)s")
    return wording.tight((said or gettext("%(series)s passes %(limit)s %(when)s")) % words)


def why(rule: AlertRule, firing: AlertFiring) -> str:
    """The numbers behind it: `The 80% interval tops 6,144 on Mon 23 Nov at 19:00.`"""
    if rule.kind in {Kind.ANOMALY, Kind.DRIFT} and firing.message:
        return firing.message
    words = _words(rule)
    words["value"] = wording.figure(firing.value) if firing.value is not None else "–"
    words["when"] = _at(rule, firing.peak_time)
    if rule.kind == Kind.MISSING:
        words["late"] = spans.about(max(1, int(firing.value or 0)), frequency_of(rule))
        words["when"] = _at(rule, firing.peak_time, wording.moment)
        return wording.tight(gettext("The last row is of %(when)s, %(late)s ago.") % words)
    return wording.tight(_numbers(rule) % words)


def _numbers(rule: AlertRule) -> str:
    if rule.kind != Kind.FORECAST:
        return gettext("It reached %(value)s.")
    if rule.measure == Measure.MEAN:
        return gettext("The forecast reaches %(value)s %(when)s.")
    if rule.measure == Measure.WIDTH:
        return gettext("The %(level)s%% interval is %(value)s wide %(when)s.")
    if rule.direction == Direction.BELOW:
        return gettext("The %(level)s%% interval goes down to %(value)s %(when)s.")
    return gettext("The %(level)s%% interval tops %(value)s %(when)s.")


def resolved(rule: AlertRule) -> str:
    """`Over: 80% interval of Load passes 5,900 within 3 days`."""
    return gettext("Over: %(rule)s") % {"rule": title(rule)}


def _pattern(rule: AlertRule) -> str:
    if rule.kind == Kind.MISSING:
        return gettext("<b>{dataset}</b> gets no new rows for <b>{span}</b>")
    if rule.kind == Kind.ANOMALY:
        return gettext("<b>{series}</b> leaves its usual range")
    if rule.kind == Kind.DRIFT and rule.limit is None:
        return gettext("<b>{forecast}</b> drifts")
    if rule.kind == Kind.DRIFT:
        return gettext("Error of <b>{forecast}</b> drifts past <b>{limit}</b>")
    return _forecast_patterns()[rule.measure, rule.direction]


def _forecast_patterns() -> dict[tuple[str, str], str]:
    wide = gettext(
        "{level}% interval of <b>{series}</b> becomes wider than <b>{limit}</b> within {span}"
    )
    return {
        (Measure.MEAN, Direction.ABOVE): gettext(
            "Forecast of <b>{series}</b> passes <b>{limit}</b> within {span}"
        ),
        (Measure.MEAN, Direction.BELOW): gettext(
            "Forecast of <b>{series}</b> falls below <b>{limit}</b> within {span}"
        ),
        (Measure.INTERVAL, Direction.ABOVE): gettext(
            "{level}% interval of <b>{series}</b> passes <b>{limit}</b> within {span}"
        ),
        (Measure.INTERVAL, Direction.BELOW): gettext(
            "{level}% interval of <b>{series}</b> falls below <b>{limit}</b> within {span}"
        ),
        (Measure.WIDTH, Direction.ABOVE): wide,
        (Measure.WIDTH, Direction.BELOW): wide,
    }


def _words(rule: AlertRule) -> dict[str, Any]:
    return {
        "dataset": rule.dataset.name,
        "forecast": rule.task.name if rule.task else rule.dataset.name,
        "series": rule.series or _any_series(rule),
        "level": rule.level,
        "limit": wording.figure(rule.limit) if rule.limit is not None else "–",
        "span": _span(rule),
    }


def _any_series(rule: AlertRule) -> str:
    if rule.task is None:
        return rule.dataset.name
    names = rule.task.asked("names") or []
    return str(names[0]) if len(names) == 1 else gettext("any series")


def _span(rule: AlertRule) -> str:
    if rule.kind == Kind.MISSING:
        return spans.span_words(max(1, rule.within or 1), frequency_of(rule))
    if rule.task is None:
        return ""
    return spans.span_words(rule.within or rule.task.horizon, frequency_of(rule))


def _at(rule: AlertRule, time: str, speak: Speaker = wording.at_moment) -> str:
    if not time:
        return ""
    version = rule.task.version if rule.task else rule.dataset.current_version
    if version is None:
        return time
    return speak(time, frequency_of(rule), version.clock)
