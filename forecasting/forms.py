"""The one door for questions: the page and the API check what is asked with the same form."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ParamSpec, TypeVar

from django import forms
from django.db.models import Max
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.ownership import fetch_visible
from datasets.models import Column, Dataset, Version
from forecasting import asking, spans
from forecasting.asking import Ask
from forecasting.choosing import covariates, limits, places, roster, totals, which_series
from forecasting.choosing.covariates import Covariates
from forecasting.choosing.limits import Bounds
from forecasting.choosing.outline import outline
from forecasting.choosing.reach import reach_of
from forecasting.choosing.roster import Chosen, Terrain
from forecasting.choosing.totals import Totals
from forecasting.choosing.until import is_date, steps_until
from forecasting.engine.frequency import Frequency
from forecasting.engine.race.course import Course
from forecasting.models import PredictionTask
from forecasting.refusals import ForecastProblem

NAME_LENGTH = 200
MOST_CHOICES = 200
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class AskForm(forms.Form):
    """Everything that may be asked of one version of one dataset, in the shape of the API.

    Fields that are absent, None or "" take what is usual.
    """

    targets = forms.Field(required=False, widget=forms.SelectMultiple)
    series = forms.Field(required=False)
    until = forms.CharField(max_length=40, required=False)
    horizon = forms.CharField(max_length=40, required=False)
    quality = forms.CharField(max_length=20, required=False)
    levels = forms.Field(required=False, widget=forms.SelectMultiple)
    seasons = forms.Field(required=False)
    covariates = forms.Field(required=False)
    calendar = forms.Field(required=False)
    bounds = forms.Field(required=False)
    hierarchy = forms.Field(required=False)
    windows = forms.Field(required=False)
    refit = forms.CharField(max_length=20, required=False)
    seconds = forms.Field(required=False)
    seed = forms.Field(required=False)
    models = forms.Field(required=False)
    name = forms.CharField(max_length=NAME_LENGTH, required=False)

    def __init__(self, dataset: Dataset, version: Version, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dataset, self.version = dataset, version
        self.fields["name"].error_messages["max_length"] = _(
            "The name is too long. Use 200 characters or fewer."
        )
        for name in ("horizon", "until"):
            self.fields[name].error_messages["max_length"] = _(
                'Write a number of steps, words such as "4 days", or a date such as 2026-12-24.'
            )

    @property
    def frequency(self) -> Frequency:
        """The step of the series, with the seasons that somebody gave."""
        found = Frequency.parse(self.version.frequency)
        seasons = self.cleaned_data.get("seasons") if hasattr(self, "cleaned_data") else ()
        return found.with_seasons(seasons) if seasons else found

    @property
    def chosen_targets(self) -> tuple[Column, ...]:
        """The columns that make sense so far; the usual ones while none does."""
        return self.cleaned_data.get("targets") or tuple(asking.usual_targets(self.version))

    @property
    def rows(self) -> int:
        """Rows of the longest series that hold a target."""
        chosen = self.cleaned_data.get("series") or ()
        return asking.learned_rows(self.version, self.chosen_targets, chosen)

    @property
    def steps(self) -> int:
        """The horizon, or the usual one while it makes no sense."""
        asked: int | None = self.cleaned_data.get("horizon")
        return asked or spans.usual(self.frequency, self.rows)

    @cached_property
    def terrain(self) -> Terrain:
        """What the data allow, as far as the form says what is wanted of them."""
        said = self.cleaned_data
        panel, scale = outline(
            self.version,
            self.chosen_targets,
            self.frequency,
            said.get("series") or (),
            has_known=bool(said.get("covariates")) or bool((said.get("calendar") or ("",))[0]),
        )
        totals = said.get("hierarchy") or Totals()
        course = Course.plan(
            panel,
            self.steps,
            asking.LEVELS,
            said.get("windows"),
            together=bool(totals),
            series=round(len(panel) * scale) + totals.fewest(),
        )
        refits = max(1, course.windows) if said.get("refit") == limits.EACH else 1
        return Terrain(panel, scale, course, {}, refits)

    def clean_targets(self) -> tuple[Column, ...]:
        """The chosen columns; the usual ones when none is named."""
        wanted = self.cleaned_data["targets"]
        if wanted is None:
            wanted = [column.key for column in asking.usual_targets(self.version)]
        names = [wanted] if isinstance(wanted, str) else [str(name) for name in wanted]
        return _checked(asking.check_targets, self.version, names)

    def clean_series(self) -> tuple[str, ...]:
        """The chosen series of a long table; () for all."""
        given = self.cleaned_data["series"]
        return () if _is_absent(given) else _checked(which_series.check, self.version, given)

    def clean_until(self) -> int | None:
        """Steps up to a date, when one is given."""
        given = str(self.cleaned_data["until"]).strip()
        return self._steps_until(given, "until") if given else None

    def clean_horizon(self) -> int:
        """Steps; the usual horizon when none is given."""
        if steps := self.cleaned_data.get("until"):
            return int(steps)
        asked = str(self.cleaned_data["horizon"]).strip()
        if not asked:
            return spans.usual(self.frequency, self.rows)
        if is_date(asked):
            return self._steps_until(asked, "horizon")
        return _checked(asking.check_horizon, self.version, asked, self.rows)

    def clean_quality(self) -> str:
        """Instant, balanced or thorough; balanced unless said."""
        return _checked(
            asking.check_quality, self.cleaned_data["quality"] or PredictionTask.Quality.BALANCED
        )

    def clean_levels(self) -> tuple[int, ...]:
        """Interval levels; 80 and 95 unless said."""
        given = self.cleaned_data["levels"]
        if given is None:
            return asking.LEVELS
        try:
            levels = [int(level) for level in ([given] if isinstance(given, str | int) else given)]
        except (TypeError, ValueError):
            levels = []
        return _checked(asking.check_levels, levels)

    def clean_seasons(self) -> tuple[int, ...]:
        """Season lengths in steps; those of the calendar unless said."""
        given = self.cleaned_data["seasons"]
        if _is_absent(given):
            return ()
        step = Frequency.parse(self.version.frequency)
        return _checked(limits.check_seasons, given, self.rows, step)

    def clean_covariates(self) -> Covariates:
        """Columns that help; those with such a role unless said."""
        given = self.cleaned_data["covariates"]
        if given is None:
            return covariates.usual(self.version, self.chosen_targets)
        return _checked(covariates.check, self.version, self.chosen_targets, given)

    def clean_calendar(self) -> tuple[str, str]:
        """Country and region of the holidays; none unless said."""
        given = self.cleaned_data["calendar"]
        return ("", "") if _is_absent(given) else _checked(places.check, given)

    def clean_bounds(self) -> Bounds:
        """What values keep to; nothing unless said."""
        given = self.cleaned_data["bounds"]
        return Bounds() if _is_absent(given) else _checked(limits.check_bounds, given)

    def clean_hierarchy(self) -> Totals:
        """Totals that add up; none unless said."""
        given = self.cleaned_data["hierarchy"]
        if _is_absent(given):
            return Totals()
        bounds = self.cleaned_data.get("bounds") or Bounds()
        return _checked(totals.check, self.version, given, bounds)

    def clean_windows(self) -> int | None:
        """How many past windows; None leaves it to the engine."""
        given = self.cleaned_data["windows"]
        return _checked(limits.check_windows, given, self.rows, self.steps, self.frequency)

    def clean_refit(self) -> str:
        """Once, or anew before each window."""
        return _checked(limits.check_refit, self.cleaned_data["refit"])

    def clean_seconds(self) -> float | None:
        """The time of the race."""
        return _checked(limits.check_seconds, self.cleaned_data["seconds"])

    def clean_seed(self) -> int:
        """The seed of what is drawn at random."""
        return _checked(limits.check_seed, self.cleaned_data["seed"], asking.SEED)

    def clean_models(self) -> tuple[Chosen, ...] | None:
        """The models that were named; None for those of the quality."""
        given = self.cleaned_data["models"]
        if given is None:
            return None
        chosen = _checked(roster.check, given)
        quality = str(self.cleaned_data.get("quality") or PredictionTask.Quality.BALANCED)
        if roster.is_the_usual(chosen, roster.of_quality(quality, self.terrain.panel)):
            return None
        _checked(roster.require_suited, chosen, self.terrain.course)
        return chosen

    def clean_name(self) -> str:
        """The name without line breaks and doubled spaces."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        """Refuse an answer too large to keep."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                asking.check_size(self.ask())
            except ForecastProblem as problem:
                self.add_error("horizon", forms.ValidationError(str(problem), problem.code))
        return cleaned

    def _steps_until(self, date: str, field: str) -> int:
        end = reach_of(self.version, self.chosen_targets).end
        steps = _checked(steps_until, date, self.version, end, self.frequency)
        _checked(asking.require_short, steps, self.rows, self.frequency, field)
        return steps

    def ask(self) -> Ask:
        """What was asked, once valid."""
        said = self.cleaned_data
        return Ask(
            dataset=self.dataset,
            version=self.version,
            targets=said["targets"],
            horizon=said["horizon"],
            quality=said["quality"],
            levels=said["levels"],
            name=said["name"],
            series=said["series"],
            models=said["models"],
            covariates=said["covariates"],
            place=said["calendar"],
            bounds=said["bounds"],
            totals=said["hierarchy"],
            seasons=said["seasons"],
            window_count=said["windows"],
            refit=said["refit"],
            seconds=said["seconds"],
            seed=said["seed"],
        )


