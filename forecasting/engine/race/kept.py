"""What a race keeps of a finished model: its saved artifact and its forecasts of the windows."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import numpy as np

from forecasting.engine import artifacts
from forecasting.engine.backtest_result import BacktestResult, collect
from forecasting.engine.errors import ArtifactError, gettext_noop
from forecasting.engine.forecast import Forecast
from forecasting.engine.panel import Floats
from forecasting.engine.race.course import Course
from forecasting.engine.race.trial import Trial
from forecasting.engine.whole_file import write_whole

MODELS: Final = "models"
RESULTS: Final = "results"


def keep(folder: Path, name: str, trial: Trial) -> dict[str, Any]:
    """Write both; answers what the journal has to say to find them again."""
    from safetensors.numpy import save as pack  # noqa: PLC0415 -- not needed before a save

    artifacts.save(trial.model, folder / MODELS / as_file(name))
    facts = {"fit_seconds": trial.fit_seconds, "predict_seconds": trial.predict_seconds}
    if trial.result is None:
        return facts | {"sha256": ""}
    arrays = {"mean": trial.result.mean}
    for level in trial.result.lower:
        arrays[f"lower.{level:g}"] = trial.result.lower[level]
        arrays[f"upper.{level:g}"] = trial.result.upper[level]
    blob = pack({key: np.ascontiguousarray(array) for key, array in arrays.items()})
    (folder / RESULTS).mkdir(parents=True, exist_ok=True)
    write_whole(folder / RESULTS / f"{as_file(name)}.safetensors", blob)
    return facts | {"sha256": hashlib.sha256(blob).hexdigest()}


def restore(folder: Path, name: str, course: Course, facts: dict[str, Any]) -> Trial:
    """What ``keep`` wrote. Raises ArtifactError when a file is missing or is not that one."""
    model = artifacts.load(folder / MODELS / as_file(name))
    file = folder / RESULTS / f"{as_file(name)}.safetensors"
    result = _result(file, model.name, course, facts["sha256"])
    return Trial(model, result, facts["fit_seconds"], facts["predict_seconds"])


def _result(file: Path, model: str, course: Course, sha256: str) -> BacktestResult | None:
    from safetensors.numpy import load as unpack  # noqa: PLC0415 -- only a resumed race needs it

    if not sha256:
        return None
    blob = file.read_bytes() if file.exists() else b""
    if hashlib.sha256(blob).hexdigest() != sha256:
        raise ArtifactError(
            gettext_noop("The kept forecasts %(file)s are missing or were changed."), file=file.name
        )
    arrays: dict[str, Floats] = unpack(blob)
    forecasts = []
    for place, end in enumerate(course.ends):
        seen = course.tested.drop_last(end)
        forecasts.append(
            Forecast(
                model=model,
                ids=seen.ids,
                channels=seen.channels,
                times=seen.future_times(course.horizon),
                mean=arrays["mean"][place],
                lower={p: arrays[f"lower.{p:g}"][place] for p in course.levels},
                upper={p: arrays[f"upper.{p:g}"][place] for p in course.levels},
            )
        )
    return collect(course.tested, forecasts, course.ends)


def as_file(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")
