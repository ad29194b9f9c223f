"""What one model said step by step of the rows after its training: kept, and only ever added to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from datasets import storage
from datasets.models import Version
from forecasting import recipe, results
from forecasting.engine import artifacts
from forecasting.engine.backtest_result import naive_scales_of
from forecasting.engine.drift.replayed import CHUNK, Seen, as_frame, replayed
from forecasting.engine.errors import ArtifactError
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.panel import Panel
from forecasting.models import ModelVersion
from forecasting.serving.answering import fetched

# The newest rows that one look judges, and the series.
MOST_ROWS: Final = 1_000
MOST_SERIES: Final = 50
Report = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class Later:
    """A model and the rows that came after its training.

    `new` rows of every series are unknown to the model; `scales` are naive errors by label.
    """

    model: Forecaster
    panel: Panel
    new: int
    since: np.datetime64
    level: float
    total: int

    @property
    def scales(self) -> dict[str, float]:
        """Of the rows that the model knows."""
        table = naive_scales_of(self.panel.drop_last(self.new) if self.new else self.panel)[0]
        return dict(zip(self.panel.labels, table.reshape(-1).tolist(), strict=True))


def later_than_training(version: ModelVersion, data: Version) -> Later:
    """Load a model, and the newest rows of its dataset. Raises EngineError, DatasetProblem."""
    model = as_trained(version)
    asked = dict(version.recipe)
    panel = recipe.panel_of(data, asked, model.horizon_)
    since = learned_until(version, model)
    total = len(panel.labels)
    new = rows_after(panel, since)
    panel = _long_enough(panel, new + model.horizon_)
    levels = [float(level) for level in asked.get("levels") or recipe.LEVELS]
    return Later(model, panel, new, since, min(levels), total)


def as_trained(version: ModelVersion) -> Forecaster:
    """The model with the intervals of its training: what later rows taught them is not judged.

    A forecast that moves gives its models new files; who meets that moment looks once more.
    """
    row = version.model
    try:
        model = artifacts.load(fetched(row.model_path)[0])
    except ArtifactError:
        before = row.model_path
        row.refresh_from_db(fields=["model_path"])
        if row.model_path == before:
            raise
        model = artifacts.load(fetched(row.model_path)[0])
    shift = np.zeros_like(model.intervals_.shift)
    model.intervals_ = replace(model.intervals_, shift=shift)
    return model


def learned_until(version: ModelVersion, model: Forecaster) -> np.datetime64:
    """The last time the model learned from."""
    if told := version.model.metrics.get("learned_until"):
        return np.datetime64(str(told))
    first = version.model.results.select_related("task").order_by("created_at").first()
    last = first.task.receipt.get("last") if first is not None else None
    if last:
        return np.datetime64(str(last))
    context = model.context_
    ends = context.frequency.at(context.starts, context.lengths - 1)
    return np.datetime64(ends.max())


def rows_after(panel: Panel, moment: np.datetime64) -> int:
    """How many rows of the longest series come later."""
    stamp = pd.Timestamp(moment)
    return max(int((panel.times(name) > stamp).sum()) for name in panel.ids)


def extended(earlier: pd.DataFrame, later: Later, report: Report) -> pd.DataFrame:
    """The record with the rows that were not judged yet, or not over their whole horizon."""
    steps = later.model.horizon_
    due = later.new
    if not earlier.empty:
        fresh = rows_after(later.panel, earlier["ds"].max().to_datetime64())
        due = min(due, fresh + steps - 1) if fresh else 0
    due = min(due, MOST_ROWS)
    if not due:
        return earlier
    found = _judged(later, due, report)
    found = found[(found["ds"] > pd.Timestamp(later.since)) & found["y"].notna()]
    if found.empty:
        return earlier
    kept = earlier[earlier["ds"] < found["ds"].min()] if not earlier.empty else earlier
    both = pd.concat([kept, found], ignore_index=True) if len(kept) else found
    return _newest(both)


def read(key: str) -> pd.DataFrame:
    """Rows `unique_id, ds, y, mean, lo, hi, score, whole`; none without a file."""
    if not key:
        return as_frame([], [])
    frame: pd.DataFrame = pq.read_table(storage.local_copy(key)).to_pandas()
    return frame.astype({"unique_id": object})


def write(version: ModelVersion, frame: pd.DataFrame) -> str:
    """Store the record of a model under a new key."""
    folder = storage.folder_of(version.model.dataset_id)
    key = f"{folder}/watched/{version.model_id}/{uuid4().hex}.parquet"
    with storage.work_folder() as work:
        path = work / "watched.parquet"
        frame.to_parquet(path, compression="zstd", index=False)
        storage.put(path, key)
    return key


def iso(times: Any) -> list[str]:
    """Times of a record as texts."""
    return results.iso(np.asarray(times, dtype="datetime64[ns]"))


def _judged(later: Later, due: int, report: Report) -> pd.DataFrame:
    ends = list(range(due, 0, -1))
    seen: list[Seen] = []
    for one in replayed(later.model, later.panel, ends, later.level):
        seen.append(one)
        if len(seen) % CHUNK == 0:
            report(len(seen) / len(ends))
    frame = as_frame(later.panel.labels, seen)
    return frame.sort_values(["ds", "unique_id"], kind="stable", ignore_index=True)


def _newest(frame: pd.DataFrame) -> pd.DataFrame:
    """The newest 1,000 times, of at most 50 series."""
    times = np.sort(frame["ds"].unique())
    if len(times) > MOST_ROWS:
        frame = frame[frame["ds"] >= times[-MOST_ROWS]]
    return frame.reset_index(drop=True)


def _long_enough(panel: Panel, rows: int) -> Panel:
    """Series that reach back before the training's end, at most 50 of them."""
    long = [panel.ids[place] for place in np.flatnonzero(panel.lengths > rows)]
    chosen = _spread(long or list(panel.ids))
    return panel if len(chosen) == len(panel.ids) else panel.select(chosen)


def _spread(names: Sequence[str]) -> list[str]:
    if len(names) <= MOST_SERIES:
        return list(names)
    places = np.linspace(0, len(names) - 1, MOST_SERIES).round().astype(int)
    return [names[place] for place in places]
