"""What the tabs Components and Drivers, and the card Why, show of one explanation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from datasets.clock import Clock
from datasets.decimals import common_decimals
from datasets.figures import Figure
from forecasting import stood_in, wording
from forecasting.engine.explaining.calendar_parts import CALENDAR, HOLIDAY
from forecasting.engine.explaining.splitting import COVARIATE, REST, SEASON, TREND
from forecasting.explaining import figures
from forecasting.explaining.explain_jobs import series_of
from forecasting.explaining.sentences import name_of, said
from forecasting.explaining.shown_inside import ShownInside
from forecasting.explaining.telling import ADDED, SHUFFLED, WEIGHED
from forecasting.models import Explanation, PredictionResult
from forecasting.shown import ShownForecast

CAPTIONS: Final = {
    SHUFFLED: _("how much the errors grow when it is shuffled, over past cutoffs"),
    ADDED: _("share of what it adds to this forecast"),
    WEIGHED: _("share of the weights of the first steps"),
}
KINDS: Final = {
    TREND: _("Trend"),
    SEASON: _("Season"),
    COVARIATE: _("Covariate"),
    HOLIDAY: _("Holidays"),
    CALENDAR: _("Other dates of the calendar"),
    REST: _("What is left"),
}
# Sections as the card says them: why this model, why flat, what moved it, what it rests on.
WHY: Final = ("choice", "flat", "moved", "drivers")
MOST_DRIVERS: Final = 12
# What rounds to nothing of a percent is counted, not listed.
LEAST_SHARE: Final = 0.0005
LOW, TALL = 128, 240
# The place with which a sentence begins.
FIRST: Final = re.compile(r"%\((?P<name>\w+)\)s")


@dataclass(frozen=True)
class ShownPart:
    """One part of the series with its chart."""

    place: int
    title: str
    kind: str
    percent: str
    figure: str
    # What stands beside the line over time: what it is called, and how high both are drawn.
    turn: str | None
    beside: str
    height: int

    @property
    def without_band(self) -> str:
        """Why a trend has no band; "" of the other parts."""
        if self.kind != TREND:
            return ""
        return gettext(
            "Drawn without a band: over the past it is a smoothed mean of the values, ahead the "
            "moving mean of the forecast, and nothing was measured that would tell how far either "
            "is off. How far the forecast itself may be off is what the bands of its chart say."
        )

    @property
    def chart(self) -> str:
        """The element that is drawn over time."""
        return f"part-{self.place}"

    @property
    def turn_chart(self) -> str:
        """The element beside it."""
        return f"turn-{self.place}"


class ShownExplanation:
    """The explanation of the model and the series that the page shows; none while unasked."""

    def __init__(self, shown: ShownForecast, clock: Clock) -> None:
        self.shown, self.clock = shown, clock

    @cached_property
    def result(self) -> PredictionResult | None:
        """The answer that is explained."""
        return self.shown.chosen

    @cached_property
    def series(self) -> str:
        """The series that is explained."""
        return series_of(self.result, self.shown.series) if self.result else ""

    @cached_property
    def row(self) -> Explanation | None:
        """What was asked for, ready or not."""
        if self.result is None:
            return None
        asked = Explanation.objects.select_related("job")
        found: Explanation | None = asked.filter(result=self.result, series=self.series).first()
        return found

    @cached_property
    def stood_in(self) -> str:
        """Why no model answers for the series; "" where one does."""
        return stood_in.reason_for(self.result, self.series) if self.result else ""

    @property
    def found(self) -> dict[str, Any]:
        """What is kept; empty before it is ready, and where no model was asked."""
        is_shown = self.row is not None and self.row.is_ready and not self.stood_in
        return dict(self.row.found) if self.row and is_shown else {}

    @property
    def is_ready(self) -> bool:
        """Whether there is something to show."""
        return bool(self.found)

    @property
    def is_explainable(self) -> bool:
        """Whether the model is still there to be asked."""
        return self.result is not None and self.result.model_id is not None

    def section(self, name: str) -> list[str]:
        """The sentences of one section, in the active language."""
        kept = self.found.get("sections", {}).get(name, [])
        return [wording.tight(_begun(one)) for one in kept]

    @property
    def headline(self) -> list[str]:
        """What the parts come to."""
        return self.section("parts")[:2]

    @property
    def part_words(self) -> list[str]:
        """All that is said of the parts."""
        return self.section("parts")

    @property
    def driver_words(self) -> list[str]:
        """All that is said of what the forecast rests on."""
        return self.section("drivers")

    @property
    def notes(self) -> list[str]:
        """What was left out, and why."""
        return self.section("notes")

    @property
    def why(self) -> list[tuple[str, list[str]]]:
        """Questions with their answers; those without an answer are left out."""
        titles = {
            "choice": gettext("Why this model"),
            "flat": gettext("Why is it flat"),
            "moved": gettext("What moved it"),
            "drivers": gettext("What it rests on"),
        }
        answers = [(titles[name], self.section(name)[:3]) for name in WHY]
        return [(title, words) for title, words in answers if words]

    @property
    def parts(self) -> list[ShownPart]:
        """The parts with their charts, the largest share of the movement first after the trend."""
        return [
            ShownPart(
                place=place,
                title=self._title(one),
                kind=one["kind"],
                percent="" if one["share"] is None else wording.percent(one["share"]),
                figure=json.dumps(figures.part(one, self.clock)),
                turn=json.dumps(drawn) if (drawn := self._turn(one)) else None,
                beside=self._beside(one),
                height=TALL if self._is_by_name(one) else LOW,
            )
            for place, one in enumerate(self.found.get("parts", []))
        ]

    @property
    def driver_rows(self) -> list[dict[str, Any]]:
        """Names with their share in percent, the largest first."""
        drivers = self.found.get("drivers") or {}
        return [
            {
                **row,
                "name": name_of(row["name"]),
                "width": f"{100 * row['share']:.1f}",
                "shown": wording.percent(row["share"]),
                "grows": None if row.get("percent") is None else _signed_percent(row["percent"]),
                "chance": None if row.get("p") is None else f"p {wording.chance(row['p'])}",
            }
            for row in drivers.get("rows", [])[:MOST_DRIVERS]
            if row["share"] >= LEAST_SHARE
        ]

    @property
    def idle_drivers(self) -> str:
        """How many inputs more there are, which make no difference that could be seen."""
        rows = (self.found.get("drivers") or {}).get("rows", [])
        idle = sum(row["share"] < LEAST_SHARE for row in rows)
        words = ngettext(
            "%(count)s other input makes no difference.",
            "%(count)s other inputs make no difference.",
            idle,
        )
        return words % {"count": f"{idle:,}"} if idle else ""

    @property
    def driver_caption(self) -> str:
        """What the shares are shares of."""
        measure = (self.found.get("drivers") or {}).get("measure", "")
        return str(CAPTIONS.get(measure, ""))

    @property
    def is_shuffled(self) -> bool:
        """Whether the drivers were found by shuffling, with a test for each."""
        return (self.found.get("drivers") or {}).get("measure") == SHUFFLED

    @property
    def drivers(self) -> dict[str, Any]:
        """The measure with its windows and its base."""
        return dict(self.found.get("drivers") or {})

    @property
    def covariates(self) -> list[dict[str, Any]]:
        """What each covariate does to this forecast; each column has as many decimals all down."""
        rows: list[dict[str, Any]] = self.found.get("covariates", [])
        columns = ("moved", "per_unit")
        places = {key: common_decimals([row[key] for row in rows]) for key in columns}
        return [{**row, **{k: _alike(row[k], places[k], "+") for k in columns}} for row in rows]

    @property
    def inside(self) -> ShownInside:
        """What only the inside of this kind of model tells."""
        return ShownInside(self.found.get("inside") or {}, self.clock)

    @property
    def moved(self) -> dict[str, Any] | None:
        """The forecast of the same times before and now, and the changes between them."""
        moved = self.found.get("moved")
        if not moved:
            return None
        places = common_decimals([moved["before"], moved["now"]])
        # One digit more than the forecasts need, so that small changes are not all nothing.
        places = None if places is None else places + 1
        rows = [
            {"name": name_of(row["name"]), "change": _alike(row["change"], places, "+")}
            for row in moved["changes"]
        ]
        return {
            "span": said(moved["span"]),
            "before": _alike(moved["before"], places),
            "now": _alike(moved["now"], places),
            "rows": rows,
        }

    def _turn(self, one: dict[str, Any]) -> Figure | None:
        """A turn of a cycle, a day of both kinds, or every holiday."""
        if self._is_by_name(one):
            return figures.holidays(self.found["holidays"])
        if one.get("days"):
            return figures.days(one)
        return figures.turn(one, self.clock) if one["turn"] else None

    def _beside(self, one: dict[str, Any]) -> str:
        if self._is_by_name(one):
            return gettext("mean of the days of each, with 80% intervals")
        if one.get("days"):
            return gettext("on weekdays and on weekends")
        return gettext("one turn")

    def _is_by_name(self, one: dict[str, Any]) -> bool:
        return one["kind"] == HOLIDAY and bool(self.found.get("holidays"))

    def _title(self, one: Mapping[str, Any]) -> str:
        if one["kind"] in (TREND, HOLIDAY, CALENDAR, REST):
            return str(KINDS[one["kind"]])
        return name_of(one["name"])


def _alike(value: float | None, places: int | None, sign: str = "") -> str:
    """With as many decimals as the others of its list, so that the sum can be followed."""
    if value is None:
        return "–"
    if places is None:
        return _signed(value) if sign else wording.figure(value)
    near = round(value, places)
    text = f"{near:{sign},.{places}f}" if near else f"{0:.{places}f}"
    return text.replace("-", "−")


def _begun(known: Mapping[str, Any]) -> str:
    """With a capital, unless the name of a column stands first in the language that is read."""
    text = said(known)
    return text if _is_name_first(known) else text[:1].upper() + text[1:]


def _is_name_first(known: Any) -> bool:
    if isinstance(known, list):
        return bool(known) and _is_name_first(known[0])
    if not isinstance(known, Mapping):
        return isinstance(known, str)
    template = known["template"]
    first = FIRST.match(gettext(template))
    return first is not None and _is_name_first(known["details"][first["name"]])


def _signed(value: float | None) -> str:
    if value is None:
        return "–"
    return f"+{wording.figure(value)}" if value > 0 else wording.figure(value)


def _signed_percent(value: float) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{wording.percent(value / 100)}"
