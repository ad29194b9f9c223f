"""The judged rows and the state of a watch as files; every write makes a new folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from datasets import storage
from forecasting.engine.anomalies.keeping import load_watched, save_watched
from forecasting.engine.anomalies.scored import Scored
from forecasting.engine.anomalies.watched import Watched
from forecasting.engine.errors import ArtifactError
from forecasting.models import AnomalyWatch

SCORES: Final = "scores.parquet"
STATE: Final = "state.safetensors"
# Judged rows that are kept for each series: the history behind rates and charts.
MOST_KEPT: Final = 40_000
_SERIES: Final = "unique_id"


def folder_of(watch: AnomalyWatch) -> str:
    """Where everything of a watch lies; it goes with the dataset."""
    return f"{storage.folder_of(watch.dataset_id)}/anomalies/{watch.pk}"


def write(watch: AnomalyWatch, scored: Sequence[Scored], watched: Mapping[str, Watched]) -> str:
    """Store both under a new key, which is answered; the row is not changed."""
    key = f"{folder_of(watch)}/{uuid4()}"
    with storage.work_folder() as folder:
        _frame(scored).to_parquet(folder / SCORES, compression="zstd", index=False)
        save_watched(watched, folder / STATE)
        for name in (SCORES, STATE):
            storage.put(folder / name, f"{key}/{name}")
    return key


def remove(key: str) -> None:
    """Forget an earlier write."""
    if key:
        storage.delete_tree(key)


def read_scores(watch: AnomalyWatch, series: str = "") -> list[Scored]:
    """All judged rows, series by series, or those of one; empty before there are any."""
    path = _path(watch, SCORES)
    if path is None:
        return []
    filters = [(_SERIES, "=", series)] if series else None
    frame = pq.read_table(path, filters=filters).to_pandas()
    return [_scored(str(label), rows) for label, rows in frame.groupby(_SERIES, sort=False)]


def read_state(watch: AnomalyWatch) -> dict[str, Watched]:
    """What every series is remembered by; empty when there is none that can be read."""
    path = _path(watch, STATE)
    if path is None:
        return {}
    try:
        return load_watched(path)
    except ArtifactError:
        return {}


def _path(watch: AnomalyWatch, name: str) -> Path | None:
    if not watch.folder:
        return None
    try:
        return storage.local_copy(f"{watch.folder}/{name}")
    except FileNotFoundError:
        return None


def _frame(scored: Sequence[Scored]) -> pd.DataFrame:
    parts = []
    for one in scored:
        kept = one.part(slice(max(0, len(one) - MOST_KEPT), None))
        columns = {_SERIES: np.full(len(kept), one.label, dtype=object), **kept.arrays()}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _scored(label: str, rows: pd.DataFrame) -> Scored:
    columns = {name: rows[name].to_numpy() for name in rows.columns if name != _SERIES}
    columns["times"] = columns["times"].astype("datetime64[ns]")
    return Scored(label, **columns)
