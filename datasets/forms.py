"""What people may write about a dataset, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.problems import Problem
from datasets.models import Dataset
from datasets.sniffing.options import ReadingOptions

NAME_LENGTH = 200
DESCRIPTION_LENGTH = 4000


if TYPE_CHECKING:
    DatasetForm = forms.ModelForm[Dataset]
else:
    DatasetForm = forms.ModelForm


class DescribeForm(DatasetForm):
    """Name and description of a dataset."""

    class Meta:
        model = Dataset
        fields = ["name", "description"]
        widgets = {
            "name": forms.TextInput(attrs={"class": "input", "maxlength": NAME_LENGTH}),
            "description": forms.Textarea(
                attrs={"class": "input", "rows": 3, "maxlength": DESCRIPTION_LENGTH}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.error_messages["required"] = _("Give the dataset a name, such as Electricity load.")
        for text in self.fields.values():
            text.widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        """The name without line breaks and doubled spaces."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_description(self) -> str:
        """The description, within its length."""
        text = str(self.cleaned_data["description"]).strip()
        if len(text) > DESCRIPTION_LENGTH:
            raise forms.ValidationError(
                gettext("The description has %(count)s characters. Use %(limit)s or fewer."),
                params={"count": len(text), "limit": DESCRIPTION_LENGTH},
            )
        return text


def first_problem(form: forms.BaseForm) -> Problem:
    """The first thing wrong with a form, for htmx and the API."""
    field, errors = next(iter(form.errors.items()))
    return Problem(str(errors[0]), field="" if field == "__all__" else field)


class ReadingForm(forms.Form):
    """How a file is written, when our own reading of it was wrong. Empty means: find out."""

    UNKNOWN = ("", _("Find out"))

    header = forms.ChoiceField(
        label=_("First row"),
        required=False,
        choices=[UNKNOWN, ("yes", _("holds names")), ("no", _("holds values"))],
    )
    day_first = forms.ChoiceField(
        label=_("Day and month"),
        required=False,
        choices=[UNKNOWN, ("yes", _("Day first")), ("no", _("Month first"))],
    )
    decimal = forms.ChoiceField(
        label=_("Decimal mark"),
        required=False,
        choices=[UNKNOWN, (".", _("point, 4,812.5")), (",", _("comma, 4.812,5"))],
    )
    delimiter = forms.ChoiceField(
        label=_("Separator"),
        required=False,
        choices=[
            UNKNOWN,
            (",", _("comma")),
            (";", _("semicolon")),
            ("tab", _("tab")),
            ("|", _("vertical bar")),
        ],
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[
            UNKNOWN,
            ("utf-8", "UTF-8"),
            ("cp1252", "Windows-1252"),
            ("utf-16", "UTF-16"),
            ("gb18030", "GB 18030"),
            ("shift_jis", "Shift JIS"),
        ],
    )
    leave_out_bad_times = forms.BooleanField(
        label=_("Leave out rows whose time cannot be read"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.widget.attrs["class"] = "select"

    def options(self) -> ReadingOptions:
        """The checked answers as the reader takes them."""
        said = self.cleaned_data
        yes_no = {"yes": True, "no": False}
        return ReadingOptions(
            header=yes_no.get(said["header"]),
            day_first=yes_no.get(said["day_first"]),
            decimal=said["decimal"] or None,
            delimiter="\t" if said["delimiter"] == "tab" else said["delimiter"] or None,
            encoding=said["encoding"] or None,
            leave_out_bad_times=said["leave_out_bad_times"],
        )
