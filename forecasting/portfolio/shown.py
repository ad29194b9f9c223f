"""The portfolio as its page shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from datasets.building.duck import connect
from datasets.decimals import common_decimals
from forecasting import results, stood_in, wording
from forecasting.choosing.totals import METHOD_WORDS
from forecasting.engine.hierarchy.building import TOTAL
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.portfolio import figures, observed, summary
from forecasting.portfolio.rows import SORTS, Page, Portfolio, Totals, Wanted
from forecasting.shown import ShownForecast

ONLY: Final = {
    "": _("All"),
    "below": _("Below zero"),
    "off": _("Coverage off"),
    "rare": _("Rare"),
    "stood_in": _("Stood in for"),
}
HEADS: Final = (
    ("total", _("Total ahead")),
    ("change", _("Change")),
    ("skill", _("Skill")),
    ("mase", "MASE"),
    ("bias", _("Bias")),
    ("coverage", ""),
)
DRAWN: Final = 60


class ShownPortfolio:
    """What the address asks of all series of the model that is shown."""

    def __init__(self, shown: ShownForecast, asked: Mapping[str, str]) -> None:
        self.shown, self.task = shown, shown.task
        sort = str(asked.get("sort", ""))
        only = str(asked.get("only", ""))
        self.wanted = Wanted(
            sort=sort if sort in SORTS else "skill" if self.totals.skilled else "place",
            reverse=asked.get("way") == "back",
            text=str(asked.get("q", "")).strip()[:200],
            only=only if only in ONLY else "",
            after=str(asked.get("after", ""))[:2000],
            level=level if (level := str(asked.get("level", ""))) in self.level_names else BOTTOM,
        )

    @property
    def level(self) -> int:
        """The interval level whose coverage is shown."""
        return self.task.levels[0]

    @cached_property
    def portfolio(self) -> Portfolio:
        """All rows."""
        assert self.shown.chosen is not None
        path = summary.path_of(self.task, self.shown.chosen, self.shown.yardstick)
        return Portfolio(path, self.level)

    @cached_property
    def levels(self) -> list[dict[str, Any]]:
        """Every level, the widest first: sums of the series of each, as they add up and as each
        was forecast alone; [] where there are no totals.
        """
        assert self.shown.chosen is not None
        found: list[dict[str, Any]] = self.shown.chosen.metrics.get("levels", [])
        return [
            row
            | {
                "label": self.level_words(row["level"]),
                "depth": depth,
                "chosen": row["level"] == self.wanted.level,
                "url": self._url(level=row["level"], after="", only="", q=""),
            }
            for depth, row in enumerate(found)
        ]

    @cached_property
    def level_names(self) -> list[str]:
        """Their names."""
        assert self.shown.chosen is not None
        return [row["level"] for row in self.shown.chosen.metrics.get("levels", [])]

    def level_words(self, level: str) -> str:
        """A level as people read it."""
        usual = {BOTTOM: gettext("Single series"), TOTAL: gettext("All together")}
        return usual.get(level) or level

    @property
    def method_words(self) -> str:
        """How the levels were made to agree."""
        method = self.levels[0]["method"] if self.levels else ""
        return str(METHOD_WORDS.get(method, method))

    @property
    def levels_decimals(self) -> int | None:
        """Decimals that the sums of all levels share."""
        return common_decimals(row[name] for row in self.levels for name in ("own", "reconciled"))

    @cached_property
    def here_totals(self) -> Totals:
        """What the level that is listed comes to."""
        return self.portfolio.totals(self.wanted.level)

    @cached_property
    def totals(self) -> Totals:
        """What they come to."""
        return self.portfolio.totals()

    @cached_property
    def page(self) -> Page:
        """The rows that are shown."""
        return self.portfolio.page(self.wanted)

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The same with small lines and where each leads."""
        labels = [row["unique_id"] for row in self.page.rows]
        with connect() as connection:
            past = observed.tails(connection, self.task, labels, DRAWN)
        assert self.shown.chosen is not None
        ahead = results.means_of(self.shown.chosen, labels)
        return [
            row
            | {
                "past": past.get(row["unique_id"], []),
                "ahead": ahead.get(row["unique_id"], [])[:DRAWN],
                "url": self._series_url(row["unique_id"]),
                "why": stood_in.said(row["stood_in"]) if row["stood_in"] else "",
                "is_off": row["coverage"] is not None and abs(row["coverage"] - self.level) > 10,
            }
            for row in self.page.rows
        ]

    @property
    def decimals(self) -> int | None:
        """Decimals that all sums of the page share."""
        return common_decimals(row["total"] for row in self.page.rows)

    @property
    def bias_decimals(self) -> int | None:
        """The same of what they were off by."""
        return common_decimals(row["bias"] for row in self.page.rows if row["bias"] is not None)

    @property
    def headline(self) -> SafeString:
        """How many, what they come to together, and how many do worse than seasonal naive."""
        totals = self.totals
        words = {
            "n": f"{totals.series:,}",
            "total": wording.figure(totals.total or 0.0),
            "span": self.shown.span,
            "change": self._change(),
        }
        if words["change"]:
            sentence = gettext(
                "<b>{n} series</b> will come to <b>{total}</b> together over the next {span}, "
                "{change} the last {span}."
            )
        else:
            sentence = gettext(
                "<b>{n} series</b> will come to <b>{total}</b> together over the next {span}."
            )
        return format_html(sentence, **words)

    @property
    def verdict(self) -> str:
        """How they did on past windows."""
        totals = self.totals
        if not totals.skilled:
            return gettext("There are too few rows to test them on the past.")
        words = {"n": f"{totals.below:,}", "all": f"{totals.skilled:,}"}
        return (
            ngettext(
                "%(n)s of %(all)s tested series does worse than seasonal naive on past windows.",
                "%(n)s of %(all)s tested series do worse than seasonal naive on past windows.",
                totals.below,
            )
            % words
        )

    @property
    def untested(self) -> int:
        """Series without a test."""
        return self.totals.series - self.totals.tested

    @property
    def figure_json(self) -> str:
        """The chart of skill."""
        counts = self.portfolio.bins("skill", figures.EDGES)
        return json.dumps(figures.skills(counts, self.totals.median_skill), ensure_ascii=False)

    @property
    def figure_words(self) -> str:
        """The chart in a sentence."""
        return gettext("Skill of %(n)s series: median %(median)s, %(below)s below zero") % {
            "n": f"{self.totals.skilled:,}",
            "median": wording.rounded(self.totals.median_skill or 0.0),
            "below": f"{self.totals.below:,}",
        }

    @property
    def choices(self) -> list[dict[str, Any]]:
        """Which series to show, with how many there are."""
        counts = {name: getattr(self.here_totals, name) for name in ONLY if name}
        return [
            {
                "label": label,
                "count": counts.get(name),
                "chosen": name == self.wanted.only,
                "url": self._url(only=name, after=""),
            }
            for name, label in ONLY.items()
            if name != "stood_in" or counts[name]
        ]

    @cached_property
    def left_out(self) -> list[stood_in.Group]:
        """Series without a forecast, by the reason."""
        assert self.shown.chosen is not None
        return stood_in.groups_of(self.shown.chosen, answered=False)

    @cached_property
    def stood_in_for(self) -> list[stood_in.Group]:
        """Series that another rule than the model answers, by the reason."""
        assert self.shown.chosen is not None
        return stood_in.groups_of(self.shown.chosen, answered=True)

    @property
    def heads(self) -> list[dict[str, Any]]:
        """The columns of numbers: a press sorts by one, a second one turns it round."""
        return [self._head(name, label) for name, label in HEADS]

    @property
    def name_head(self) -> dict[str, Any]:
        """The column of names."""
        return self._head("name", gettext("Series"))

    @property
    def next_url(self) -> str:
        """The rows after these; "" where there are none."""
        return self._url(after=self.page.next) if self.page.next else ""

    @property
    def first_url(self) -> str:
        """The first rows; "" where they are shown."""
        return self._url(after="") if self.wanted.after else ""

    @property
    def here(self) -> str:
        """The address of the page without its rows."""
        return reverse("forecasting:portfolio", args=[self.task.pk])

    @property
    def hidden(self) -> dict[str, str]:
        """What a search keeps of the address."""
        kept = self._said(after="")
        kept.pop("q", None)
        return kept

    @property
    def files(self) -> list[dict[str, str]]:
        """What can be taken away."""
        table = reverse("forecasting:portfolio_file", args=[self.task.pk])
        whole = reverse("forecasting:export", args=[self.task.pk])
        model = {"model": self.shown.here.model} if self.shown.here.model else {}
        return [
            {"label": gettext("This table, CSV"), "url": _with(table, model | {"as": "csv"})},
            {"label": gettext("This table, JSON"), "url": _with(table, model | {"as": "json"})},
            {
                "label": gettext("All forecasts, Parquet"),
                "url": _with(whole, model | {"what": "predictions", "as": "parquet"}),
            },
            {
                "label": gettext("All past windows, Parquet"),
                "url": _with(whole, model | {"what": "backtest", "as": "parquet"}),
            },
        ]

    def _change(self) -> str:
        before, now = self.totals.last_total, self.totals.compared_total
        if not before or now is None or before < 0:
            return ""
        share = now / before - 1
        if abs(share) < 0.0005:
            return gettext("level with")
        words = gettext("%(size)s above") if share > 0 else gettext("%(size)s below")
        return words % {"size": wording.percent(share)}

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
            "url": self._url(sort=name, way="back" if turned else "", after=""),
        }

    def _series_url(self, label: str) -> str:
        said = {"series": label}
        if self.shown.here.model:
            said["model"] = self.shown.here.model
        return _with(self.task.get_absolute_url(), said)

    def _said(self, **other: str) -> dict[str, str]:
        said = {
            "model": self.shown.here.model,
            "sort": self.wanted.sort,
            "way": "back" if self.wanted.reverse else "",
            "q": self.wanted.text,
            "only": self.wanted.only,
            "level": self.wanted.level if self.wanted.level != BOTTOM else "",
            "after": self.wanted.after,
            **other,
        }
        return {name: value for name, value in said.items() if value}

    def _url(self, **other: str) -> str:
        return _with(self.here, self._said(**other))


def _with(address: str, said: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(said)}" if said else address
