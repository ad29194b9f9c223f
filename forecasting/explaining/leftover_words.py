"""What the errors of past windows say, in sentences with their numbers."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, ngettext

from forecasting import wording
from forecasting.explaining.leftovers import Leftovers

SURE: Final = 0.05
# Errors twice as far apart at the end as at the beginning are worth a word.
GROWS: Final = 1.25
HEAVY: Final = 1.0


def sentences(found: Leftovers) -> list[str]:
    """Bias, spread, shape, and whether errors follow each other."""
    if not found.is_enough:
        return [gettext("There are too few past errors to say anything about them.")]
    said = [_bias(found), _spread(found), _shape(found), _following(found), _windows(found)]
    return [one for one in said if one]


def _bias(found: Leftovers) -> str:
    if found.bias is None:
        return gettext("Forecasts were %(mean)s off on average; too few windows to test that.") % {
            "mean": wording.figure(found.mean)
        }
    words = {"mean": wording.figure(abs(found.mean)), "p": f"p {wording.chance(found.bias.p)}"}
    if found.bias.p >= SURE:
        return gettext("No bias is seen: on average %(mean)s, which may be luck (%(p)s).") % words
    if found.mean > 0:
        return gettext("Forecasts were too low, by %(mean)s on average (%(p)s).") % words
    return gettext("Forecasts were too high, by %(mean)s on average (%(p)s).") % words


def _spread(found: Leftovers) -> str:
    table = found.by_step
    if len(table) < 2:
        return ""
    first, last = float(table["spread"].iloc[0]), float(table["spread"].iloc[-1])
    words = {
        "first": wording.figure(first),
        "last": wording.figure(last),
        "step": f"{int(table['step'].iloc[-1]):,}",
    }
    if first > 0 and last > GROWS * first:
        return (
            gettext(
                "Errors grow with the distance: they spread by %(first)s one step ahead and by "
                "%(last)s %(step)s steps ahead."
            )
            % words
        )
    return (
        gettext(
            "Errors hardly grow with the distance: they spread by %(first)s one step ahead and by "
            "%(last)s %(step)s steps ahead."
        )
        % words
    )


def _shape(found: Leftovers) -> str:
    test = found.normality
    if test is None:
        return ""
    words = {"test": test.name, "p": f"p {wording.chance(test.p)}"}
    if test.p >= SURE:
        return gettext("Their shape fits a normal distribution (%(test)s, %(p)s).") % words
    _skew, tails = found.skew_and_tails
    if tails > HEAVY:
        return (
            gettext(
                "Large errors are more frequent than in a normal distribution (%(test)s, %(p)s). "
                "The intervals are learned from such errors and do not assume that shape."
            )
            % words
        )
    return (
        gettext(
            "Their shape is not that of a normal distribution (%(test)s, %(p)s). The intervals are "
            "learned from the errors themselves and do not assume that shape."
        )
        % words
    )


def _following(found: Leftovers) -> str:
    correlation, _pairs = found.autocorrelation
    if not len(correlation):
        return ""
    words = {"r": f"{correlation[0]:.2f}".replace("-", "−")}
    if abs(correlation[0]) <= found.bounds[0]:
        return gettext("Inside a window, an error says nothing of the next one (%(r)s).") % words
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
