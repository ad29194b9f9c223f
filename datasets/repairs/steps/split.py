"""Mark which rows are for training, which for validation, which for the test. In order of time."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _

from datasets.repairs.setting import Setting
from datasets.repairs.step import Step
from datasets.repairs.work import TEXT, Outcome, Work

MARKS = ("train", "validation", "test")


def run(work: Work, settings: dict[str, Any]) -> Outcome:
    """Each series is cut at the same shares of its rows."""
    marks = np.full(work.rows, None, dtype=object)
    for _series, first, last in work.spans():
        edges = [
            first + round((last - first) * share / 100)
            for share in np.cumsum([0, *settings["shares"]])
        ]
        for mark, start, end in zip(MARKS, edges, edges[1:], strict=False):
            marks[start:end] = mark
    key = work.add_column(settings["name"], TEXT, "category")
    work.put({key: marks})
    return Outcome().add(columns_added=1)


def _summary(settings: dict[str, Any]) -> str:
    shares = settings.get("shares") or [70, 15, 15]
    return shares if isinstance(shares, str) else " / ".join(f"{share:g} %" for share in shares)


STEP = Step(
    "split",
    _("Split for training"),
    run,
    (
        Setting("shares", "shares", _("Train, validate, test"), [70.0, 15.0, 15.0], hint=_("%")),
        Setting("name", "text", _("New column"), "split"),
    ),
    "derive",
    _summary,
)
