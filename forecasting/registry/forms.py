"""What people may say of a registered model."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forecasting.registry.lines import NAME_LENGTH
from forecasting.registry.serializers import MOST_NOTES


class DescribeForm(forms.Form):
    """The name of the line and the notes of one version."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        error_messages={"required": _("Give the model a name, such as load-7d.")},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    notes = forms.CharField(
        max_length=MOST_NOTES,
        required=False,
        widget=forms.Textarea(attrs={"class": "input", "rows": 5}),
    )

    def clean_name(self) -> str:
        """Without line breaks and doubled spaces."""
        return " ".join(str(self.cleaned_data["name"]).split())
