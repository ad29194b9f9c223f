"""Watches in sentences, with their numbers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext

from forecasting import spans, wording
from forecasting.models import ModelVersion, ModelWatch
from forecasting.watching import duels


def drift(watch: ModelWatch) -> str:
    """What is wrong: `load has erred more than on past windows since Mon 23 Nov 19:00, …`."""
    seen = watch.seen
    common = {
        "series": seen["worst"],
        "level": seen["level"],
        "inside": f"{seen['held']['inside']:,}",
        "count": f"{seen['held']['count']:,}",
    }
    if seen["sign"] == "intervals":
        common["p"] = wording.chance(seen["p_fewer"])
        return (
            gettext(
                "Only %(inside)s of the last %(count)s values of %(series)s lay inside the "
                "%(level)s%% interval; luck alone would leave so few there with p %(p)s."
            )
            % common
        )
    common["when"] = moment(watch, seen["onset"])
    common["mase"] = "–" if seen["mase"] is None else wording.rounded(seen["mase"])
    return (
        gettext(
            "%(series)s has been further from its forecast than before since %(when)s: one-step "
            "error %(mase)s MASE, %(inside)s of the last %(count)s values inside the %(level)s%% "
            "interval."
        )
        % common
    )


def drift_and_remedy(watch: ModelWatch) -> str:
    """The same and what to do."""
    remedy = (
        gettext("A challenger is being trained on the newest rows.")
        if watch.trains_on_drift
        else gettext("Train a challenger on the newest rows, or look at the data.")
    )
    return wording.sentences([drift(watch), remedy])


def promise(watch: ModelWatch) -> str:
    """How often luck alone raises an alarm: `about once in 83 days`."""
    span = spans.span_words(watch.patience, watch.line.step)
    return gettext(
        "Luck alone raises an alarm about once in %(span)s, if the errors of a good model do not "
        "depend on each other."
    ) % {"span": span}


def summary(watch: ModelWatch) -> str:
    """How the champion does on what came later, in one or two sentences."""
    seen = watch.seen
    if watch.problem:
        return watch.problem
    if not seen.get("values"):
        return gettext(
            "No value has come since the champion was trained. Add rows, and every one of them is "
            "compared with what the model says of it one step ahead."
        )
    if watch.is_drifting:
        return drift(watch)
    said = ngettext(
        "Steady over %(n)s step that came after the training.",
        "Steady over %(n)s steps that came after the training.",
        seen["times"],
    ) % {"n": f"{seen['times']:,}"}
    return wording.sentences([said, bias(seen["tracking"])])


def bias(found: dict[str, Any]) -> str:
    """Too high or too low, beyond the limits and luck; "" where it is neither."""
    signal, p_value = found["signal"], found["p_value"]
    if signal is None or p_value is None or abs(signal) <= 4 or p_value >= 0.05:
        return ""
    said = {"signal": signed(signal), "p": wording.chance(p_value)}
    if signal > 0:
        return (
            gettext("It forecasts too low: tracking signal %(signal)s, outside ±4, p %(p)s.") % said
        )
    return gettext("It forecasts too high: tracking signal %(signal)s, outside ±4, p %(p)s.") % said


def signed(value: float) -> str:
    """`+5.2`, `−0.4`."""
    text = f"{abs(value):.1f}"
    return f"−{text}" if value < 0 and text != "0.0" else f"+{text}"


def duel(watch: ModelWatch) -> str:
    """Challenger against champion; says so while too little has come."""
    rival = watch.line.challenger or _version(watch.duel.get("challenger"))
    found = watch.duel
    if rival is None:
        return ""
    if not found or found.get("gain") is None:
        return gettext(
            "v%(number)s and the champion have no whole horizon in common yet that neither knew: "
            "%(horizon)s of new rows are needed."
        ) % {
            "number": rival.number,
            "horizon": spans.span_words(watch.line.horizon, watch.line.step),
        }
    return wording.sentences([_gain(rival, found), _sure(found)])


def rule(watch: ModelWatch) -> str:
    """When a challenger is promoted: `Rule: promote when better by 5% with p under 0.05.`"""
    if watch.promotes == ModelWatch.Promotes.HAND:
        return gettext("A person promotes: no rule is set.")
    return gettext("Rule: promote when better by %(gain)s or more with p under %(p)s.") % {
        "gain": wording.percent(watch.least_gain),
        "p": f"{watch.most_p:g}",
    }


def moment(watch: ModelWatch, time: str) -> str:
    """A time of the data, on its clock."""
    data = watch.version or watch.line.dataset.current_version
    if not time or data is None:
        return time
    return wording.moment(time, watch.line.step, data.clock)


def _gain(rival: ModelVersion, found: dict[str, Any]) -> str:
    values = {
        "number": rival.number,
        "share": wording.percent(found["gain"]),
        "windows": f"{found['windows']:,}",
    }
    if found["on"] == duels.ARRIVED:
        said = (
            gettext(
                "v%(number)s is %(share)s more accurate than the champion on %(windows)s windows "
                "of values that neither knew."
            )
            if found["gain"] >= 0
            else gettext(
                "v%(number)s is %(share)s less accurate than the champion on %(windows)s windows "
                "of values that neither knew."
            )
        )
    elif found["gain"] >= 0:
        said = gettext(
            "v%(number)s is %(share)s more accurate than the champion on %(windows)s windows that "
            "were left out of its training."
        )
    else:
        said = gettext(
            "v%(number)s is %(share)s less accurate than the champion on %(windows)s windows that "
            "were left out of its training."
        )
    return said % values


def _sure(found: dict[str, Any]) -> str:
    if not duels.is_enough(found):
        return gettext("Fewer than %(n)s windows leave it to luck.") % {"n": duels.FEWEST}
    if found["p"] is None:
        return gettext(found["note"]) if found["note"] else ""
    said = (
        gettext("That is more than luck, p %(p)s.")
        if found["p"] < 0.05
        else gettext("Too close to tell apart, p %(p)s.")
    )
    return said % {"p": wording.chance(found["p"])}


def _version(key: Any) -> ModelVersion | None:
    found: ModelVersion | None = ModelVersion.objects.filter(pk=key).first() if key else None
    return found
