"""The stages of a forecast as its running page lists them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext

from forecasting import standing
from forecasting.models import PredictionTask

_RACING: Final = {standing.RACE: 2, standing.COMBINE: 3, standing.CALIBRATE: 4}


@dataclass(frozen=True)
class Step:
    """One stage of the whole: done, at, or to come."""

    label: str
    state: str


def steps_of(task: PredictionTask, *, has_answer: bool) -> list[Step]:
    """The stages with the present one marked."""
    names = [gettext("Read data"), gettext("Instant answer")]
    if task.races:
        names += [gettext("Race models"), gettext("Combine"), gettext("Calibrate intervals")]
    at = _place(task, has_answer=has_answer)
    return [
        Step(name, "done" if place < at else "at" if place == at else "")
        for place, name in enumerate(names)
    ]


def _place(task: PredictionTask, *, has_answer: bool) -> int:
    if task.status == PredictionTask.Status.COMPLETED:
        return 1 + max(_RACING.values())
    if task.training_job is not None:
        return _RACING.get(standing.of_task(task).get("stage", ""), 2)
    if has_answer:
        return 2
    return 1 if task.instant_job and task.instant_job.progress > 0 else 0
