"""Fields that say what may be sent: an unknown name or word is refused with the known ones."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.known_names import UnknownName, names_of, refuse_unknown


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
    """Checks names where no body is read, such as in a header; see `accounts.known_names`."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names before the values."""
        try:
            refuse_unknown({} if isinstance(data, QueryDict) else data, names_of(self))
        except UnknownName as problem:
            words = f"{problem.message} {problem.hint}"
            raise serializers.ValidationError(
                {problem.field: words}, code=problem.code
            ) from problem
        return super().to_internal_value(data)
