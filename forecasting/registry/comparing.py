"""Two models side by side: settings that differ, figures, and the same past windows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext, ngettext

from datasets.decimals import common_decimals
from forecasting import wording
from forecasting.engine.frequency import Frequency
from forecasting.engine.significance import TOO_FEW, DieboldMariano, judge
from forecasting.models import TrainedModel
from forecasting.registry.cards import setting_words

METRICS: Final = ("mase", "mae", "rmse", "smape", "wape", "bias")
# What is no setting of the model.
_HIDDEN: Final = frozenset({"report", "channels", "horizon", "lookback"})
SURE: Final = 0.05


@dataclass(frozen=True)
class Difference:
    """One setting or figure of both models; None where one has no such thing."""

    name: str
    one: Any
    other: Any

    @property
    def differs(self) -> bool:
        """Are they not the same?"""
        return bool(self.one != self.other)

    @property
    def said(self) -> tuple[str, str]:
        """Both as a model card writes them."""
        return _said(self.one), _said(self.other)


@dataclass(frozen=True)
class SharedWindow:
    """The mean absolute error of both on one past window."""

    cutoff: str
    one: float
    other: float
    when: str = ""


@dataclass(frozen=True)
class Compared:
    """`windows` are those with the same cutoff; `test` is None where they say nothing."""

    one: TrainedModel
    other: TrainedModel
    settings: list[Difference]
    metrics: list[Difference]
    windows: list[SharedWindow]
    reason: str = ""

    @cached_property
    def test(self) -> DieboldMariano | None:
        """Diebold-Mariano on the mean errors of the shared windows, which do not overlap."""
        if not self.windows:
            return None
        gaps = np.array([window.one - window.other for window in self.windows])
        return judge(gaps, 1)

    @property
    def gain(self) -> float | None:
        """By which part the first model's error is smaller; negative where it is larger."""
        theirs = sum(window.other for window in self.windows)
        own = sum(window.one for window in self.windows)
        return 1 - own / theirs if theirs else None

    @property
    def is_sure(self) -> bool:
        """Is the difference more than luck?"""
        return self.test is not None and (self.test.p_value or 1.0) < SURE

    @property
    def decimals(self) -> int | None:
        """Of the errors, alike in all rows."""
        return common_decimals(error for one in self.windows for error in (one.one, one.other))

    @property
    def settings_by_difference(self) -> list[Difference]:
        """Those that differ first."""
        return sorted(self.settings, key=lambda one: not one.differs)

    @property
    def verdict(self) -> str:
        """The difference in one sentence, with its numbers."""
        if self.reason:
            return self.reason
        gain = self.gain
        if gain is None or self.test is None:
            return gettext("There is nothing to compare: one of the errors is zero.")
        words = {
            "one": name_of(self.one),
            "other": name_of(self.other),
            "share": wording.percent(gain),
            "windows": f"{len(self.windows):,}",
        }
        said = _more(gain, len(self.windows)) % words
        if self.test.p_value is None:
            return wording.sentences([said, _untested(self.test)])
        words["p"] = p_words(self.test.p_value)
        how = (
            gettext("That is more than luck, %(p)s.")
            if self.is_sure
            else gettext("Too close to tell apart, %(p)s.")
        )
        return wording.sentences([said, how % words])


def compare(one: TrainedModel, other: TrainedModel) -> Compared:
    """Set them side by side; `reason` says why their windows cannot be compared."""
    windows = _shared(one, other)
    return Compared(
        one=one,
        other=other,
        settings=_differences(_settings(one), _settings(other)),
        metrics=_differences(_figures(one), _figures(other)),
        windows=windows,
        reason="" if windows else _why_no_windows(one, other),
    )


def name_of(row: TrainedModel) -> str:
    """`v9 Ensemble`, or the name of a model that is no version."""
    version = getattr(row, "registered", None)
    return f"v{version.number} {row.label}" if version is not None else row.name


