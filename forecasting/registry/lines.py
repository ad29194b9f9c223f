"""The line of a forecast: the same dataset, targets and horizon make versions of one model."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Final

from forecasting.engine.frequency import Frequency
from forecasting.models import ModelLine, PredictionTask

NAME_LENGTH: Final = 120
_STEM_LENGTH: Final = 80
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60
_UNITS: Final = ((7 * _DAY, "w"), (_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (1, "s"))


def line_of(task: PredictionTask) -> ModelLine:
    """The line that models of this forecast belong to, made when there is none."""
    targets = [str(key) for key in task.asked("targets", [])]
    names = [str(name) for name in task.asked("names", targets)]
    frequency = str(task.asked("frequency"))
    line, _ = ModelLine.objects.get_or_create(
        owner_id=task.owner_id,
        key=key_of(task.dataset_id, targets, task.horizon),
        defaults={
            "name": name_of(names, task.horizon, frequency),
            "dataset_id": task.dataset_id,
            "targets": targets,
            "horizon": task.horizon,
            "frequency": frequency,
        },
    )
    return line


def key_of(dataset: object, targets: Sequence[str], horizon: int) -> str:
    """What makes two forecasts the same question; the order of the targets does not."""
    question = [str(dataset), sorted(targets), horizon]
    return hashlib.sha256(json.dumps(question).encode()).hexdigest()


def name_of(names: Sequence[str], horizon: int, frequency: str) -> str:
    """`load-7d`: the first target and how far it is forecast."""
    stem = re.sub(r"[\s/]+", "-", names[0] if names else "").strip("-")[:_STEM_LENGTH] or "model"
    more = f"-and-{len(names) - 1}" if len(names) > 1 else ""
    return f"{stem}{more}-{short_span(horizon, Frequency.parse(frequency))}"


def short_span(steps: int, frequency: Frequency) -> str:
    """`7d`, `48h`, `13w`, `12m`; weeks only where the data are weekly."""
    if frequency.step_months:
        months = steps * frequency.step_months
        return f"{months // 12}y" if months % 12 == 0 and frequency.unit == "Y" else f"{months}m"
    if frequency.unit == "B":
        return f"{steps * frequency.multiple}b"
    seconds = steps * frequency.step_nanoseconds // 1_000_000_000
    for size, unit in _UNITS:
        whole, rest = divmod(seconds, size)
        if unit == "w" and frequency.unit != "W":
            continue
        if not rest and (whole > 1 or size < _DAY or unit == frequency.unit.lower()):
            return f"{whole}{unit}"
    return f"{steps}"
