"""The table of a portfolio: its columns, its rows, what it can be narrowed down to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from datasets.building.readers import reader
from datasets.decimals import common_decimals
from forecasting import results
from forecasting.engine.hierarchy.building import TOTAL
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.models import PredictionResult
from forecasting.portfolio import asked, observed, reasons, summary
from forecasting.portfolio.again import CROSTON, SAME
from forecasting.portfolio.asked import ONLY, with_query
from forecasting.portfolio.rows import Page, Portfolio, Totals, Wanted
from forecasting.shown import ShownForecast

HEADS: Final = (
    ("total", _("Total ahead")),
    ("change", pgettext_lazy("of a number", "Change")),
    ("skill", _("Skill")),
    ("mase", "MASE"),
    ("bias", _("Bias")),
    ("coverage", ""),
)
DRAWN: Final = 60


class ListedSeries:
    """The rows that the address asks for, of the model that is shown."""

    def __init__(self, shown: ShownForecast, given: Mapping[str, Any]) -> None:
        self.shown, self.task, self._given = shown, shown.task, given

    @property
    def chosen(self) -> PredictionResult:
        """The result that is shown; pages ask for one only where there is an answer."""
        assert self.shown.chosen is not None
        return self.shown.chosen

    @cached_property
    def portfolio(self) -> Portfolio:
        """All rows."""
        path = summary.path_of(self.task, self.chosen, self.shown.ranked)
        return Portfolio(path, self.level)

    @property
    def level(self) -> int:
        """The interval level whose coverage is shown."""
        return self.task.levels[0]

    @cached_property
    def level_names(self) -> list[str]:
        """The levels of the hierarchy."""
        return [row["level"] for row in self.shown.levels]

    @cached_property
    def totals(self) -> Totals:
        """What all single series come to."""
        return self.portfolio.totals()

    @cached_property
    def wanted(self) -> Wanted:
        """Which rows are shown."""
        usual = "skill" if self.totals.skilled else "place"
        return asked.wanted(self._given, self.level_names, usual_sort=usual)

    @cached_property
    def here_totals(self) -> Totals:
        """What the level that is listed comes to."""
        return self.portfolio.totals(Wanted(level=self.wanted.level))

    @cached_property
    def filtered_totals(self) -> Totals | None:
        """What the rows of a filter come to; None where nothing is filtered."""
        if not self.wanted.is_filtered or not self.page.rows:
            return None
        return self.portfolio.totals(self.wanted)

    @property
    def filtered_change(self) -> float | None:
        """How that lies to the span before it."""
        totals = self.filtered_totals
        if totals is None or totals.compared_total is None or not totals.last_total:
            return None
        return totals.compared_total / totals.last_total - 1 if totals.last_total > 0 else None

    @cached_property
    def page(self) -> Page:
        """The rows that are shown."""
        return self.portfolio.page(self.wanted)

    @cached_property
    def words(self) -> reasons.Words:
        """Sentences for rows."""
        return reasons.Words(
            horizon=self.task.horizon,
            frequency=self.shown.frequency,
            kind=self.chosen.type,
            kinds={one.name: one.type for one in self.shown.ranked},
        )

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The same with small lines, words, and where each leads."""
        labels = [row["unique_id"] for row in self.page.rows]
        with reader() as connection:
            past = observed.tails(connection, self.task, labels, DRAWN)
        ahead = results.means_of(self.chosen, labels)
        return [
            row
            | {
                "past": past.get(row["unique_id"], []),
                "ahead": ahead.get(row["unique_id"], [])[:DRAWN],
                "url": self._series_url(row["unique_id"]),
                "reason": self.words.of(row),
                "best_label": self.model_label(row["best"]),
                "group_url": self.url(group=row["group"]) if row["group"] else "",
                "is_off": row["coverage"] is not None and abs(row["coverage"] - self.level) > 10,
            }
            for row in self.page.rows
        ]

    def model_label(self, name: str | None) -> str:
        """A model as people call it; that all of them add up goes without saying here."""
        return reasons.model_label(name, self.words.kinds) if name else ""

    @property
    def group_head(self) -> dict[str, Any] | None:
        """The column of groups; None where single series are in no groups."""
        if self.wanted.level != BOTTOM or len(self.level_names) < 3:
            return None
        return self._head("group", self.level_names[-2])

    @property
    def shows_best(self) -> bool:
        """Were several models tested?"""
        return len(self.shown.ranked) > 1 and bool(self.totals.tested)

    @property
    def decimals(self) -> int | None:
        """Decimals that all sums of the page share."""
        return common_decimals(row["total"] for row in self.page.rows)

    @property
    def bias_decimals(self) -> int | None:
        """The same of what they were off by."""
        return common_decimals(row["bias"] for row in self.page.rows if row["bias"] is not None)

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Which series to show, with how many there are."""
        counts = {name: getattr(self.here_totals, name) for name in ONLY if name}
        return [
            {
                "label": label,
                "count": counts.get(name),
                "chosen": name == self.wanted.only,
                "url": self.url(only=name),
            }
            for name, label in ONLY.items()
            if name != "stood_in" or counts[name] or self.wanted.only == name
        ]

    @property
    def level_choices(self) -> list[dict[str, Any]]:
        """The levels to list, the widest first; [] where there are no totals."""
        away = {"only": "", "q": "", "best": "", "group": ""}
        return [
            {
                "label": level_words(level),
                "chosen": level == self.wanted.level,
                "url": self.url(level="" if level == BOTTOM else level, **away),
            }
            for level in self.level_names
        ]

    @property
    def filters(self) -> list[dict[str, str]]:
        """What narrows the list down beside its text and its kind, each with a way out."""
        found = []
        if self.wanted.best:
            label = self.model_label(self.wanted.best)
            words = gettext("Best model: %(model)s") % {"model": label}
            found.append({"words": words, "url": self.url(best="")})
        if self.wanted.group:
            level = self.level_names[-2] if len(self.level_names) > 2 else gettext("Group")
            found.append({"words": f"{level}: {self.wanted.group}", "url": self.url(group="")})
        return found

    @cached_property
    def alike(self) -> list[dict[str, str]]:
        """Names that come close to a text that none holds."""
        if not self.wanted.text or self.found_otherwise:
            return []
        names = self.portfolio.alike(self.wanted.text, self.wanted.level)
        return [
            {"name": name, "url": self.url(q=name, only="", best="", group="")} for name in names
        ]

    @cached_property
    def found_otherwise(self) -> int:
        """How many names hold the text where the other filters are taken away."""
        if not self.wanted.text:
            return 0
        return self.portfolio.totals(Wanted(text=self.wanted.text, level=self.wanted.level)).series

    @property
    def only_text_url(self) -> str:
        """The address of those."""
        return self.url(only="", best="", group="")

    @property
    def heads(self) -> list[dict[str, Any]]:
        """The columns of numbers: a press sorts by one, a second one turns it round."""
        return [self._head(name, label) for name, label in HEADS]

    @property
    def roomy(self) -> set[str]:
        """Columns that wait for a wide screen, unless the list is about them."""
        about = {self.wanted.sort, "coverage" if self.wanted.only == "off" else ""}
        return {"bias", "coverage"} - about

    @property
    def name_head(self) -> dict[str, Any]:
        """The column of names."""
        return self._head("name", gettext("Series"))

    @property
    def best_head(self) -> dict[str, Any]:
        """The column of the closest models."""
        return self._head("best", gettext("Best model"))

    @property
    def why_head(self) -> dict[str, Any]:
        """The column of reasons."""
        return self._head("why", gettext("Why"))

    @property
    def next_url(self) -> str:
        """The rows after these; "" where there are none."""
        return self.url(after=self.page.next) if self.page.next else ""

    @property
    def previous_url(self) -> str:
        """The rows before these; "" where there are none."""
        return self.url(before=self.page.previous) if self.page.previous else ""

    @property
    def first_url(self) -> str:
        """The first rows; "" where they are shown."""
        return self.url() if self.page.previous else ""

    @property
    def here(self) -> str:
        """The address of the page without its rows."""
        return reverse("forecasting:portfolio", args=[self.task.pk])

    @property
    def hidden(self) -> dict[str, str]:
        """What a search keeps of the address."""
        kept = self._said()
        kept.pop("q", None)
        return kept

    @property
    def kept(self) -> dict[str, str]:
        """What another form of the page keeps of it."""
        return self._said()

    @property
    def files(self) -> list[dict[str, str]]:
        """What can be taken away: what is listed, and everything."""
        table = reverse("forecasting:portfolio_file", args=[self.task.pk])
        whole = reverse("forecasting:export", args=[self.task.pk])
        model = {"model": self.shown.here.model} if self.shown.here.model else {}
        rows = []
        if self.wanted.is_filtered or self.wanted.level != BOTTOM:
            count = self.page.count
            these = ngettext("This %(n)s series, CSV", "These %(n)s series, CSV", count)
            said = self._said()
            rows.append(
                {
                    "label": these % {"n": f"{count:,}"},
                    "url": with_query(table, {"level": BOTTOM, **said, "as": "csv"}),
                }
            )
        return [
            *rows,
            {"label": gettext("All series, CSV"), "url": with_query(table, model | {"as": "csv"})},
            {
                "label": gettext("All series, JSON"),
                "url": with_query(table, model | {"as": "json"}),
            },
            {
                "label": gettext("All forecasts, Parquet"),
                "url": with_query(whole, model | {"what": "predictions", "as": "parquet"}),
            },
            {
                "label": gettext("All past windows, Parquet"),
                "url": with_query(whole, model | {"what": "backtest", "as": "parquet"}),
            },
        ]

    @cached_property
    def again(self) -> dict[str, str]:
        """How series of the list may be forecast anew: with models for rare events where there are
        any. `words` take a number; `label` says what a press takes where nothing is ticked.
        """
        if self.wanted.level != BOTTOM or not self.page.rows:
            return {}
        words = gettext("Try Croston on %(n)s") if self.offers_croston else ""
        words = words or gettext("Forecast %(n)s again")
        count = self.portfolio.totals(self.unticked).series if self.unticked else 0
        label = words % {"n": f"{count:,}"} if count else gettext("Forecast ticked again")
        return {"how": CROSTON if self.offers_croston else SAME, "words": words, "label": label}

    @property
    def offers_croston(self) -> bool:
        """Are there series of rare events, which the model that is shown was not made for?"""
        return bool(self.totals.rare) and self.words.kind not in reasons.FOR_RARE

    @property
    def unticked(self) -> Wanted | None:
        """The series that are taken where none is ticked: those of the filter, else those of rare
        events; None for none.
        """
        if self.wanted.is_filtered:
            return self.wanted
        return Wanted(only="rare") if self.offers_croston else None

    def url(self, **other: str) -> str:
        """This list, narrowed down or sorted otherwise, from its first row on."""
        return with_query(self.here, self._said(**other))

    def _said(self, **other: str) -> dict[str, str]:
        model = {"model": self.shown.here.model} if self.shown.here.model else {}
        return model | asked.said(self.wanted, **other)

    def _head(self, name: str, label: str | Promise) -> dict[str, Any]:
        is_here = name == self.wanted.sort
        turned = is_here and not self.wanted.reverse
        if name == "coverage":
            label = gettext("In %(level)s%%") % {"level": self.level}
        way = "descending" if self.wanted.largest_first else "ascending"
        return {
            "name": name,
            "label": label,
            "sorted": way if is_here else "",
            "url": self.url(sort=name, way="back" if turned else ""),
        }

    def _series_url(self, label: str) -> str:
        said = {"series": label}
        if self.shown.here.model:
            said["model"] = self.shown.here.model
        return with_query(self.task.get_absolute_url(), said)


def level_words(level: str) -> str:
    """A level as people read it."""
    usual = {BOTTOM: gettext("Single series"), TOTAL: gettext("All together")}
    return usual.get(level) or level
