"""The portfolio as its page shows it: the list, and the cards around it."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from datasets.decimals import common_decimals
from forecasting import left_out, stood_in, wording
from forecasting.choosing.totals import METHOD_WORDS
from forecasting.models.trained_model import YARDSTICK
from forecasting.portfolio import figures
from forecasting.portfolio.listed import ListedSeries


class ShownPortfolio(ListedSeries):
    """What the address asks of all series of the model that is shown."""

    @cached_property
    def levels(self) -> list[dict[str, Any]]:
        """Every level, the widest first: sums of the series of each, as they add up and as each
        was forecast alone; [] where there are no totals.
        """
        found: list[dict[str, Any]] = self.chosen.metrics.get("levels", [])
        below = [row["own"] for row in found[1:]] if self.sums else []
        return [
            row | choice | {"depth": depth, "parts": below[depth] if depth < len(below) else None}
            for depth, (row, choice) in enumerate(zip(found, self.level_choices, strict=False))
        ]

    @property
    def method_words(self) -> str:
        """How the levels were made to agree."""
        method = self.levels[0]["method"] if self.levels else ""
        return str(METHOD_WORDS.get(method, method))

    @property
    def method_name(self) -> str:
        """The same in short."""
        return self.method_words.partition(": ")[0].partition("：")[0]

    @property
    def methods(self) -> list[dict[str, Any]]:
        """The ways to make levels agree: another one is a forecast of its own."""
        here = self.levels[0]["method"]
        return [
            {"name": name, "label": words, "chosen": name == here}
            for name, words in METHOD_WORDS.items()
        ]

    @property
    def levels_decimals(self) -> int | None:
        """Decimals that the sums of all levels share."""
        return common_decimals(row[name] for row in self.levels for name in ("own", "reconciled"))

    @property
    def sums(self) -> bool:
        """Are totals sums, so that the levels below add up to what lies above?"""
        return bool((self.task.asked("hierarchy", None) or {}).get("how", "sum") == "sum")

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
        if self.chosen.name == YARDSTICK:
            return gettext("This is seasonal naive itself, which the others are measured against.")
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
    def not_counted(self) -> str:
        """Which series no sum here counts; "" where all are."""
        return left_out.sentence(self.chosen)

    @cached_property
    def left_out(self) -> list[stood_in.Group]:
        """Series without a forecast, by the reason."""
        return stood_in.groups_of(self.chosen, answered=False)

    @cached_property
    def stood_in_for(self) -> list[stood_in.Group]:
        """Series that another rule than the model answers, by the reason."""
        return stood_in.groups_of(self.chosen, answered=True)

    @cached_property
    def bests(self) -> list[dict[str, Any]]:
        """On how many series each model was closest; [] where only one was tested."""
        if not self.shows_best:
            return []
        found = self.portfolio.bests()
        tested = sum(count for _, count in found)
        return [
            {
                "label": self.model_label(name),
                "count": count,
                "percent": round(100 * count / tested),
                "url": self.url(best="" if name == self.wanted.best else name, level=""),
                "chosen": name == self.wanted.best,
            }
            for name, count in found
        ]

    @property
    def has_aside(self) -> bool:
        """Is there anything to show beside the list?"""
        return bool(self.bests or self.left_out or self.stood_in_for)

    def _change(self) -> str:
        before, now = self.totals.last_total, self.totals.compared_total
        if not before or now is None or before < 0:
            return ""
        share = now / before - 1
        if abs(share) < 0.0005:
            return gettext("level with")
        words = gettext("%(size)s above") if share > 0 else gettext("%(size)s below")
        return words % {"size": wording.percent(share)}