class RenameForm(forms.ModelForm):  # type: ignore[type-arg]
    """The name of a forecast."""

    class Meta:
        model = PredictionTask
        fields = ["name"]
        widgets = {
            "name": forms.TextInput(
                attrs={"class": "input", "maxlength": NAME_LENGTH, "autocomplete": "off"}
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _(
            "Give the forecast a name, such as Load, next 4 days."
        )

    def clean_name(self) -> str:
        """The name without line breaks and doubled spaces."""
        return " ".join(str(self.cleaned_data["name"]).split())


def ready_dataset(user: User, pk: str) -> Dataset:
    """A dataset this person may see, with versions and columns; Http404 otherwise."""
    found = Dataset.objects.select_related("owner").prefetch_related("versions__columns")
    return fetch_visible(found, user, pk=pk)


def dataset_choices(user: User) -> list[Dataset]:
    """The newest datasets that may be asked about, with `newest`, the number of their version."""
    ready = Dataset.objects.visible_to(user).ready().order_by("-created_at", "-id")
    numbered = ready.annotate(newest=Max("versions__number")).filter(newest__isnull=False)
    return list(numbered.only("id", "name")[:MOST_CHOICES])


def first_problem(form: forms.BaseForm) -> ForecastProblem:
    """The first thing wrong with a form, for the API."""
    field, errors = next(iter(form.errors.as_data().items()))
    first = errors[0]
    message = first.messages[0] if first.messages else gettext("This is not valid.")
    return ForecastProblem(
        message, code=first.code or "invalid", field="" if field == "__all__" else field
    )


def _checked(check: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
    """The answer of a check, its problem as a form error."""
    try:
        return check(*given, **named)
    except ForecastProblem as problem:
        raise forms.ValidationError(str(problem.message), problem.code) from problem


def _is_absent(given: Any) -> bool:
    """Was the field left out, or left empty?"""
    return given is None or given == "" or (isinstance(given, list | tuple) and not given)
