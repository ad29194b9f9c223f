"""The default model: a stack of closed-form linear members, chosen and weighted on past folds.

Each member is a ridge from a lookback to every step at once, one map for all channels plus a small
correction per channel; members with several lookbacks and anchors are blended per block of steps
beside the naive forecasts, which are the safety net. Everything is linear, so the members of one
view collapse to one matrix per channel and a forecast is one product. After Toner and Darlow 2024
(closed-form linear forecasting) and Breiman 1996 (stacked regression).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.forecaster import Capabilities, Forecaster
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.parallel import single_threaded
from forecasting.engine.stacking.blended import LagMap
from forecasting.engine.stacking.building import build
from forecasting.engine.stacking.effects import Effects
from forecasting.engine.stacking.grid import Grid
from forecasting.engine.stacking.ground import in_units
from forecasting.engine.stacking.refinement import Refinement
from forecasting.engine.stacking.settings import StackSettings
from forecasting.engine.stacking.views import ADJUSTED, View
from forecasting.engine.watch import Watch


class LinearStack(Forecaster):
    """Stack of ridges; settings in StackSettings."""

    name = "linear_stack"
    settings_type = StackSettings
    capabilities = Capabilities(global_=True, uses_known_future=True)

    grid_: Grid
    maps_: list[LagMap]
    effects_: Effects | None
    refinement_: Refinement | None

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: FilePath | None) -> None:
        with single_threaded():
            built = build(panel, horizon, self.settings, watch)
        self.grid_, self.maps_, self.effects_ = built.grid, built.maps, built.effects
        self.refinement_ = built.refinement
        self.intervals_, self.report_ = built.intervals, built.report
        self.lookback_ = built.grid.lookback

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        return next(self._predict_at(panel, [0], horizon))

    def _predict_at(self, panel: Panel, ends: Sequence[int], horizon: int) -> Iterator[Floats]:
        columns = in_units(panel).columns
        cutoffs = [len(c) - np.array(ends, dtype=np.int64) for c in columns]
        variates = self.intervals_.variates(panel)
        total = np.zeros((len(ends), len(variates), horizon))
        for lag_map in self.maps_:
            along = self._effects_on(lag_map, panel, variates, max(0, horizon - min(ends)))
            rest = columns if along is None else _less(columns, along)
            view = lag_map.view.matching(variates, rest)
            for place, column in enumerate(view.columns(rest)):
                inputs = self.grid_.features(column, cutoffs[place])
                steps = inputs @ lag_map.of(int(variates[place]), horizon)
                if self.refinement_ is not None:
                    steps += self.refinement_.of(column, cutoffs[place], horizon)
                steps = view.back(steps, place)
                if along is not None:
                    steps += along[place][cutoffs[place][:, None] + np.arange(horizon)]
                total[:, place] += steps * lag_map.share[:horizon]
        shape = (len(ends), len(panel), len(panel.channels), horizon)
        yield from total.reshape(shape).transpose(0, 1, 3, 2)

    def _effects_on(
        self, lag_map: LagMap, panel: Panel, variates: NDArray[np.int64], beyond: int
    ) -> list[Floats] | None:
        if lag_map.view.name != ADJUSTED or self.effects_ is None:
            return None
        return self.effects_.on(panel, variates, beyond)

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        arrays: dict[str, NDArray[Any]] = {"grid": self.grid_.firsts}
        if self.effects_ is not None:
            arrays["effects"] = self.effects_.weights
        if self.refinement_ is not None:
            arrays |= {f"net.{name}": a for name, a in self.refinement_.arrays().items()}
        for place, lag_map in enumerate(self.maps_):
            arrays[f"{place}.weights"], arrays[f"{place}.share"] = lag_map.weights, lag_map.share
            arrays[f"{place}.view"] = lag_map.view.constants()
        return arrays

    def learned_facts(self) -> dict[str, Any]:
        return {
            "lookback": self.grid_.lookback,
            "views": [m.view.name for m in self.maps_],
            "covariates": list(self.effects_.names) if self.effects_ else [],
        }

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        self.grid_ = Grid(facts["lookback"], arrays["grid"])
        names = tuple(facts["covariates"])
        self.effects_ = Effects(names, arrays["effects"]) if names else None
        net = {n.removeprefix("net."): a for n, a in arrays.items() if n.startswith("net.")}
        self.refinement_ = Refinement(**net) if net else None
        self.maps_ = [
            LagMap(
                View(name, *arrays[f"{place}.view"]),
                arrays[f"{place}.weights"],
                arrays[f"{place}.share"],
            )
            for place, name in enumerate(facts["views"])
        ]


def _less(columns: list[Floats], along: list[Floats]) -> list[Floats]:
    return [column - effect[: len(column)] for column, effect in zip(columns, along, strict=True)]
