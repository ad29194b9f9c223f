"""The forms of the account pages."""

import zoneinfo
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import BaseUserCreationForm
from django.utils.translation import gettext_lazy as _

from accounts.models import Scope, User


class FirstAdminForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """User name, e-mail and password of the first administrator."""

    class Meta:
        model = User
        fields = ("username", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "email"


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("name", "language", "timezone", "theme", "keyboard_shortcuts")

    language = forms.ChoiceField(label=_("Language"), required=False)
    timezone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
        # The lists are made here: the names of zones belong to the machine, not to the import.
        self.fields["timezone"].choices = [  # type: ignore[attr-defined]
            ("", _("UTC")),
            *((zone, zone.replace("_", " ")) for zone in zones),
        ]
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("Same as the browser")),
            *settings.LANGUAGES,
        ]


class TokenForm(forms.Form):
    """A new API token: what it is called, what it may do, how long it lives."""

    LIFETIMES = [
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("365", _("1 year")),
        ("never", _("no end")),
    ]
    ACCESS = [(Scope.READ.value, _("Read")), ("write", _("Read and write"))]

    name = forms.CharField(label=_("Name"), max_length=100)
    access = forms.ChoiceField(label=_("Allowed"), choices=ACCESS, initial="read")
    lifetime = forms.ChoiceField(label=_("Ends after"), choices=LIFETIMES, initial="90")

    def scopes(self) -> list[str]:
        """The scopes of the chosen access."""
        wanted = self.cleaned_data["access"]
        return [Scope.READ.value] if wanted == Scope.READ else [Scope.READ.value, Scope.WRITE.value]

    def duration(self) -> timedelta | None:
        """The chosen lifetime; None for ever."""
        chosen = self.cleaned_data["lifetime"]
        return None if chosen == "never" else timedelta(days=int(chosen))
