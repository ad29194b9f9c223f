"""A sentence of the engine as JSON and back, so that a reader may still translate it."""

from __future__ import annotations

from typing import Any

from forecasting.engine.errors import EngineError, gettext_noop


def as_json(sentence: EngineError) -> dict[str, Any]:
    """Template and details; a sentence inside a sentence stays one."""
    details = {name: _plain(value) for name, value in sentence.details.items()}
    return {"template": sentence.template, "details": details}


def from_json(kept: dict[str, Any]) -> EngineError:
    """What ``as_json`` gave, as a sentence again."""
    details = {
        name: from_json(value) if isinstance(value, dict) else value
        for name, value in kept["details"].items()
    }
    return EngineError(kept["template"], **details)


def sentence_of(problem: Exception, model: str) -> EngineError:
    """The reason a model failed, in a sentence whatever it raised."""
    if isinstance(problem, EngineError):
        return problem
    return EngineError(
        gettext_noop("%(model)s stopped unexpectedly: %(problem)s"),
        model=model,
        problem=f"{type(problem).__name__}: {problem}".rstrip(": "),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, EngineError):
        return as_json(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
