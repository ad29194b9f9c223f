"""The forms of the notification settings."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import QuietHours


class QuietHoursForm(forms.ModelForm):  # type: ignore[type-arg]
    """From when to when, where, and what comes through."""

    class Meta:
        model = QuietHours
        fields = ("is_on", "begins", "ends", "zone", "lets_urgent_through", "as_digest")
        widgets = {
            "begins": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "ends": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
        # The lists are made here: the names of zones belong to the machine, not to the import.
        self.fields["zone"].choices = [  # type: ignore[attr-defined]
            ("", _("as in the profile")),
            *((zone, zone.replace("_", " ")) for zone in zones),
        ]


class WebhookForm(forms.Form):
    """Where programs listen, and what the person calls it."""

    url = forms.CharField(label=_("Address"), max_length=2000)
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
