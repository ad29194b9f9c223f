"""The quality page as it is shown: findings beside their steps, settings, counts, the chart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext

from datasets.listed import listed
from datasets.models import Version
from datasets.quality.finding import name_of
from datasets.quality.reports import report_of
from datasets.quality.words import ShownFinding, clean_words, shown_findings
from datasets.repairs.chart import VIEWS, repair_figure
from datasets.repairs.ignoring import ignored_of
from datasets.repairs.preview import Preview, preview
from datasets.repairs.proposing import repairs
from datasets.repairs.recipe import Done, Recipe
from datasets.repairs.registry import STEPS
from datasets.repairs.setting import Setting
from datasets.repairs.step import Step
from datasets.repairs.words import long_words, outcome_rows, short_words
from datasets.serializers import plain

_GROUPS = ("repair", "derive", "columns")
_MOST_LISTED = 300
_FINDINGS_LISTED = 200


@dataclass(frozen=True)
class ShownStep:
    """A row of the recipe."""

    place: int
    done: Done
    settings: dict[str, Any]
    is_chosen: bool
    names: dict[str, str]

    @property
    def number(self) -> int:
        """Counted from one."""
        return self.place + 1

    @property
    def label(self) -> str:
        """What it does."""
        return str(self.done.step.label)

    @property
    def summary(self) -> str:
        """Its settings in a few words, and which columns."""
        columns = self.settings.get("columns") or []
        chosen = [columns] if isinstance(columns, str) else columns
        named = listed(self.names.get(key, key) for key in chosen[:2])
        if len(chosen) > 2:
            named += " …"
        try:
            said = self.done.step.summary(self.settings)
        except (KeyError, TypeError, ValueError):
            # Settings that cannot be read are explained by the problem below.
            said = ""
        return listed(part for part in (said, named) if part)

    @property
    def counts(self) -> str:
        """What it did."""
        if not self.done.is_on:
            return gettext("off")
        return "" if self.done.problem else short_words(self.done.outcome.counts)


@dataclass(frozen=True)
class ShownSetting:
    """A field of the settings form."""

    setting: Setting
    value: Any
    names: dict[str, str]

    @property
    def kind(self) -> str:
        """How it is asked for."""
        return self.setting.kind

    @property
    def text(self) -> str:
        """The value as typed."""
        value = self.value
        if isinstance(value, list):
            return ", ".join(f"{one:g}" if isinstance(one, float) else str(one) for one in value)
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    @property
    def columns(self) -> list[tuple[str, str, bool]]:
        """Key, name, chosen."""
        chosen = self.value if isinstance(self.value, list) else [self.value]
        return [
            (key, name, key in chosen or name in chosen)
            for key, name in list(self.names.items())[:_MOST_LISTED]
        ]

    @property
    def renamed(self) -> list[tuple[str, str, str]]:
        """Key, name, new name."""
        given = self.value if isinstance(self.value, dict) else {}
        return [
            (key, name, given.get(key, "")) for key, name in list(self.names.items())[:_MOST_LISTED]
        ]


class ShownRepair:
    """Everything of the page that changes with the recipe."""

    def __init__(
        self,
        version: Version,
        recipe: Recipe,
        look: int | None,
        *,
        column: str = "",
        view: str = "both",
        editable: bool = False,
    ) -> None:
        self.version, self.recipe, self.look = version, recipe, look
        self.column, self.editable = column, editable
        self.view = view if view in VIEWS else "both"

    def look_at(self, finding: str) -> None:
        """Look at the step that repairs the finding of this name, in its column."""
        for one in self.report["findings"]:
            if name_of(one) != finding:
                continue
            places = [p for p, step in enumerate(self.recipe) if repairs(step, one)]
            if places:
                self.look, self.column = places[0], one["column"]

    @cached_property
    def preview(self) -> Preview:
        """What the recipe would do."""
        return preview(self.version, self.recipe, look=self.look, column=self.column)

    @property
    def report(self) -> dict[str, Any]:
        """The stored report."""
        return report_of(self.version)

    @property
    def right(self) -> str:
        """`99.94%`, never rounded up to 100 while something is wrong."""
        share = 100 * float(self.report.get("right", 1))
        shown = f"{share:.2f}"
        return (
            "99.99%" if shown == "100.00" and share < 100 else f"{shown.rstrip('0').rstrip('.')}%"
        )

    @property
    def headline(self) -> str:
        """`9 values filled, 3 rows merged`; empty when nothing would change."""
        return listed(long_words(self.preview.totals)[:4])

    @property
    def next_number(self) -> int:
        """The version that would be made."""
        return self.version.number + 1

    @cached_property
    def findings(self) -> list[tuple[ShownFinding, ShownStep | None]]:
        """Findings with the step that repairs them."""
        shown = shown_findings(self.version, self.report, ignored_of(self.version.dataset))
        return [(finding, self._step_for(finding)) for finding in shown]

    @property
    def listed(self) -> list[tuple[ShownFinding, ShownStep | None]]:
        """Those the page has room for; the file has all."""
        return self.findings[:_FINDINGS_LISTED]

    @property
    def unlisted(self) -> int:
        """How many there are besides."""
        return max(len(self.findings) - _FINDINGS_LISTED, 0)

    def _step_for(self, finding: ShownFinding) -> ShownStep | None:
        places = (p for p, given in enumerate(self.recipe) if repairs(given, finding.found))
        return next((self.steps[place] for place in places), None)

    @property
    def clean_count(self) -> int:
        """How many checks found nothing."""
        return len(self.report.get("clean", []))

    @property
    def clean(self) -> str:
        """Which ones."""
        return clean_words(self.report)

    @cached_property
    def steps(self) -> list[ShownStep]:
        """The rows of the recipe."""
        names = {column.key: column.name for column in self.version.columns.all()}
        return [
            ShownStep(place, done, self.recipe[place]["settings"], place == self.look, names)
            for place, done in enumerate(self.preview.done)
        ]

    @property
    def chosen(self) -> ShownStep | None:
        """The step that is looked at."""
        return (
            self.steps[self.look] if self.look is not None and self.look < len(self.steps) else None
        )

    @property
    def settings(self) -> list[ShownSetting]:
        """The form of the chosen step."""
        if self.chosen is None:
            return []
        given = self.chosen.settings
        listed = self.chosen.done.step.settings
        defaults = {setting.name: setting.default for setting in listed}
        fields = []
        for setting in listed:
            if setting.when is not None:
                name, values = setting.when
                if (given.get(name) or defaults[name]) not in values:
                    continue
            value = given.get(setting.name)
            value = setting.default if value in (None, "") else value
            fields.append(ShownSetting(setting, value, self._columns(setting)))
        return fields

    def _columns(self, setting: Setting) -> dict[str, str]:
        if setting.kind not in {"columns", "column", "names"} or self.look is None:
            return {}
        kinds = {"integer": "number", "float": "number", "category": "text"}
        types = {c.key: kinds.get(c.type, c.type) for c in self.version.columns.all()}
        known = self.preview.names.get(self.look) or {
            column.key: column.name for column in self.version.columns.all()
        }
        return {
            key: name
            for key, name in known.items()
            if setting.of == "any" or types.get(key, "number") == setting.of
        }

    @property
    def recipe_json(self) -> str:
        """The recipe for the page's script."""
        return json.dumps(self.recipe, ensure_ascii=False)

    @property
    def figure(self) -> dict[str, Any] | None:
        """The chart of the chosen step."""
        window = self.preview.window
        return repair_figure(window, self.view) if window else None

    @property
    def figure_json(self) -> str:
        """The chart as text: fragments bring no scripts, not even of data."""
        return json.dumps(plain(self.figure), ensure_ascii=False)

    @property
    def chart_words(self) -> str:
        """The chart in words."""
        window = self.preview.window
        if window is None:
            return ""
        return gettext("%(name)s before and after, %(count)s values changed here") % {
            "name": window.name, "count": len(window.marked),
        }  # fmt: skip

    @property
    def outcome(self) -> list[tuple[str, int]]:
        """Counts of the whole recipe."""
        return outcome_rows(self.preview.totals)

    @property
    def is_active(self) -> bool:
        """Can all steps run, and do they change something?"""
        on = [done for done in self.preview.done if done.is_on]
        does = bool(self.preview.totals) or self.preview.is_part
        return bool(on) and does and not any(done.problem for done in on)

    @property
    def offered(self) -> list[tuple[str, list[Step]]]:
        """All steps by group, for adding one."""
        labels = {
            "repair": gettext("Repair"),
            "derive": gettext("Derive"),
            "columns": gettext("Columns"),
        }
        return [
            (
                labels[group],
                [step for step in STEPS.values() if step.group == group and step.key != "edit"],
            )
            for group in _GROUPS
        ]

    @property
    def zones(self) -> list[str]:
        """Names for the list of time zones."""
        return sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")

    @property
    def keeps_recipe(self) -> bool:
        """Does new data go through a recipe already?"""
        return bool(self.version.dataset.recipe)
