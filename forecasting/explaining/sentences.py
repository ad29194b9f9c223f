"""Sentences of the engine as JSON, said in the language and with the numbers of whoever reads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext

from forecasting.engine.explaining.sentence import SEPARATOR, Name, Sentence, figure
from forecasting.models.trained_model import label_of

# Details that hold the engine's name of a model.
_MODELS: Final = frozenset({"model", "yardstick", "member"})


def kept(said: Name) -> Any:
    """Template and details; a plain name stays text, and what is inside a sentence is kept too."""
    if isinstance(said, str):
        return said
    return {
        "template": said.template,
        "details": {name: _plain(value) for name, value in said.details.items()},
    }


def said(known: Any) -> str:
    """What `kept` gave, in the active language."""
    if isinstance(known, Mapping):
        details = {name: _shown(name, value) for name, value in known["details"].items()}
        template: str = known["template"]
        return gettext(template) % details
    return str(known)


def name_of(known: Any) -> str:
    """As a title: a sentence begins with a capital, the name of a column stays as it is."""
    text = said(known)
    return text if isinstance(known, str) else text[:1].upper() + text[1:]


def spoken(known: Any) -> Any:
    """All that `kept` gave inside of something, each with its `text` in the active language."""
    if isinstance(known, Mapping):
        if known.keys() == {"template", "details"}:
            return {"text": said(known), **known}
        return {name: spoken(value) for name, value in known.items()}
    return [spoken(value) for value in known] if isinstance(known, list) else known


def _plain(value: Any) -> Any:
    if isinstance(value, Sentence):
        return kept(value)
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if value is None or isinstance(value, str | bool):
        return value
    number = value.item() if hasattr(value, "item") else value
    # JSON in the database has no word for what is not a number.
    return str(number) if isinstance(number, float) and not math.isfinite(number) else number


def _shown(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return said(value)
    if isinstance(value, list):
        return gettext(SEPARATOR).join(_shown(name, part) for part in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,}" if isinstance(value, int) else figure(value).replace("-", "−")
    return label_of(value) if name in _MODELS and isinstance(value, str) else str(value)
