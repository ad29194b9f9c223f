"""Series of an answer that its model did not forecast: another rule stands in, or nobody does.

A result keeps how many there are; which ones and why lies in a file beside its numbers, named by
its content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from datasets import storage
from forecasting.engine.errors import EngineError, gettext_noop
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.sentences import as_json
from forecasting.models import PredictionResult, PredictionTask
from forecasting.refusals import spoken
from forecasting.results import folder_of

# Metrics of a result say under this name how many there are.
KEPT: Final = "stood_in"
NOT_FITTED: Final = gettext_noop(
    "%(model)s could not be fitted to it. It repeats its last season instead."
)
NOT_IN_TOTALS: Final = gettext_noop(
    "Fewer than two values: it is not in the totals, and has no forecast."
)
# Reasons that a page spells out.
MOST_REASONS: Final = 6
MOST_NAMES: Final = 5

Reasons = Mapping[str, EngineError]


@dataclass(frozen=True)
class StoodIn:
    """Why another rule answers, and why nobody does, by label."""

    answered: Reasons = field(default_factory=dict)
    left_out: Reasons = field(default_factory=dict)

    def with_model(self, model: Forecaster) -> StoodIn:
        """And the series that the model itself gave up on."""
        failed: list[str] = model.report_.get("fallbacks", [])
        own = {label: EngineError(NOT_FITTED, model=model.name) for label in failed}
        return StoodIn(own | dict(self.answered), self.left_out)

    def keep(self, task: PredictionTask) -> dict[str, Any] | None:
        """Write the file; what the metrics of a result say of it, None where there are none."""
        if not self.answered and not self.left_out:
            return None
        labels = [*self.answered, *self.left_out]
        reasons = [*self.answered.values(), *self.left_out.values()]
        told = [json.dumps(as_json(reason), sort_keys=True) for reason in reasons]
        name = hashlib.sha256(json.dumps([labels, told]).encode()).hexdigest()[:16]
        table = pa.table(
            {
                "unique_id": pa.array(labels, pa.string()),
                "answered": [True] * len(self.answered) + [False] * len(self.left_out),
                "reason": pa.array(told, pa.string()).dictionary_encode(),
            }
        )
        with storage.work_folder() as folder:
            path = folder / "stood-in.parquet"
            pq.write_table(table, path, compression="zstd")
            storage.put(path, _key(task, name))
        return {"series": len(self.answered), "left_out": len(self.left_out), "file": name}


NOBODY: Final = StoodIn()


@dataclass(frozen=True)
class Group:
    """Series that share a reason: the sentence, how many, the first names."""

    reason: str
    count: int
    names: list[str]

    @property
    def more(self) -> int:
        """Those that are not named."""
        return self.count - len(self.names)


def found(result: PredictionResult) -> Path | None:
    """The file `unique_id, answered, reason` of a result; None where its model forecast all."""
    kept = result.metrics.get(KEPT)
    if not kept:
        return None
    try:
        return storage.local_copy(_key(result.task, kept["file"]))
    except FileNotFoundError:
        return None


def groups_of(result: PredictionResult, *, answered: bool) -> list[Group]:
    """Reasons with their series, the most frequent first, in the active language."""
    path = found(result)
    if path is None:
        return []
    rows = pq.read_table(path).to_pandas()
    rows = rows[rows["answered"] == answered]
    grouped = rows.groupby("reason", sort=False, observed=True)["unique_id"]
    groups = [
        Group(said(str(reason)), len(names), names.head(MOST_NAMES).tolist())
        for reason, names in grouped
    ]
    return sorted(groups, key=lambda one: -one.count)[:MOST_REASONS]


def reason_for(result: PredictionResult, label: str) -> str:
    """Why another rule answers for one series, in the active language; "" where its model does."""
    path = found(result)
    if path is None:
        return ""
    wanted = [("answered", "=", True), ("unique_id", "=", label)]
    rows = pq.read_table(path, filters=wanted).to_pylist()
    return said(rows[0]["reason"]) if rows else ""


def left_out(result: PredictionResult) -> dict[str, str]:
    """Why series have no forecast, by name, in the active language."""
    path = found(result)
    if path is None:
        return {}
    rows = pq.read_table(path, filters=[("answered", "=", False)]).to_pylist()
    return {row["unique_id"]: said(row["reason"]) for row in rows}


def said(reason: str) -> str:
    """A reason that was kept, in the active language."""
    return spoken(json.loads(reason))


def _key(task: PredictionTask, name: str) -> str:
    return f"{folder_of(task)}/stood-in/{name}.parquet"
