"""The engine's refusals as problems for people, in their language."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.utils.translation import gettext

from accounts.problems import Problem
from forecasting.engine.errors import EngineError
from forecasting.engine.sentences import from_json
from forecasting.models.trained_model import label_of

# Details of a sentence that name a model.
_MODELS: Final = frozenset({"model", "best", "leader"})


class ForecastProblem(Problem):
    """A forecast cannot be made as asked; the message says why and what to do."""


def problem_from(error: EngineError, field: str = "") -> ForecastProblem:
    """The same sentence in the active language."""
    return ForecastProblem(_sentence(error), code=error.code, field=field)


@contextmanager
def speaking(field: str = "") -> Iterator[None]:
    """Let what the engine refuses inside the block reach people as a Problem."""
    try:
        yield
    except EngineError as error:
        raise problem_from(error, field) from error


def spoken(kept: dict[str, Any]) -> str:
    """A sentence that a race kept, in the active language."""
    return _sentence(from_json(kept))


def _sentence(error: EngineError) -> str:
    details = {name: _shown(name, value) for name, value in error.details.items()}
    return gettext(error.template) % details


def _shown(name: str, value: Any) -> Any:
    if name in _MODELS and isinstance(value, str):
        return label_of(value)
    if isinstance(value, EngineError):
        return _sentence(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return value
