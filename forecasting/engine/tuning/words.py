"""What a search says when there is nothing to search, and why it kept the settings it was given."""

from __future__ import annotations

from dataclasses import asdict

from forecasting.engine.errors import EngineError, SettingsError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.tuning.spaces import Space


def require_space(model: Forecaster, space: Space) -> None:
    """Raise SettingsError unless the space names settings that the model has."""
    if not space:
        raise SettingsError(
            gettext_noop("%(model)s has no settings that are worth searching."), model=model.name
        )
    known = asdict(model.settings)
    for name in space:
        if name not in known:
            raise SettingsError(
                gettext_noop("%(model)s has no setting %(name)s; it has %(known)s."),
                model=model.name,
                name=name,
                known=", ".join(sorted(known)) or "none",
            )


def unjudged(reason: EngineError | None) -> EngineError:
    """The windows kept back gave no number."""
    return EngineError(
        gettext_noop("The settings found could not be judged, so the given ones stay. %(reason)s"),
        reason=reason or "",
    )


def no_better() -> EngineError:
    """The winner of the search lost on the windows kept back."""
    return EngineError(
        gettext_noop(
            "The best settings of the search were no better on later windows, so the given ones "
            "stay."
        )
    )


def none_better() -> EngineError:
    """The search itself found nothing."""
    return EngineError(gettext_noop("No trial was better than the settings given."))
