"""The settings of a model as people see and change them: kind, usual value, limits, in words."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from django.utils.translation import gettext

from forecasting.choosing.setting_words import words_of
from forecasting.engine.errors import EngineError, SettingsError
from forecasting.engine.model_type import ModelType
from forecasting.engine.registry import model_type
from forecasting.models.trained_model import type_label
from forecasting.refusals import ForecastProblem, problem_from

# What belongs to the machine, not to the forecast: whoever runs Almanac decides it.
OF_THE_MACHINE: Final = frozenset(
    {"threads", "processes", "device", "precision", "max_memory_mb", "weights"}
)
# What the race decides itself, so that all models are tested alike.
OF_THE_RACE: Final = frozenset({"validation"})
# More than this no machine that runs Almanac can fit in reasonable time.
MOST: Final[dict[str, float]] = {
    "hidden_size": 4_096,
    "model_size": 4_096,
    "feed_forward": 8_192,
    "decoder_size": 1_024,
    "channels": 1_024,
    "layers": 32,
    "num_layers": 32,
    "stacks": 32,
    "heads": 64,
    "batch_size": 65_536,
    "epochs": 10_000,
    "rounds": 20_000,
    "leaves": 65_536,
    "penalties": 1_000,
    "kernel_size": 10_000,
    "max_seconds": 21_600,
    "max_rows": 10_000_000,
    "windows": 1_000,
    "context": 65_536,
    "batch": 4_096,
}
MOST_OF_ANY: Final = 1e9
# Where 0 leaves the choice to the data.
BY_THE_DATA: Final = frozenset({"lookback", "window", "segment", "origins", "season_length"})
# A word that no setting knows, to hear which ones it does.
_UNKNOWN: Final = "?"
_TRUE: Final = frozenset({"true", "1", "on", "yes"})
_FALSE: Final = frozenset({"false", "0", "off", "no", ""})


@dataclass(frozen=True)
class Setting:
    """One setting: `kind` is whole, number, yes_no, choice, text or names."""

    name: str
    kind: str
    usual: Any
    options: tuple[str, ...]
    words: str

    @property
    def least(self) -> str:
        """What an input may go down to."""
        return "0" if self.kind in {"whole", "number"} else ""

    @property
    def most(self) -> float:
        """The largest value that is taken."""
        return MOST.get(self.name, MOST_OF_ANY)


def settings_of(kind: str) -> list[Setting]:
    """What may be chosen for a type of model, in its own order. Raises UnknownModelError."""
    entry = model_type(kind)
    own = _own_first(entry.settings)
    return [
        Setting(name, style, usual, _options(kind, name) if style == "choice" else (), words)
        for name, style, usual, words in own
    ]


def chosen(kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of `given` that differ from the usual ones, in their types.

    Raises ForecastProblem naming model, setting and remedy.
    """
    entry = _entry(kind)
    known = {name: (style, usual) for name, style, usual, _ in _own_first(entry.settings)}
    found: dict[str, Any] = {}
    for name, value in given.items():
        _require_choosable(kind, str(name))
        if name not in known:
            raise _about(_no_such(kind, str(name), list(known)), "unknown_setting")
        style, usual = known[name]
        read = _read(kind, name, style, value)
        if read != usual:
            found[name] = read
    try:
        entry.chosen(found)
    except (EngineError, TypeError) as error:
        raise _refused(kind, error) from error
    return found


def in_short(kind: str, given: Mapping[str, Any], season: int) -> str:
    """`hidden_size 64, epochs 40`: what was changed, else the first settings there are.

    `season` is what a season length of 0 stands for.
    """
    own = _own_first(_entry(kind).settings)
    shown = list(given.items())[:3] or [(name, usual) for name, _, usual, _ in own[:2]]
    return ", ".join(_one_in_short(name, value, season) for name, value in shown)


def _one_in_short(name: str, value: Any, season: int) -> str:
    if value == 0 and name == "season_length":
        return gettext("season %(n)s") % {"n": season}
    if value == 0 and name in BY_THE_DATA:
        return gettext("%(setting)s by the data") % {"setting": name}
    return f"{name} {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | tuple):
        return " + ".join(str(one) for one in value)
    return f"{value:,}" if isinstance(value, int) else str(value) or "–"


