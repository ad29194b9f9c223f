"""How long a password must be, said in the reader's language."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LengthValidator(MinimumLengthValidator):
    """Django's rule; its newest sentence has no Chinese in Django's own catalogue."""

    def get_error_message(self) -> str:
        """What is wrong and what to do."""
        return ngettext(
            "This password is too short. Use at least %(n)s character.",
            "This password is too short. Use at least %(n)s characters.",
            self.min_length,
        ) % {"n": self.min_length}
