"""The fold of totals on the page that asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from forecasting.choosing.totals import METHOD_WORDS, MOST_GROUPS, Totals, offered
from forecasting.forms import AskForm


class ShownTotals:
    """What may be chosen about totals, with what was."""

    def __init__(self, form: AskForm, body: Mapping[str, Any]) -> None:
        self.form = form
        given = body.get("hierarchy")
        self.given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        self.is_on = bool(given)

    @property
    def is_offered(self) -> bool:
        """Is there anything to add up?"""
        version = self.form.version
        return bool(version.series_column) and int(version.profile.get("series_count") or 1) > 1

    @property
    def in_words(self) -> str:
        """`by country, region`."""
        chosen: Totals = self.form.cleaned_data.get("hierarchy") or Totals()
        return chosen.in_words()

    @property
    def groups(self) -> list[list[dict[str, Any]]]:
        """For each place the columns that may stand there."""
        columns = offered(self.form.version)
        named = [str(name) for name in self.given.get("columns") or ()]
        places = min(MOST_GROUPS, len(columns))
        return [
            [
                {
                    "value": column.key,
                    "label": column.name,
                    "is_chosen": place < len(named) and named[place] in (column.key, column.name),
                }
                for column in columns
            ]
            for place in range(places)
        ]

    @property
    def ways(self) -> list[dict[str, Any]]:
        """Sum or mean."""
        words = {"sum": gettext("the sum of its series"), "mean": gettext("their mean")}
        return [
            {"value": name, "label": label, "is_chosen": name == self.given.get("how")}
            for name, label in words.items()
        ]

    @property
    def methods(self) -> list[dict[str, Any]]:
        """How levels are reconciled."""
        return [
            {"value": name, "label": label, "is_chosen": name == self.given.get("method")}
            for name, label in METHOD_WORDS.items()
        ]