def _listed(cls: type[Any]) -> tuple[tuple[str, str, Any], ...]:
    """Name, style and usual value of what people may choose; what a class adds itself first."""
    hints = get_type_hints(cls)
    inherited = {field.name for base in cls.__mro__[1:] for field in _fields(base)}
    usual, rows = cls(), []
    for field in sorted(dataclasses.fields(cls), key=lambda field: field.name in inherited):
        style = _style(hints[field.name])
        if not style or field.name in OF_THE_MACHINE | OF_THE_RACE:
            continue
        rows.append((field.name, style, getattr(usual, field.name)))
    return tuple(rows)


def _own_first(cls: type[Any]) -> list[tuple[str, str, Any, str]]:
    found = []
    for name, style, usual in _listed(cls):
        kind = "choice" if style == "text" and _knows_words(cls, name) else style
        found.append((name, kind, usual, words_of(name)))
    return found


def _fields(cls: type[Any]) -> tuple[Any, ...]:
    return dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()


def _style(hint: Any) -> str:
    plain = {int: "whole", float: "number", bool: "yes_no", str: "text"}
    if hint in plain:
        return plain[hint]
    return "names" if hint == tuple[str, ...] else ""


def _knows_words(cls: type[Any], name: str) -> tuple[str, ...]:
    """The words a setting takes. Only the settings themselves know them, so they are asked."""
    try:
        cls(**{name: _UNKNOWN})
    except SettingsError as error:
        return tuple(str(error.details.get("known", "")).split(", "))
    return ()


def _options(kind: str, name: str) -> tuple[str, ...]:
    return _knows_words(model_type(kind).settings, name)


def _read(kind: str, name: str, style: str, value: Any) -> Any:
    readers = {"whole": _whole, "number": _number, "yes_no": _yes_no, "names": _names}
    if style in readers:
        return readers[style](kind, name, value)
    return str(value).strip()[:200]


def _whole(kind: str, name: str, value: Any) -> int:
    number = _number(kind, name, value)
    if number != int(number):
        raise _about(
            gettext("%(setting)s of %(model)s is a whole number, not %(value)s.")
            % {"setting": name, "model": type_label(kind), "value": str(value)[:40]}
        )
    return int(number)


def _number(kind: str, name: str, value: Any) -> float:
    words = {"setting": name, "model": type_label(kind), "value": str(value)[:40]}
    try:
        number = float(str(value).replace(",", "").strip())
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise _about(gettext("%(setting)s of %(model)s is a number, not %(value)s.") % words)
    most = MOST.get(name, MOST_OF_ANY)
    if not 0 <= number <= most:
        raise _about(
            gettext("%(setting)s of %(model)s lies between 0 and %(most)s, not at %(value)s.")
            % {**words, "value": f"{number:,.10g}", "most": f"{most:,.0f}"},
            "out_of_range",
        )
    return number


def _yes_no(kind: str, name: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise _about(
            gettext("%(setting)s of %(model)s is true or false, not %(value)s.")
            % {"setting": name, "model": type_label(kind), "value": str(value)[:40]}
        )
    return text in _TRUE


def _names(_kind: str, _name: str, value: Any) -> tuple[str, ...]:
    listed = value if isinstance(value, list | tuple) else str(value).split(",")
    return tuple(str(one).strip() for one in listed if str(one).strip())


def _entry(kind: str) -> ModelType:
    try:
        return model_type(kind)
    except EngineError as error:
        raise problem_from(error, "models") from error


def _require_choosable(kind: str, name: str) -> None:
    words = {"setting": name[:40], "model": type_label(kind)}
    if name in OF_THE_MACHINE:
        raise _about(
            gettext("%(setting)s of %(model)s belongs to this installation. Leave it out.") % words
        )
    if name in OF_THE_RACE:
        raise _about(
            gettext(
                "%(setting)s of %(model)s is decided by the test windows. Leave it out and set "
                "the number of windows."
            )
            % words
        )


def _no_such(kind: str, name: str, known: list[str]) -> str:
    return gettext("%(model)s has no setting %(name)s; it has %(known)s.") % {
        "model": type_label(kind),
        "name": name[:40],
        "known": ", ".join(known) or gettext("none"),
    }


def _refused(kind: str, error: Exception) -> ForecastProblem:
    """The engine's own sentence, after the name of the model."""
    said = problem_from(error, "models").message if isinstance(error, EngineError) else error
    sentence = gettext("%(model)s: %(reason)s") % {"model": type_label(kind), "reason": said}
    return _about(sentence, "bad_settings")


def _about(sentence: str, code: str = "bad_settings") -> ForecastProblem:
    return ForecastProblem(sentence, code=code, field="models")
