"""Lines and versions as their pages show them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from datasets.decimals import common_decimals
from forecasting import spans, wording
from forecasting.engine.frequency import Frequency
from forecasting.models import ModelLine, ModelPromotion, ModelVersion, TrainedModel
from forecasting.registry import cards, figures, promoting
from forecasting.registry.comparing import Compared, compare

Words = str | Promise

STATES: Final = {
    TrainedModel.Status.READY: ("good", _("Ready")),
    TrainedModel.Status.TRAINING: ("live", _("Training")),
    TrainedModel.Status.ERROR: ("bad", _("Failed")),
}
STOPPED: Final = ("", _("Stopped"))
ALIASES: Final = {
    "champion": ("good", _("Champion")),
    "challenger": ("live", _("Challenger")),
    "": ("", _("Retired")),
}
FEW_SETTINGS: Final = 8


@dataclass(frozen=True)
class Fact:
    """One row of the duel: what is compared, both figures, and which is better."""

    label: str
    one: str
    other: str
    one_wins: bool
    other_wins: bool


class ShownModel:
    """A trained model with everything its rows and its card show."""

    def __init__(self, row: TrainedModel, served: int = 0) -> None:
        self.row = row
        self.served = served
        self.pill, self.state = (
            STOPPED if row.was_stopped else STATES[TrainedModel.Status(row.status)]
        )

    @cached_property
    def version(self) -> ModelVersion | None:
        """Its place in the registry; None before its first result."""
        found: ModelVersion | None = getattr(self.row, "registered", None)
        return found

    @property
    def alias(self) -> str:
        """champion, challenger or nothing."""
        return str(self.version.alias) if self.version else ""

    @property
    def alias_pill(self) -> str:
        """The tone of its pill."""
        return ALIASES[self.alias][0]

    @property
    def alias_words(self) -> Words:
        """What stands in the pill."""
        return ALIASES[self.alias][1]

    @property
    def mase(self) -> float | None:
        """The score on past windows."""
        found: float | None = self.row.metrics.get("mase")
        return found

    @property
    def windows(self) -> list[dict[str, Any]]:
        """Past windows with their error, as the table shows them."""
        frequency = Frequency.parse(self.row.version.frequency)
        clock = self.row.version.clock
        return [
            {
                "cutoff": wording.moment(window["cutoff"], frequency, clock),
                "mae": window["mae"],
                "inside": (window.get("coverage") or {}).get(self.level),
            }
            for window in self.row.metrics.get("windows", ())
        ]

    @property
    def window_count(self) -> int:
        """How many there are."""
        return len(self.row.metrics.get("windows", ()))

    @property
    def decimals(self) -> int | None:
        """Of the errors, alike in all rows."""
        return common_decimals(window["mae"] for window in self.windows)

    @property
    def errors(self) -> list[float]:
        """For the small line."""
        return [w["mae"] for w in self.row.metrics.get("windows", ()) if w["mae"] is not None]

    @property
    def level(self) -> str:
        """The narrowest interval level."""
        levels: Mapping[str, Any] = self.row.metrics.get("coverage") or {"80": 0}
        return min(levels, key=float)

    @property
    def coverage(self) -> float | None:
        """The share inside it, 0 to 1; the engine measures in percent."""
        percent = (self.row.metrics.get("coverage") or {}).get(self.level)
        return None if percent is None else float(percent) / 100

    @property
    def fit_seconds(self) -> float | None:
        """What training took."""
        found = self.row.metrics.get("fit_seconds", self.row.metrics.get("seconds"))
        return None if found is None else float(found)

    @property
    def milliseconds(self) -> str:
        """What one forecast took when it was tested: `84 ms`."""
        seconds = self.row.metrics.get("predict_seconds")
        if not seconds:
            return ""
        return gettext("%(n)s ms") % {"n": wording.figure(float(f"{1000 * seconds:.2g}"))}

    @property
    def horizon(self) -> str:
        """In words."""
        steps = int(self.row.parameters.get("horizon", 0))
        return spans.span_words(steps, Frequency.parse(self.row.version.frequency)) if steps else ""

    @property
    def lookback(self) -> str:
        """In words."""
        steps = int(self.row.parameters.get("lookback", 0))
        return spans.counted(steps, Frequency.parse(self.row.version.frequency)) if steps else ""

    @property
    def recipe(self) -> Mapping[str, Any]:
        """What it was made with."""
        return self.version.recipe if self.version else {}

    @property
    def targets(self) -> list[str]:
        """Names of the columns that it forecasts."""
        return [str(name) for name in self.recipe.get("names", ())]

    @property
    def settings(self) -> list[tuple[str, str]]:
        """All of them."""
        return cards.settings_of(self.row)

    @property
    def knowledge(self) -> list[cards.Knowledge]:
        """What to know before using it."""
        return cards.knowledge_of(self.row)

    @property
    def environment(self) -> list[tuple[str, str]]:
        """With what it was made."""
        return cards.environment_of(self.row)

    @property
    def retrain_url(self) -> str:
        """The same question on the newest data, ready to be sent."""
        asked = [("dataset", str(self.row.dataset_id))]
        asked += [("targets", str(key)) for key in self.recipe.get("targets", ())]
        if "horizon" in self.recipe:
            asked.append(("horizon", str(self.recipe["horizon"])))
        if "quality" in self.recipe:
            asked.append(("quality", str(self.recipe["quality"])))
        return f"{reverse('forecasting:new')}?{urlencode(asked)}"


class ShownLine:
    """A line of the list, and the panel beside it."""

    def __init__(self, line: ModelLine, served: Mapping[UUID, int]) -> None:
        self.line = line
        self.champion = _shown(line.champion, served)
        self.challenger = _shown(line.challenger, served)
        self.pill, self.state = standing(line)

    @property
    def served(self) -> int:
        """Forecasts on demand of champion and challenger in seven days."""
        return sum(one.served for one in (self.champion, self.challenger) if one)

    @property
    def shown(self) -> ShownModel | None:
        """Whose page it leads to."""
        return self.champion or self.challenger

    @cached_property
    def compared(self) -> Compared | None:
        """The challenger against the champion; None without one of them."""
        if self.champion is None or self.challenger is None:
            return None
        return compare(self.challenger.row, self.champion.row)

    @cached_property
    def duel(self) -> list[Fact]:
        """Both side by side, the champion first."""
        if self.champion is None or self.challenger is None:
            return []
        return duel(self.champion, self.challenger)

    @property
    def can_roll_back(self) -> bool:
        """Was there a champion before?"""
        return promoting.previous_champion(self.line) is not None

    @cached_property
    def figure_json(self) -> str:
        """The errors of both on past windows."""
        return errors_json(*[one.row for one in (self.champion, self.challenger) if one])


def errors_json(*rows: TrainedModel) -> str:
    """The errors of one or two models on past windows, as a figure."""
    if not rows:
        return json.dumps({"data": [], "layout": {}})
    return json.dumps(figures.errors(rows, rows[0].version.clock))


def standing(line: ModelLine) -> tuple[str, Words]:
    """The tone and the word for how a line does, by its watch and the test of its champion."""
    if line.champion is None:
        return "warn", _("No champion")
    if line.is_drifting:
        return "warn", _("Drifting")
    accuracy = line.champion.model.accuracy
    if accuracy is None:
        return "", _("Not tested")
    return ("good", _("Ready")) if accuracy >= 0 else ("bad", _("Worse than naive"))


def duel(one: ShownModel, other: ShownModel) -> list[Fact]:
    """The figures that people choose by."""
    goal = float(one.level) / 100
    rows = [
        _fact("MASE", one.mase, other.mase, wording.rounded),
        _fact(gettext("Over naive"), one.row.accuracy, other.row.accuracy, _signed, higher=True),
        _fact(
            gettext("In the %(level)s%% band") % {"level": one.level},
            one.coverage,
            other.coverage,
            wording.percent,
            goal=goal,
        ),
        _fact(gettext("Fit"), one.fit_seconds, other.fit_seconds, _seconds),
        _fact(
            gettext("Time to predict"),
            one.row.metrics.get("predict_seconds"),
            other.row.metrics.get("predict_seconds"),
            _milliseconds,
        ),
    ]
    return [row for row in rows if row.one != "–" or row.other != "–"]


def sentence(move: ModelPromotion) -> str:
    """`v12 became champion, replacing v11` and the like."""
    words = {"number": move.number, "replaced": move.replaced_number}
    if move.number is None:
        return gettext("v%(replaced)s no longer challenges the champion") % words
    if move.alias == "challenger":
        return gettext("v%(number)s challenges the champion") % words
    if move.reason == ModelPromotion.Reason.ROLLBACK:
        return gettext("rolled back from v%(replaced)s to v%(number)s") % words
    if move.replaced_number is None:
        return gettext("v%(number)s became the first champion") % words
    return gettext("v%(number)s became champion, replacing v%(replaced)s") % words


def by_whom(move: ModelPromotion) -> str:
    """Who or what decided."""
    if move.actor is not None:
        return gettext("by %(name)s") % {"name": move.actor.username}
    return str(move.get_reason_display())


def _shown(version: ModelVersion | None, served: Mapping[UUID, int]) -> ShownModel | None:
    if version is None:
        return None
    return ShownModel(version.model, served.get(version.model_id, 0))


def _fact(
    label: str,
    one: float | None,
    other: float | None,
    write: Any,
    *,
    higher: bool = False,
    goal: float | None = None,
) -> Fact:
    def text(value: float | None) -> str:
        return "–" if value is None else str(write(value))

    if one is None or other is None or text(one) == text(other):
        return Fact(label, text(one), text(other), one_wins=False, other_wins=False)
    first, second = (one, other) if goal is None else (_off(one, goal), _off(other, goal))
    if first == second:
        return Fact(label, text(one), text(other), one_wins=False, other_wins=False)
    wins = first > second if higher else first < second
    return Fact(label, text(one), text(other), one_wins=wins, other_wins=not wins)


def _off(share: float, goal: float) -> float:
    """How far a share is from its goal, as far as people can see it."""
    return abs(round(100 * share) - round(100 * goal))


def _signed(share: float) -> str:
    return f"{'−' if share < 0 else ''}{wording.percent(share)}"


def _seconds(seconds: float) -> str:
    return gettext("%(n)s s") % {"n": wording.figure(float(f"{seconds:.2g}"))}


def _milliseconds(seconds: float) -> str:
    return gettext("%(n)s ms") % {"n": wording.figure(float(f"{1000 * seconds:.2g}"))}


def served_of(lines: Sequence[ModelLine]) -> list[UUID]:
    """The models whose forecasts the list counts."""
    aliased = [one for line in lines for one in (line.champion, line.challenger)]
    return [version.model_id for version in aliased if version is not None]
