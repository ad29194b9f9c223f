"""The sentence of a schedule as a form: what, how often, when, where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from forecasting.models import PredictionTask, Schedule


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is left out keeps its value; of the forecast any run may be named."""

    at = forms.TimeField(
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": _("Write the time as hours and minutes, such as 18:00.")},
    )

    class Meta:
        model = Schedule
        fields = ("forecast", "does", "every", "at", "weekday", "day", "zone", "is_on")

    def __init__(self, given: Any = None, *, person: User, instance: Schedule) -> None:
        shown = {name: getattr(instance, name) for name in self.Meta.fields if name != "forecast"}
        data = None
        if given is not None:
            named = {name: given[name] for name in self.Meta.fields if name in given}
            data = {**shown, "forecast": instance.forecast_id, **named}
        super().__init__(data, instance=instance)
        self.fields["forecast"].queryset = PredictionTask.objects.editable_by(person)  # type: ignore[attr-defined]
        for name in ("weekday", "day", "zone", "does", "every"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Empty places keep what stood there."""
        found = super().clean() or {}
        for name in ("weekday", "day", "zone", "does", "every", "at"):
            if name not in self.errors and found.get(name) in (None, ""):
                found[name] = getattr(self.instance, name)
        return found


def usual(forecast: PredictionTask | None, person: User) -> Schedule:
    """A schedule as somebody would begin it: every day at 18:00 on their own clock."""
    zone = person.timezone or timezone.get_current_timezone_name()
    return Schedule(forecast=forecast, zone=zone) if forecast else Schedule(zone=zone)
