"""The page that asks for a forecast, and the sentence that says what will happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.ownership import require_creator
from accounts.requests import AuthenticatedHttpRequest
from datasets.models import Column, Dataset, Version
from datasets.views.shown import ShownDataset
from forecasting import asking, expected, figures, instant, spans, starting, wording
from forecasting.engine.frequency import Frequency
from forecasting.engine.race import PRESETS
from forecasting.engine.registry import model_type
from forecasting.forms import AskForm, dataset_choices, ready_dataset
from forecasting.models import PredictionTask
from forecasting.models.trained_model import type_label
from forecasting.refusals import ForecastProblem
from forecasting.spans import Span

LEVELS_OFFERED: Final = (50, 80, 90, 95, 99)


@dataclass(frozen=True)
class Target:
    """A column that may be forecast."""

    column: Column
    is_chosen: bool
    trouble: str
    missing_share: float


@dataclass(frozen=True)
class Contender:
    """A model of the race, as the page announces it."""

    label: str
    how: str
    seconds: str


class AskPage:
    """What the page shows for one dataset and what was filled in so far."""

    def __init__(self, dataset: Dataset, version: Version, given: Mapping[str, Any]) -> None:
        self.dataset, self.version = dataset, version
        self.form = AskForm(dataset, version, given)
        self.is_valid = self.form.is_valid()

    @property
    def frequency(self) -> Frequency:
        """The step of the series."""
        return self.form.frequency

    @property
    def rows(self) -> int:
        """Rows of the longest series."""
        return asking.rows_of(self.version)

    @cached_property
    def offered(self) -> list[Span]:
        """Horizons to press."""
        return spans.offered(self.frequency, self.rows)

    @cached_property
    def horizon(self) -> int | None:
        """Steps, once they make sense."""
        return self.form.cleaned_data.get("horizon")

    @property
    def horizon_text(self) -> str:
        """What stands in the field."""
        if self.horizon is not None:
            return str(self.horizon)
        return str(self.form.data.get("horizon", ""))

    @property
    def unit(self) -> str:
        """`hours`."""
        return spans.step_words(self.frequency, self.horizon or 2)

    @property
    def quality(self) -> str:
        """What is chosen."""
        return str(self.form.cleaned_data.get("quality", PredictionTask.Quality.BALANCED))

    @cached_property
    def chosen(self) -> list[Column]:
        """The columns chosen so far, whether they can be forecast or not."""
        found = self.form.cleaned_data.get("targets")
        if found:
            return list(found)
        asked = self.form["targets"].value() or []
        names = [asked] if isinstance(asked, str) else list(asked)
        return [column for column in self.version.value_columns() if column.key in names]

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
            )
            for column in self.version.value_columns()
        ]

    def problem(self, field: str) -> str:
        """What is wrong with a field; empty when nothing is."""
        errors = self.form.errors.get(field)
        return str(errors[0]) if errors else ""

    @property
    def problems(self) -> dict[str, str]:
        """The same for every field."""
        return {field: self.problem(field) for field in ("targets", "horizon", "quality", "levels")}

    @cached_property
    def ask(self) -> asking.Ask | None:
        """What would be made; None while something is wrong."""
        return self.form.ask() if self.is_valid else None

    @property
    def from_to(self) -> str:
        """`Sat 21 Nov 13:00 to Sat 28 Nov 12:00`."""
        end = self.version.profile.get("end")
        if not end or not self.horizon:
            return ""
        first, last = self.future(1), self.future(self.horizon)
        clock = self.version.clock
        return gettext("%(start)s to %(end)s") % {
            "start": wording.moment(first, self.frequency, clock),
            "end": wording.moment(last, self.frequency, clock),
        }

    def future(self, steps: int) -> str:
        """The time so many steps after the last row."""
        last = self.version.profile["end"]
        return self.frequency.add(_naive(last), steps).isoformat()

    @property
    def what(self) -> str:
        """The targets in words."""
        names = [column.name for column in self.chosen]
        if len(names) < 2:
            return "".join(names)
        return ngettext("%(first)s and %(n)s more", "%(first)s and %(n)s more", len(names) - 1) % {
            "first": names[0],
            "n": len(names) - 1,
        }

    @property
    def query(self) -> str:
        """The horizon and the targets for the address of the preview."""
        asked = [("targets", column.key) for column in self.chosen]
        return urlencode([*asked, ("horizon", self.horizon_text)])

    @property
    def each(self) -> str:
        """`hour by hour`."""
        return spans.each_step(self.frequency)

    @property
    def windows_words(self) -> str:
        """`8 past windows`."""
        count = asking.windows_for(self.rows, self.horizon or 1)
        return ngettext("%(n)s past window", "%(n)s past windows", count) % {"n": count}

    @property
    def models_words(self) -> str:
        """`4 models`."""
        count = len(self.contenders)
        return ngettext("%(n)s model", "%(n)s models", count) % {"n": count}

    @property
    def contenders(self) -> list[Contender]:
        """The models of the race."""
        names = list(instant.MODELS)
        if self.quality != PredictionTask.Quality.INSTANT:
            shape = "many" if asking.series_count(self.version) > 1 else "few"
            raced = PRESETS[self.quality].entrants
            names += [one.kind for one in raced if one.shape in ("any", shape)]
        return [
            Contender(type_label(name), gettext(model_type(name).description), "")
            for name in dict.fromkeys(names)
        ]

    @property
    def seconds(self) -> int:
        """Until the final answer."""
        return expected.seconds_expected({"quality": self.quality})

    @cached_property
    def trained_seconds(self) -> int:
        """What Balanced is expected to take."""
        return expected.seconds_expected({"quality": PredictionTask.Quality.BALANCED})

    @cached_property
    def checks(self) -> list[tuple[str, str]]:
        """What was looked at before: (icon, sentence)."""
        season = self.frequency.season_length
        lines = []
        if season > 1:
            cycles = self.rows // season
            word = spans.span_words(season, self.frequency)
            lines.append(
                (
                    "check" if cycles >= 2 else "warn",
                    gettext("%(n)s full cycles of %(span)s in the history")
                    % {"n": f"{cycles:,}", "span": word},
                )
            )
        lines += [
            ("warn" if found.severity != "info" else "check", found.sentence)
            for found in self.version.findings[:4]
        ]
        return lines


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Ask for a forecast (`?dataset=`); POST starts it and goes to its page."""
    require_creator(request.user)
    given = request.POST if request.method == "POST" else request.GET
    asked = given.get("dataset", "")
    choices = dataset_choices(request.user)
    if not choices and not asked:
        return render(request, "forecasting/nothing_to_ask.html", {"section": "forecasts"})
    dataset = ready_dataset(request.user, asked or str(choices[0].pk))
    page, problem = _page(dataset, given)
    if request.method == "POST" and page is not None and page.ask is not None:
        task = starting.start(page.ask, owner=request.user)
        return _go_to(request, task.get_absolute_url())
    is_listed = dataset.pk in {choice.pk for choice in choices}
    context = {
        "section": "forecasts",
        "choices": choices,
        "is_listed": is_listed,
        "dataset": dataset,
        "page": page,
        "problem": problem,
        "levels": _levels(page),
    } | _facts(dataset)
    template = "forecasting/new.html"
    if request.method == "POST" and request.htmx and page is not None:
        return render(request, "forecasting/_contract.html", {**context, "with_fields": True})
    # The address may carry a half-filled form; only a refused press is an error.
    status = 422 if request.method == "POST" else 200
    return render(request, template, context, status=status)


