"""Fields that say what may be sent: an unknown name or word is refused with the known ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class OneOf(serializers.ChoiceField):
    """A word of a short list, which the refusal names."""

    default_error_messages = {
        "invalid_choice": _('"{input}" is not known here. Use one of: {known}.')
    }

    def fail(self, key: str, **params: Any) -> Any:
        """Say what would have been right."""
        known = ", ".join(str(choice) for choice in self.choices if choice != "")
        return super().fail(key, known=known, **params)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses names it does not know: a word written wrongly would otherwise do nothing, unseen."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names before the values."""
        unknown = [name for name in data if name not in self.fields] if _is_plain(data) else []
        if unknown:
            raise serializers.ValidationError(
                {
                    str(unknown[0])[:40]: gettext("there is nothing of this name. Use: %(known)s.")
                    % {"known": ", ".join(self.fields)}
                },
                code="unknown_name",
            )
        return super().to_internal_value(data)


def _is_plain(data: Any) -> bool:
    """Was JSON sent? A form has fields of its own, such as its token."""
    return isinstance(data, Mapping) and not isinstance(data, QueryDict)
