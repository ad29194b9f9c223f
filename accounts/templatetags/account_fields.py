"""`{% field form.name label hint %}`: one form field as the components page draws it."""

from typing import Any

from django import forms, template
from django.conf import settings
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.inclusion_tag("accounts/_field.html")
def field(bound: BoundField, label: str = "", hint: str = "", **attrs: Any) -> dict[str, Any]:
    """Label, control, then the hint, or in its place what is wrong. Underscores in `attrs` are
    dashes: `inputmode`, `autocomplete`, `hx_post`.
    """
    note = f"{bound.id_for_label}-note"
    extra = {name.replace("_", "-"): value for name, value in attrs.items()}
    if bound.errors or hint:
        extra["aria-describedby"] = note
    if bound.errors:
        extra["aria-invalid"] = "true"
    return {
        "bound": bound,
        "label": label or bound.label,
        "hint": hint,
        "note": note,
        "control": _control(bound, extra),
        "is_check": isinstance(bound.field.widget, forms.CheckboxInput),
    }


@register.simple_tag
def signup_is_open() -> bool:
    """Whether people may make their own accounts here."""
    return bool(settings.SIGNUP_OPEN)


def _control(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    widget = bound.field.widget
    if isinstance(widget, forms.Select):
        attrs["class"] = "select"
    elif not isinstance(widget, forms.CheckboxInput):
        attrs["class"] = "input"
        attrs.setdefault("placeholder", "")
    return bound.as_widget(attrs=attrs)