@require_safe
def contract(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The sentence at the right for what is filled in, with the problems of the fields."""
    require_creator(request.user)
    dataset = ready_dataset(request.user, request.GET.get("dataset", ""))
    page, problem = _page(dataset, request.GET)
    context = {"page": page, "problem": problem, "dataset": dataset, "with_fields": True}
    return render(request, "forecasting/_contract.html", context)


@require_safe
def preview(request: AuthenticatedHttpRequest) -> JsonResponse:
    """The figure of the last values and of the room that the forecast will take."""
    dataset = ready_dataset(request.user, request.GET.get("dataset", ""))
    version = asking.check_version(dataset)
    page = AskPage(dataset, version, request.GET)
    horizon = page.horizon or spans.usual(page.frequency, page.rows)
    column = page.chosen[0] if page.chosen else version.value_columns()[0]
    words = gettext("%(steps)s<br>to forecast") % {"steps": spans.counted(horizon, page.frequency)}
    return JsonResponse(figures.room(version, column.key, page.frequency, horizon, words))


def _page(dataset: Dataset, given: Mapping[str, Any]) -> tuple[AskPage | None, str]:
    """The page for a dataset, or why it cannot be forecast at all."""
    try:
        version = asking.check_version(dataset)
        if not asking.usual_targets(version):
            return None, _no_target(version)
    except ForecastProblem as problem:
        return None, str(problem.message)
    return AskPage(dataset, version, given), ""


def _levels(page: AskPage | None) -> list[dict[str, Any]]:
    chosen = (page.form.cleaned_data.get("levels") if page else None) or asking.LEVELS
    return [
        {"value": level, "chosen": level in chosen} for level in sorted({*LEVELS_OFFERED, *chosen})
    ]


def _facts(dataset: Dataset) -> dict[str, Any]:
    shown = ShownDataset(dataset)
    return {"frequency_words": shown.frequency, "start": shown.start, "end": shown.end}


def _no_target(version: Version) -> str:
    for column in version.columns.all():
        if column.is_number and (sentence := asking.trouble_with(column, version)):
            return sentence
    return gettext("%(name)s has no column of numbers to forecast. Use another dataset.") % {
        "name": version.dataset.name
    }


def _naive(text: str) -> Any:
    import pandas as pd  # noqa: PLC0415 -- only pages that count times ahead need it

    return pd.Timestamp(text).tz_localize(None)


def _go_to(request: AuthenticatedHttpRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
