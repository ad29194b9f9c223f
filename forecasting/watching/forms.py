"""What a person may set of a watch, checked the same for the page and for programs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models.user import User
from forecasting.models import ModelWatch


class WatchForm(forms.Form):
    """When a challenger is promoted and trained, and how patient the watch is."""

    is_on = forms.BooleanField(required=False)
    promotes = forms.ChoiceField(
        choices=ModelWatch.Promotes.choices,
        error_messages={"invalid_choice": _("Choose by hand or by rule.")},
    )
    gain = forms.FloatField(
        min_value=0,
        max_value=90,
        error_messages={
            "invalid": _("Write the gain in percent, such as 5."),
            "required": _("Write the gain in percent, such as 5."),
            "min_value": _("A gain is 0%% or more."),
            "max_value": _("Ask for a gain of 90%% or less."),
        },
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "decimal"}),
    )
    most_p = forms.FloatField(
        min_value=0.0001,
        max_value=0.5,
        error_messages={
            "invalid": _("Write p as a number, such as 0.05."),
            "required": _("Write p as a number, such as 0.05."),
            "min_value": _("p is 0.0001 or more."),
            "max_value": _("p is 0.5 or less: a coin decides as well."),
        },
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "decimal"}),
    )
    trains_on_drift = forms.BooleanField(required=False)
    patience = forms.TypedChoiceField(
        coerce=int,
        choices=ModelWatch.Patience.choices,
        error_messages={"invalid_choice": _("Choose 500, 2000 or 10000 steps.")},
    )

    @staticmethod
    def filled(watch: ModelWatch) -> dict[str, Any]:
        """The fields as they are set now."""
        return {
            "is_on": watch.is_on,
            "promotes": watch.promotes,
            "gain": f"{100 * watch.least_gain:g}",
            "most_p": watch.most_p,
            "trains_on_drift": watch.trains_on_drift,
            "patience": watch.patience,
        }

    def save(self, watch: ModelWatch, *, person: User) -> None:
        """Write it, and who did."""
        said = self.cleaned_data
        fields = {
            "is_on": said["is_on"],
            "promotes": said["promotes"],
            "least_gain": said["gain"] / 100,
            "most_p": said["most_p"],
            "trains_on_drift": said["trains_on_drift"],
            "patience": said["patience"],
        }
        with transaction.atomic():
            for name, value in fields.items():
                setattr(watch, name, value)
            watch.save(update_fields=[*fields, "updated_at"])
            audit.record(person, "model.watch_changed", watch.line, **fields)
