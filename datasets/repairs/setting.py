"""What a step lets people choose, and how a choice is checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.utils.functional import Promise
from django.utils.translation import gettext

from datasets.problems import DatasetProblem
from forecasting.engine.errors import EngineError
from forecasting.engine.frequency import Frequency

if TYPE_CHECKING:
    from datasets.repairs.work import Work

Words = str | Promise
_LONGEST_TEXT, _MOST_LISTED = 1000, 2000


@dataclass(frozen=True)
class Setting:
    """One choice. `kind` is choice, number, integer, integers, flag, text, frequency, zone,
    columns, column, cells, names or shares; `of` narrows columns to number, text, datetime or any.
    """

    name: str
    kind: str
    label: Words
    default: Any = None
    choices: tuple[tuple[str, Words], ...] = ()
    low: float | None = None
    high: float | None = None
    of: str = "number"
    hint: Words = ""
    # The setting is asked for only while another one has one of these values.
    when: tuple[str, tuple[str, ...]] | None = None

    def schema(self) -> dict[str, Any]:
        """As JSON, for programs."""
        found: dict[str, Any] = {"name": self.name, "kind": self.kind, "label": str(self.label)}
        if self.choices:
            found["choices"] = [value for value, _ in self.choices]
        for name in ("default", "low", "high"):
            if getattr(self, name) is not None:
                found[name] = getattr(self, name)
        if self.kind in {"columns", "column"}:
            found["of"] = self.of
        return found

    def read(self, given: Any, work: Work) -> Any:
        """The value to work with. Raises DatasetProblem naming this setting."""
        if given is None or given == "":
            return self.default
        return _READERS[self.kind](self, given, work)

    def refuse(self, words: str) -> DatasetProblem:
        """The problem with this setting."""
        return DatasetProblem(
            gettext("%(label)s: %(words)s") % {"label": self.label, "words": words},
            code="bad_setting",
            field=self.name,
        )


def _choice(setting: Setting, given: Any, work: Work) -> str:
    values = [value for value, _ in setting.choices]
    if given not in values:
        raise setting.refuse(gettext("choose one of %s.") % ", ".join(values))
    return str(given)


def _number(setting: Setting, given: Any, work: Work) -> float:
    try:
        value = float(given)
    except (TypeError, ValueError):
        raise setting.refuse(gettext("enter a number.")) from None
    low, high = setting.low, setting.high
    outside = (low is not None and value < low) or (high is not None and value > high)
    if not math.isfinite(value) or isinstance(given, bool) or outside:
        raise setting.refuse(
            gettext("enter a number from %(low)s to %(high)s.")
            % {
                "low": "−∞" if low is None else f"{low:g}",
                "high": "∞" if high is None else f"{high:g}",
            }
        )
    return value


def _integer(setting: Setting, given: Any, work: Work) -> int:
    value = _number(setting, given, work)
    if value != int(value):
        raise setting.refuse(gettext("enter a whole number."))
    return int(value)


def _integers(setting: Setting, given: Any, work: Work) -> list[int]:
    parts = str(given).split(",") if isinstance(given, str | int) else list(given)
    return sorted({_integer(setting, part, work) for part in parts[:50]})


def _flag(setting: Setting, given: Any, work: Work) -> bool:
    if isinstance(given, bool):
        return given
    return str(given).lower() in {"1", "true", "on", "yes"}


def _text(setting: Setting, given: Any, work: Work) -> str:
    text = str(given).strip()
    if len(text) > _LONGEST_TEXT:
        raise setting.refuse(gettext("at most %s characters.") % f"{_LONGEST_TEXT:,}")
    return text


def _frequency(setting: Setting, given: Any, work: Work) -> str:
    try:
        return Frequency.parse(str(given)).alias
    except EngineError as error:
        raise setting.refuse(str(error)) from error


def _zone(setting: Setting, given: Any, work: Work) -> str:
    if given not in available_timezones():
        raise setting.refuse(
            gettext("%s is not a time zone; write one such as Europe/Berlin.") % str(given)[:40]
        )
    return str(given)


def _columns(setting: Setting, given: Any, work: Work) -> list[str]:
    listed = [given] if isinstance(given, str) else list(given)
    found = [_column(setting, one, work) for one in listed[:_MOST_LISTED]]
    return list(dict.fromkeys(found))


def _column(setting: Setting, given: Any, work: Work) -> str:
    """A column by key or by name."""
    for column in work.columns:
        if given in (column.key, column.name):
            if setting.of not in {"any", column.kind}:
                raise setting.refuse(
                    gettext("%s does not hold what this step works on.") % column.name
                )
            return column.key
    raise setting.refuse(gettext("there is no column %s at this step.") % str(given)[:80])


def _names(setting: Setting, given: Any, work: Work) -> dict[str, str]:
    """Key → new name."""
    if not isinstance(given, dict):
        raise setting.refuse(gettext("write a new name for each column."))
    named = {_column(setting, key, work): str(name).strip()[:200] for key, name in given.items()}
    return {key: name for key, name in named.items() if name}


def _shares(setting: Setting, given: Any, work: Work) -> list[float]:
    listed = given.split(",") if isinstance(given, str) else list(given)
    shares = [_number(setting, one, work) for one in listed]
    if len(shares) != 3 or abs(sum(shares) - 100) > 1e-6:
        raise setting.refuse(gettext("write three shares that sum to 100, such as 70, 15, 15."))
    return shares


def _cells(setting: Setting, given: Any, work: Work) -> list[dict[str, Any]]:
    if not isinstance(given, list) or not given or len(given) > _MOST_LISTED:
        raise setting.refuse(gettext("name at least one cell."))
    read: list[dict[str, Any]] = []
    for cell in given:
        if not isinstance(cell, dict) or "row" not in cell or "column" not in cell:
            raise setting.refuse(gettext("every cell needs a row, a column and a value."))
        row = _integer(Setting("row", "integer", setting.label, low=1), cell["row"], work)
        column = _column(setting, cell["column"], work)
        read.append({"row": row, "column": column, "value": cell.get("value")})
    return read


_READERS = {
    "choice": _choice,
    "number": _number,
    "integer": _integer,
    "integers": _integers,
    "flag": _flag,
    "text": _text,
    "frequency": _frequency,
    "zone": _zone,
    "columns": _columns,
    "column": _column,
    "names": _names,
    "shares": _shares,
    "cells": _cells,
}


def values_of(settings: Sequence[Setting], given: dict[str, Any], work: Work) -> dict[str, Any]:
    """All settings of a step, checked. Raises DatasetProblem for the first that is wrong."""
    known = {setting.name for setting in settings}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise DatasetProblem(
            gettext("This step has no setting %(name)s. It has: %(known)s.")
            % {"name": str(unknown[0])[:40], "known": ", ".join(sorted(known)) or "–"},
            code="bad_setting",
            field=str(unknown[0])[:40],
        )
    return {setting.name: setting.read(given.get(setting.name), work) for setting in settings}
