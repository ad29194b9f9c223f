"""Totals over the series of a forecast, by the groups of a dataset, so that all of it adds up.

`hierarchy` among the parameters of a forecast: `{"columns": [keys, the widest group first],
"how": "sum" or "mean", "method": how levels are reconciled}`. Without columns there is one total.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from datasets import storage
from datasets.frames import read_frame
from datasets.models import Version
from forecasting.engine.forecast import Forecast
from forecasting.engine.forecaster import Forecaster
from forecasting.engine.hierarchy.reconciled import Reconciled
from forecasting.engine.hierarchy.structure import BOTTOM, Hierarchy
from forecasting.engine.panel import Panel
from forecasting.engine.race import Entrant
from forecasting.models import PredictionTask
from forecasting.models.trained_model import YARDSTICK

KIND: Final = "reconciled"
METHODS: Final = ("mint_shrink", "wls_var", "wls_struct", "ols", "bottom_up")
HOWS: Final = ("sum", "mean")
FILE: Final = "levels.parquet"
# Intervals of so many series come from fewer joint paths: each has less to add to the time.
MANY_SERIES: Final = 5_000
FEWER_PATHS: Final = 200


def structure(version: Version, asked: Mapping[str, Any], panel: Panel) -> Hierarchy:
    """Which series of the panel add up to which totals."""
    columns = [version.column(key) for key in asked.get("columns", ())]
    series = version.column(version.series_column)
    names = [column.name for column in columns]
    if not columns:
        frame = pd.DataFrame({"series": list(panel.ids)})
        return Hierarchy.from_groups(frame, [], "series", asked.get("how", "sum"))
    frame = read_frame(version, [series.key, *(column.key for column in columns)])
    frame = frame.dropna(subset=[series.name])
    frame[series.name] = frame[series.name].astype(str)
    groups = frame.groupby(series.name, sort=False)[names].first().reindex(list(panel.ids))
    return Hierarchy.from_levels(groups, names, how=asked.get("how", "sum"))


@dataclass(frozen=True, eq=False)
class Summing:
    """How the models of a forecast are made to add up.

    Bounds of every series alone would keep totals from doing that: never below zero is asked of
    the reconciling instead.
    """

    hierarchy: Hierarchy
    method: str
    nonnegative: bool

    def entrant(self, one: Entrant) -> Entrant:
        """The same model with forecasts that add up; the yardstick stays what it is."""
        if one.name == YARDSTICK or one.kind == KIND:
            return one
        settings = {
            "hierarchy": self.hierarchy.to_facts(),
            "method": self.method,
            "model": one.kind,
            "model_settings": dict(one.settings),
            "nonnegative": self.nonnegative,
        }
        if len(self.hierarchy.bottom) > MANY_SERIES:
            settings["samples"] = FEWER_PATHS
        return replace(one, kind=KIND, settings=settings)

    def panel(self, panel: Panel) -> Panel:
        """The series of all levels."""
        return self.hierarchy.aggregate(panel)


def summing(version: Version, asked: Mapping[str, Any], panel: Panel) -> Summing | None:
    """What the parameters of a forecast say of totals; None where they want none."""
    wanted = asked.get("hierarchy")
    if not wanted:
        return None
    floor = (asked.get("bounds") or {}).get("low")
    return Summing(
        hierarchy=structure(version, wanted, panel),
        method=str(wanted.get("method") or METHODS[0]),
        nonnegative=floor is not None and float(floor) == 0,
    )


def compared(model: Forecaster, forecast: Forecast) -> list[dict[str, Any]]:
    """By level, the sum over the horizon of the reconciled forecasts and of those each had alone.

    Nothing of a model that does not reconcile.
    """
    if not isinstance(model, Reconciled) or model.hierarchy is None:
        return []
    places = model.hierarchy.place(forecast.ids)
    base = model.base_.predict(horizon=model.horizon_, levels=())
    own = base.mean[model.hierarchy.place(base.ids)].sum(axis=(1, 2))
    reconciled = forecast.mean[places].sum(axis=(1, 2))
    rows, first = [], 0
    for level, names in model.hierarchy.levels.items():
        part = slice(first, first + len(names))
        first = part.stop
        sums = {"own": float(own[part].sum()), "reconciled": float(reconciled[part].sum())}
        rows.append({"level": level, "series": len(names), "method": model.how.method, **sums})
    return rows


def key_of(task: PredictionTask) -> str:
    """Where the levels of a forecast lie."""
    return f"{storage.folder_of(task.dataset_id)}/forecasts/{task.pk}/{FILE}"


def write(task: PredictionTask, hierarchy: Hierarchy) -> None:
    """Store `unique_id, level, depth, member`: a row for every total and each of its series."""
    rows: dict[str, list[Any]] = {"unique_id": [], "level": [], "depth": [], "member": []}
    place = 0
    for depth, (level, names) in enumerate(hierarchy.levels.items()):
        for name in names:
            members = [name]
            if level != BOTTOM:
                inside = hierarchy.members[hierarchy.starts[place] : hierarchy.starts[place + 1]]
                members = [hierarchy.bottom[member] for member in inside]
                place += 1
            rows["unique_id"] += [name] * len(members)
            rows["level"] += [level] * len(members)
            rows["depth"] += [depth] * len(members)
            rows["member"] += members
    with storage.work_folder() as folder:
        path = folder / FILE
        pq.write_table(pa.table(rows), path, compression="zstd")
        storage.put(path, key_of(task))


def found(task: PredictionTask) -> Path | None:
    """The file with the levels; None where there are no totals."""
    if not task.asked("hierarchy", None):
        return None
    try:
        return storage.local_copy(key_of(task))
    except FileNotFoundError:
        return None


def is_total(task: PredictionTask, name: str) -> bool:
    """Is this the name of a total, and not of a single series?"""
    path = found(task)
    if path is None:
        return False
    named = [("unique_id", "=", name), ("level", "!=", BOTTOM)]
    rows: int = pq.read_table(path, columns=["level"], filters=named).num_rows
    return rows > 0
