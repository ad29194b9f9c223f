"""Questions and answers as bytes between web and serving process: safetensors, exact to the bit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from forecasting.engine.forecast import Forecast
from forecasting.engine.panel_storing import panel_arrays, panel_facts, stored_panel
from forecasting.serving.question import Answer, Question, Stored

_HEAD = "about"


class BrokenMessageError(ValueError):
    """Bytes that are no question or no answer."""


def question_bytes(question: Question) -> bytes:
    """A question, ready to be sent."""
    panel = question.panel
    about = {
        "key": question.model.key,
        "stamp": question.model.stamp,
        "horizon": question.horizon,
        "levels": list(question.levels),
        "rows": None if question.rows is None else list(question.rows),
        "panel": None if panel is None else panel_facts(panel),
    }
    return _packed(about, {} if panel is None else panel_arrays(panel))


def read_question(content: bytes) -> Question:
    """What `question_bytes` made. Raises BrokenMessageError."""
    about, arrays = _unpacked(content)
    return Question(
        Stored(about["key"], about["stamp"]),
        panel=stored_panel(about["panel"], arrays) if about["panel"] else None,
        rows=about["rows"],
        horizon=about["horizon"],
        levels=tuple(about["levels"]),
    )


def answer_bytes(answer: Answer) -> bytes:
    """An answer, ready to be sent."""
    said = answer.forecast
    arrays = {
        "mean": said.mean,
        "times": said.times.view(np.int64),
        "last": answer.last.view(np.int64),
    }
    for level in said.lower:
        arrays |= {f"lower.{level!r}": said.lower[level], f"upper.{level!r}": said.upper[level]}
    about = {
        "model": said.model,
        "ids": list(said.ids),
        "channels": list(said.channels),
        "levels": list(said.lower),
        "notes": list(said.notes),
    }
    return _packed(about, arrays)


def read_answer(content: bytes) -> Answer:
    """What `answer_bytes` made. Raises BrokenMessageError."""
    about, arrays = _unpacked(content)
    return Answer(
        Forecast(
            model=about["model"],
            ids=tuple(about["ids"]),
            channels=tuple(about["channels"]),
            times=arrays["times"].view("datetime64[ns]"),
            mean=arrays["mean"],
            lower={level: arrays[f"lower.{level!r}"] for level in about["levels"]},
            upper={level: arrays[f"upper.{level!r}"] for level in about["levels"]},
            notes=tuple(about["notes"]),
        ),
        arrays["last"].view("datetime64[ns]"),
    )


def _packed(about: dict[str, Any], arrays: dict[str, Any]) -> bytes:
    """One blob: the JSON travels as an array of bytes beside the others."""
    head = np.frombuffer(json.dumps(about, default=str).encode(), dtype=np.uint8)
    whole = {_HEAD: head} | arrays
    return save({name: np.ascontiguousarray(array) for name, array in whole.items()})


def _unpacked(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        arrays = load(content)
        about = json.loads(arrays.pop(_HEAD).tobytes())
    except (SafetensorError, KeyError, ValueError) as problem:
        raise BrokenMessageError(str(problem)) from problem
    return about, arrays
