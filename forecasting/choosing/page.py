"""What the page that asks shows: what to forecast, how far, and the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from datasets.models import Column, Dataset, Version
from datasets.pyramid import range_data
from forecasting import asking, expected, spans, wording
from forecasting.choosing import filled, roster, sentence
from forecasting.choosing.checks import Check, checks_of
from forecasting.choosing.reach import Reach, reach_of
from forecasting.choosing.shown_help import ShownHelp
from forecasting.choosing.shown_limits import ShownLimits, plain_text
from forecasting.choosing.shown_models import ShownModels
from forecasting.choosing.shown_series import FoundSeries
from forecasting.choosing.shown_totals import ShownTotals
from forecasting.engine.frequency import Frequency
from forecasting.forms import AskForm
from forecasting.spans import Span

DAY_SECONDS: Final = 86_400
SPARK_ROWS: Final = 96
FIELDS: Final = (
    "targets", "series", "until", "horizon", "quality", "models", "covariates", "calendar",
    "levels", "bounds", "hierarchy", "seasons", "windows", "refit", "seconds", "seed", "name",
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A column that may be forecast."""

    column: Column
    is_chosen: bool
    trouble: str
    missing_share: float
    spark: list[float | None]


class AskPage:
    """What the page shows for one dataset and what was filled in so far.

    `body` is what the form takes; `shown` is what else the page sent: settings of models that are
    not ticked, and whether all models are listed.
    """

    def __init__(
        self,
        dataset: Dataset,
        version: Version,
        body: Mapping[str, Any],
        shown: QueryDict | None = None,
    ) -> None:
        self.dataset, self.version = dataset, version
        self.body = dict(body)
        self.shown = shown or QueryDict()
        self.form = AskForm(dataset, version, self.body)
        self.is_valid = self.form.is_valid()
        self._apply_edits()

    def _apply_edits(self) -> None:
        """Settings that were changed count for the models of the quality too."""
        if "models" in self.body or not filled.settings_in(self.shown):
            return
        edits, usual = (
            filled.settings_in(self.shown),
            ShownModels(self.form, self.body, self.shown).usual,
        )
        if not edits.keys() & {one.name for one in usual}:
            return
        self.body["models"] = [
            {**one.as_parameters(), "settings": {**one.settings, **edits.get(one.name, {})}}
            for one in usual
        ]
        self.form = AskForm(self.dataset, self.version, self.body)
        self.is_valid = self.form.is_valid()

    @cached_property
    def ask(self) -> asking.Ask | None:
        """What would be made; None while something is wrong."""
        return self.form.ask() if self.is_valid else None

    @property
    def frequency(self) -> Frequency:
        """The step of the series."""
        return self.form.frequency

    @property
    def rows(self) -> int:
        """Rows that are learned from."""
        return self.form.rows

    @cached_property
    def reach(self) -> Reach:
        """Where the targets end."""
        return reach_of(self.version, self.form.chosen_targets)

    def problem(self, field: str) -> str:
        """What is wrong with a field; empty when nothing is."""
        errors = self.form.errors.get(field)
        return str(errors[0]) if errors else ""

    @cached_property
    def problems(self) -> dict[str, str]:
        """The same for every field."""
        return {field: self.problem(field) for field in FIELDS}

    @cached_property
    def models(self) -> ShownModels:
        """The table of models and the three qualities."""
        return ShownModels(self.form, self.body, self.shown)

    @cached_property
    def help(self) -> ShownHelp:
        """Covariates and holidays."""
        return ShownHelp(self.form, self.body, self.chosen)

    @cached_property
    def limits(self) -> ShownLimits:
        """Levels, bounds, seasons, tests, time."""
        return ShownLimits(self.form, self.body, self.chosen, self.first_series)

    @cached_property
    def totals(self) -> ShownTotals:
        """Totals that add up."""
        return ShownTotals(self.form, self.body)

    @property
    def first_series(self) -> str | None:
        """The series that is drawn and looked at."""
        return self.series_named[0] if self.series_named else asking.first_series(self.version)

    # What to forecast

    @cached_property
    def chosen(self) -> list[Column]:
        """The columns chosen so far, whether they can be forecast or not."""
        found = self.form.cleaned_data.get("targets")
        if found:
            return list(found)
        asked = self.body.get("targets") or []
        names = [asked] if isinstance(asked, str) else [str(name) for name in asked]
        return [one for one in self.version.value_columns() if {one.key, one.name} & set(names)]

    @cached_property
    def targets(self) -> list[Target]:
        """Every number column."""
        chosen = {column.key for column in self.chosen}
        rows = max(1, self.version.row_count)
        return [
            Target(
                column,
                column.key in chosen,
                asking.trouble_with(column, self.version),
                100 * column.missing / rows,
                self._spark(column),
            )
            for column in self.version.value_columns()
        ]

    def _spark(self, column: Column) -> list[float | None]:
        """Its newest values; rows after the last one have none."""
        kept: list[float | None] = list(column.stats.get("spark") or [])
        if sum(value is not None for value in kept) > 1 or not column.missing:
            return kept
        end = reach_of(self.version, [column]).end
        found = range_data(
            self.version,
            column.key,
            series=self.first_series,
            start=self.frequency.add(end, -SPARK_ROWS).to_pydatetime(),
            end=end.to_pydatetime(),
            width=SPARK_ROWS,
        )
        return list(found.json()["y"])

    @property
    def what(self) -> str:
        """The targets in words."""
        return asking.columns_in_words(self.chosen)

    @property
    def is_long(self) -> bool:
        """Does the table hold series one under another?"""
        return bool(self.version.series_column)

    @property
    def series_total(self) -> int:
        """How many there are."""
        return asking.series_count(self.version)

    @cached_property
    def series_named(self) -> list[str]:
        """Those somebody chose; none for all."""
        given = self.body.get("series") or []
        return [str(name) for name in given] if isinstance(given, list) else []

    @property
    def found_series(self) -> FoundSeries:
        """Those that may be ticked besides, the first of them until somebody searches."""
        return FoundSeries(self.version, "", self.series_named)

    # How far and how well

    @cached_property
    def offered(self) -> list[Span]:
        """Horizons to press."""
        return spans.offered(self.frequency, self.rows)

    @property
    def horizon(self) -> int | None:
        """Steps, once they make sense."""
        asked: int | None = self.form.cleaned_data.get("horizon")
        return asked

    @property
    def horizon_text(self) -> str:
        """What stands in the field."""
        return str(self.horizon) if self.horizon is not None else self._text("horizon")

    @property
    def until(self) -> str:
        """The date that was typed, as an input of the browser takes it."""
        return self._text("until").replace(" ", "T")

    @property
    def until_kind(self) -> str:
        """The input that fits the step."""
        return "date" if self.frequency.step_seconds >= DAY_SECONDS else "datetime-local"

    @property
    def until_least(self) -> str:
        """The first time that can be forecast, as that input takes it."""
        stored = self.frequency.add(self.reach.end, 1).to_pydatetime()
        text = self.version.clock.shown(stored).isoformat(timespec="minutes")
        return text[:10] if self.until_kind == "date" else text

    @property
    def unit(self) -> str:
        """`hours`."""
        return spans.step_words(self.frequency, self.horizon or 2)

    @property
    def from_to(self) -> str:
        """`Sat 21 Nov 13:00 to Sat 28 Nov 12:00`."""
        if not self.horizon:
            return ""
        return gettext("%(start)s to %(end)s") % {
            "start": self._moment(1),
            "end": self._moment(self.horizon),
        }

    def _moment(self, steps: int) -> str:
        time = self.frequency.add(self.reach.end, steps).isoformat()
        return wording.moment(time, self.frequency, self.version.clock)

    # The contract

    @property
    def said(self) -> SafeString | None:
        """The sentence at the right."""
        if not self.ask:
            return None
        windows = self.form.terrain.course.windows
        return sentence.contract(self.ask, len(self.models.taking_part), windows)

    @cached_property
    def seconds(self) -> int:
        """Until the final answer."""
        return expected.seconds_expected(self.ask.parameters() if self.ask else {})

    @property
    def seconds_figure(self) -> str:
        """`40 s`, `11 min`."""
        if self.seconds < roster.MINUTE:
            return gettext("%(n)s s") % {"n": self.seconds}
        return gettext("%(n)s min") % {"n": f"{self.seconds / 60:,.0f}"}

    def _text(self, field: str) -> str:
        return plain_text(self.body.get(field))

    @cached_property
    def checks(self) -> list[Check]:
        """What was looked at before."""
        return checks_of(self.form)

    @property
    def preview_words(self) -> str:
        """`last 7 days`."""
        return gettext("last %(span)s") % {
            "span": spans.span_words(self.form.steps, self.frequency)
        }

    @property
    def preview_query(self) -> str:
        """What the preview is asked for."""
        asked = [("dataset", str(self.dataset.pk)), ("horizon", str(self.form.steps))]
        asked += [("targets", column.key) for column in self.chosen[:1]]
        if self.series_named:
            asked += [("which", "chosen"), ("series", self.series_named[0])]
        return urlencode(asked)
