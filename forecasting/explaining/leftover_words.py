"""What the errors of past windows say, in sentences with their numbers."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, ngettext

from forecasting import wording
from forecasting.explaining.leftovers import Distance, Leftovers

SURE: Final = 0.05
# Errors that differ by less between the first and the last steps are called about as large.
ALIKE: Final = 0.1
HEAVY: Final = 1.0


def sentences(found: Leftovers) -> list[str]:
    """Bias, spread, shape, and whether errors follow each other."""
    if found.is_many_alike:
        return [_alike(found)]
    if not found.is_enough:
        return [gettext("There are too few past errors to say anything about them.")]
    said = [_bias(found), _spread(found), _shape(found), _following(found), _windows(found)]
    return [one for one in said if one]


def _alike(found: Leftovers) -> str:
    count = f"{len(found.values):,}"
    if not found.mean:
        return gettext("Past forecasts were exact: all %(count)s errors are 0.") % {"count": count}
    return gettext("All %(count)s past errors are the same: %(mean)s.") % {
        "count": count,
        "mean": wording.figure(found.mean),
    }


def _bias(found: Leftovers) -> str:
    words = {"mean": wording.figure(found.mean)}
    if found.bias is None:
        return gettext("Errors average %(mean)s; too few windows to test for a bias.") % words
    words["p"] = f"p {wording.chance(found.bias.p)}"
    if found.bias.p >= SURE:
        return (
            gettext("Errors average %(mean)s, a bias that cannot be told from luck (%(p)s).")
            % words
        )
    words["mean"] = wording.figure(abs(found.mean))
    if found.mean > 0:
        return gettext("Forecasts were too low, by %(mean)s on average (%(p)s).") % words
    return gettext("Forecasts were too high, by %(mean)s on average (%(p)s).") % words


def _spread(found: Leftovers) -> str:
    ends = found.distance
    if ends is None:
        return ""
    words = {
        "near": wording.figure(ends.near),
        "far": wording.figure(ends.far),
        "steps": _ends(ends),
        "p": f"p {wording.chance(ends.test.p)}" if ends.test else "",
    }
    if abs(ends.far - ends.near) <= ALIKE * max(ends.near, ends.far):
        return gettext("Errors are about as large far ahead as near: %(steps)s.") % words
    if ends.test is None:
        return gettext("Errors are %(steps)s; too few windows to tell whether they grow.") % words
    if ends.test.p >= SURE:
        return (
            gettext("Whether errors grow with the distance cannot be told: %(steps)s (%(p)s).")
            % words
        )
    if ends.far > ends.near:
        return gettext("Errors grow with the distance: %(steps)s (%(p)s).") % words
    return gettext("Errors are smaller far ahead than near: %(steps)s (%(p)s).") % words


def _ends(ends: Distance) -> str:
    words = {
        "near": wording.figure(ends.near),
        "far": wording.figure(ends.far),
        "part": f"{ends.part:,}",
        "steps": f"{ends.steps:,}",
    }
    if ends.part == 1:
        return gettext("%(near)s in size one step ahead, %(far)s %(steps)s steps ahead") % words
    return (
        gettext("%(near)s in size over the first %(part)s steps, %(far)s over the last %(part)s")
        % words
    )


def _shape(found: Leftovers) -> str:
    test = found.normality
    if test is None:
        return ""
    words = {"test": test.name, "p": f"p {wording.chance(test.p)}"}
    if test.p >= SURE:
        return gettext("No departure from a normal distribution is seen (%(test)s, %(p)s).") % words
    _skew, tails = found.skew_and_tails
    shape = (
        gettext("Large errors are more frequent than in a normal distribution (%(test)s, %(p)s).")
        if tails > HEAVY
        else gettext("Their shape is not that of a normal distribution (%(test)s, %(p)s).")
    )
    doubt = (
        gettext("The test takes errors for independent, which these are not: it finds too much.")
        if found.follow_each_other
        else ""
    )
    free = gettext("The intervals are learned from past errors and do not assume that shape.")
    return wording.sentences([shape % words, doubt, free])


def _following(found: Leftovers) -> str:
    correlation, _pairs = found.autocorrelation
    if not len(correlation):
        return ""
    near = round(float(correlation[0]), 2) + 0.0
    words = {"r": f"{near:.2f}".replace("-", "−")}
    if not found.follow_each_other:
        return (
            gettext(
                "Inside a window, an error tells hardly anything of the next one (correlation "
                "%(r)s)."
            )
            % words
        )
    if near < 0:
        return (
            gettext(
                "Inside a window errors take turns: the correlation from one step to the next is "
                "%(r)s, so that they partly cancel out in a sum."
            )
            % words
        )
    return (
        gettext(
            "Inside a window errors follow each other: the correlation from one step to the next "
            "is %(r)s. A forecast that starts off stays off for a while, so do not add up the "
            "bounds of single steps to bounds of a sum."
        )
        % words
    )


def _windows(found: Leftovers) -> str:
    test = found.togetherness
    if test is None:
        count = len(found.windows)
        return ngettext(
            "%(count)s window is too few to tell whether whole windows err alike.",
            "%(count)s windows are too few to tell whether whole windows err alike.",
            count,
        ) % {"count": count}
    words = {"test": test.name, "p": f"p {wording.chance(test.p)}"}
    if test.p >= SURE:
        return gettext("From one window to the next no pattern is left (%(test)s, %(p)s).") % words
    return (
        gettext(
            "Windows err alike one after the other (%(test)s, %(p)s): the series changed faster "
            "than the model follows. Forecasting again more often will help."
        )
        % words
    )
