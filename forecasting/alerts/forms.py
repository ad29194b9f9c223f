"""One rule as a form: the page's selects and numbers, and the API's JSON, checked the same way."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from accounts.notifying.kinds import CHANNELS
from datasets.models import Dataset
from forecasting.alerts.keeping import MOST_STEPS
from forecasting.models import AlertRule, PredictionTask
from forecasting.refusals import ForecastProblem

FIELDS: Final = (
    "name", "kind", "dataset", "task", "series", "measure", "level", "direction", "limit",
    "within", "margin", "clear_after", "repeat_hours", "channels", "audience", "urgent_limit",
)  # fmt: skip


class _Count(forms.IntegerField):
    """A whole number that the database can hold; what makes sense is checked later."""

    def __init__(self) -> None:
        words = {"max_value": _("Give %(limit_value)s or less.")}
        super().__init__(required=False, max_value=MOST_STEPS, error_messages=words)


class AlertForm(forms.ModelForm):  # type: ignore[type-arg]
    """Things are offered to a person only where they may see them."""

    class Meta:
        model = AlertRule
        fields = FIELDS

    channels = forms.MultipleChoiceField(
        choices=[(name, name) for name in CHANNELS], required=False
    )

    # The bounds depend on the forecast: `keeping.check` knows them.
    within = _Count()
    clear_after = _Count()
    repeat_hours = _Count()
    level = _Count()
    # Measure and level in one slot of the page: `interval:80`, `mean`.
    measured = forms.CharField(required=False)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seen: dict[str, Any] = {
            "dataset": Dataset.objects.visible_to(person),
            "task": PredictionTask.objects.visible_to(person),
        }
        for name, rows in seen.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].error_messages["invalid_choice"] = (
                _("There is no such dataset. Choose one you may see.")
                if name == "dataset"
                else _("There is no such forecast. Choose one you may see.")
            )
        # A rule on a forecast takes the dataset from it; numbers have usual values.
        for name in ("dataset", "level", "margin", "clear_after", "repeat_hours", "measure",
                     "direction", "audience", "kind"):  # fmt: skip
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Fill what was left out, and find the thing the rule is about."""
        data: dict[str, Any] = super().clean() or {}
        measure, _colon, level = data.get("measured", "").partition(":")
        if measure in AlertRule.Measure.values:
            data["measure"] = measure
            data["level"] = int(level) if level.isdecimal() and len(level) < 4 else None
        for name in ("level", "margin", "clear_after", "repeat_hours", "measure", "direction",
                     "audience", "kind"):  # fmt: skip
            if data.get(name) in (None, "") and name not in self.errors:
                data[name] = getattr(self.instance, name)
        task = data.get("task")
        if task is not None and not data.get("dataset"):
            data["dataset"] = task.dataset
        if not data.get("dataset") and "task" not in self.errors and "dataset" not in self.errors:
            field = "dataset" if data.get("kind") == AlertRule.Kind.MISSING else "task"
            self.add_error(field, gettext("Choose what the rule watches."))
        return data

    def rule(self) -> AlertRule:
        """The rule as filled in, not saved; raises ForecastProblem for the first mistake."""
        if not self.is_valid():
            field, [error, *_more] = next(iter(self.errors.items()))
            raise ForecastProblem(str(error), field="" if field == "__all__" else field)
        rule: AlertRule = self.save(commit=False)
        return rule