def p_words(p_value: float) -> str:
    """`p = 0.004`, `p < 0.001`."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"


def _more(gain: float, windows: int) -> str:
    if gain >= 0:
        return ngettext(
            "%(one)s is %(share)s more accurate than %(other)s over %(windows)s shared window.",
            "%(one)s is %(share)s more accurate than %(other)s over %(windows)s shared windows.",
            windows,
        )
    return ngettext(
        "%(one)s is %(share)s less accurate than %(other)s over %(windows)s shared window.",
        "%(one)s is %(share)s less accurate than %(other)s over %(windows)s shared windows.",
        windows,
    )


def _untested(test: DieboldMariano) -> str:
    if test.note == TOO_FEW:
        return gettext("Too few windows for a test.")
    return gettext(test.note)


def _shared(one: TrainedModel, other: TrainedModel) -> list[SharedWindow]:
    """Windows of the same targets on the same data with the same cutoff, in time order."""
    if _question(one) != _question(other):
        return []
    own, theirs = _errors_beside(one, other), _errors_beside(other, one)
    frequency, clock = Frequency.parse(one.version.frequency), one.version.clock
    return [
        SharedWindow(cutoff, error, theirs[cutoff], wording.moment(cutoff, frequency, clock))
        for cutoff, error in sorted(own.items())
        if cutoff in theirs
    ]


def _question(row: TrainedModel) -> tuple[Any, ...]:
    version = getattr(row, "registered", None)
    line = version.line if version is not None else None
    targets = tuple(sorted(line.targets)) if line else ()
    return (row.dataset_id, targets, row.parameters.get("horizon"))


def _errors_beside(row: TrainedModel, other: TrainedModel) -> dict[str, float]:
    """Of the windows `row` was tested on, and of those that `other` was tested on beside it."""
    beside = other.metrics.get("beside") or {}
    tested = beside.get("windows", ()) if beside.get("model") == str(row.pk) else ()
    return _of_windows(tested) | _errors(row)


def _errors(row: TrainedModel) -> dict[str, float]:
    return _of_windows(row.metrics.get("windows", ()))


def _of_windows(windows: Iterable[dict[str, Any]]) -> dict[str, float]:
    return {
        str(window["cutoff"]): float(window["mae"])
        for window in windows
        if window.get("mae") is not None
    }


def _why_no_windows(one: TrainedModel, other: TrainedModel) -> str:
    if not _errors(one) or not _errors(other):
        return gettext("One of them was not tested on past windows, so their errors are no match.")
    if one.dataset_id != other.dataset_id:
        return gettext("They learned from different datasets, so their errors cannot be compared.")
    if _question(one) != _question(other):
        return gettext("They forecast other columns or another horizon, so no window is the same.")
    return gettext("They were tested on other past windows. Train one of them again on this data.")


def _settings(row: TrainedModel) -> dict[str, Any]:
    own = {name: value for name, value in row.parameters.items() if name not in _HIDDEN}
    shared = {name: row.parameters.get(name) for name in ("horizon", "lookback")}
    return {"type": row.type} | shared | own | {"data": f"v{row.version.number}"}


def _said(value: Any) -> str:
    return "–" if value is None else setting_words(value)


def _figures(row: TrainedModel) -> dict[str, Any]:
    figures: dict[str, Any] = {name: row.metrics.get(name) for name in METRICS}
    figures["skill"] = row.accuracy
    for level, share in (row.metrics.get("coverage") or {}).items():
        figures[f"coverage-{level}"] = None if share is None else float(share) / 100
    figures["fit_seconds"] = row.metrics.get("fit_seconds", row.metrics.get("seconds"))
    figures["predict_seconds"] = row.metrics.get("predict_seconds")
    figures["size"] = row.size
    return figures


def _differences(one: dict[str, Any], other: dict[str, Any]) -> list[Difference]:
    names = list(dict.fromkeys([*one, *other]))
    return [
        Difference(name, one.get(name), other.get(name))
        for name in names
        if one.get(name) is not None or other.get(name) is not None
    ]
