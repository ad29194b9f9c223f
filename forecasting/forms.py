"""The one door for questions: the page and the API check what is asked with the same form."""

from __future__ import annotations

from collections.abc import Callable
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
from forecasting.engine.frequency import Frequency
from forecasting.models import PredictionTask
from forecasting.refusals import ForecastProblem

NAME_LENGTH = 200
MOST_CHOICES = 200
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class AskForm(forms.Form):
    """Targets, horizon, quality and levels, checked against one version of one dataset."""

    targets = forms.Field(required=False, widget=forms.SelectMultiple)
    horizon = forms.CharField(max_length=40, required=False)
    quality = forms.CharField(max_length=20, required=False)
    levels = forms.Field(required=False, widget=forms.SelectMultiple)
    name = forms.CharField(max_length=NAME_LENGTH, required=False)

    def __init__(self, dataset: Dataset, version: Version, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dataset, self.version = dataset, version
        self.fields["name"].error_messages["max_length"] = _(
            "The name is too long. Use 200 characters or fewer."
        )

    @property
    def frequency(self) -> Frequency:
        """The step of the series."""
        return Frequency.parse(self.version.frequency)

    def clean_targets(self) -> tuple[Column, ...]:
        """The chosen columns; the usual ones when none is named."""
        wanted = self.cleaned_data["targets"]
        if wanted is None or (wanted == [] and "targets_shown" not in self.data):
            wanted = [column.key for column in asking.usual_targets(self.version)]
        names = [wanted] if isinstance(wanted, str) else [str(name) for name in wanted]
        return _checked(asking.check_targets, self.version, names)

    def clean_horizon(self) -> int:
        """Steps; the usual horizon when none is given."""
        asked = str(self.cleaned_data["horizon"]).strip()
        if not asked:
            return spans.usual(self.frequency, asking.rows_of(self.version))
        return _checked(asking.check_horizon, self.version, asked)

    def clean_quality(self) -> str:
        """Instant or balanced, balanced unless said."""
        return _checked(
            asking.check_quality, self.cleaned_data["quality"] or PredictionTask.Quality.BALANCED
        )

    def clean_levels(self) -> tuple[int, ...]:
        """Interval levels; 80 and 95 unless said."""
        given = self.cleaned_data["levels"] or asking.LEVELS
        try:
            levels = [int(level) for level in ([given] if isinstance(given, str | int) else given)]
        except (TypeError, ValueError):
            levels = []
        return _checked(asking.check_levels, levels)

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
