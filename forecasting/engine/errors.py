"""Every sentence the engine says when it cannot go on.

A sentence is a template with named ``%(x)s`` places and the details beside it, so that a caller may
translate the template and fill the same details in another language.
"""

from __future__ import annotations

from typing import Any


def gettext_noop(text: str) -> str:
    """Mark a sentence for the catalogue; the engine itself speaks English."""
    return text


class EngineError(ValueError):
    """The data or the settings do not allow what was asked; the message says what to do."""

    code = "engine"

    def __init__(self, template: str, **details: Any) -> None:
        self.template = template
        self.details = details
        super().__init__(template % details)

    def __reduce__(self) -> tuple[Any, ...]:
        # The default rebuilds from the finished sentence, where a "%" would be read as a place.
        return _rebuild, (type(self), self.template, self.details)


def _rebuild(kind: type[EngineError], template: str, details: dict[str, Any]) -> EngineError:
    return kind(template, **details)


class BadTimesError(EngineError):
    """A time stamp is missing, unreadable or out of range."""

    code = "bad_times"


class DuplicateTimesError(BadTimesError):
    """One series holds the same time twice."""

    code = "duplicate_times"


class IrregularTimesError(BadTimesError):
    """The times do not stand on one regular grid."""

    code = "irregular_times"


class BadValuesError(EngineError):
    """A value is not a finite number, or there is none at all."""

    code = "bad_values"


class UnknownFrequencyError(EngineError):
    """A frequency was named that does not exist."""

    code = "unknown_frequency"


class HorizonError(EngineError):
    """The horizon is not a number of steps the model can forecast."""

    code = "bad_horizon"


class TooShortError(EngineError):
    """A series has too few rows for what was asked."""

    code = "too_short"


class UnknownModelError(EngineError):
    """No model has this name."""

    code = "unknown_model"


class SettingsError(EngineError):
    """A setting does not exist or its value makes no sense."""

    code = "bad_setting"


class NotFittedError(EngineError):
    """The model was asked to forecast before it had learned."""

    code = "not_fitted"


class ArtifactError(EngineError):
    """A saved model is missing, damaged or from another version."""

    code = "bad_artifact"


class TrainingError(EngineError):
    """Training ended without a usable model."""

    code = "training_failed"


class Cancelled(EngineError):  # noqa: N818 -- a wish, not an error
    """The caller asked to stop."""

    code = "cancelled"
