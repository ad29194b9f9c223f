"""Many short series at once: ridge maps from all of them bent towards each, plus smoothing.

A family of members fixed by rule (members.py, local.py) is judged at past cutoffs beside Naive2
(origins.py); each series weighs them by what they did for it and for all (weighing.py). The
linear ones collapse to one map per series (maps.py), which stays as it is when new rows come.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.engine.errors import TooShortError, gettext_noop
from forecasting.engine.forecaster import Capabilities, Forecaster
from forecasting.engine.intervals import Conformal
from forecasting.engine.many.choosing import Choice
from forecasting.engine.many.judging import SEASONAL, Judgement, Plan, judged
from forecasting.engine.many.local import LOCAL_ROWS, LOCALS, local_forecasts
from forecasting.engine.many.maps import Maps, add_core, add_seasonal
from forecasting.engine.many.members import family
from forecasting.engine.many.origins import origin_backs, origins
from forecasting.engine.many.prepared import Prepared, last_rows
from forecasting.engine.many.scores import past_scores
from forecasting.engine.many.settings import ManySettings
from forecasting.engine.many.spaces import SPACES, Scales
from forecasting.engine.missing import Scaled, fill
from forecasting.engine.panel import Floats, Panel
from forecasting.engine.parallel import single_threaded
from forecasting.engine.watch import Watch

# A season of which a series holds too few is not tested by Naive2 either (M4's published code).
LAGS_PER_DECADE: Final = 10


class LinearMany(Forecaster):
    """Pooled and single ridge with smoothing, weighted per series; settings in ManySettings."""

    name = "linear_many"
    settings_type = ManySettings
    capabilities = Capabilities(global_=True)

    scales_: Scales
    maps_: dict[str, Maps]
    local_weights_: Floats
    local_parameters_: Floats
    season_: int

    def _fit(self, panel: Panel, horizon: int, watch: Watch, checkpoint: Path | None) -> None:
        short = int(panel.lengths.argmin())
        if panel.lengths[short] < 2:
            raise TooShortError(
                gettext_noop("Series %(series)s has only one row; a forecast needs at least two."),
                series=panel.ids[short],
            )
        with single_threaded():
            self._solve(panel, horizon, watch)

    def _solve(self, panel: Panel, horizon: int, watch: Watch) -> None:
        scaled = Scaled.of(panel)
        columns = variates(panel)
        lengths = np.array([len(column) for column in columns])
        seasons = self._seasons(panel)
        self.season_ = yardstick_season(seasons[0], lengths)
        backs = origin_backs(lengths, horizon, self.settings.origins)
        found = origins(columns, scaled.observed, backs, self.season_, horizon)
        cores = family(lengths, seasons, horizon, len(found) + 1)
        watch.report(0.02, gettext_noop("Judging the members at past cutoffs"))
        plan = Plan(seasons, self.season_, horizon, self.settings.smoothing)
        judgement = judged(cores, found, lengths, plan, watch.part(0.02, 0.7))
        watch.report(0.7, gettext_noop("Fitting on all rows"))
        self._learn(columns, judgement, seasons, horizon, watch.part(0.7, 0.95))
        scores = past_scores(scaled, columns, judgement, horizon)
        self.intervals_ = Conformal.fit(panel, scaled, scores)
        self.report_ = judgement.report(found)

    def _seasons(self, panel: Panel) -> tuple[int, ...]:
        own = self.settings.season_length
        return (own,) if own else panel.frequency.season_lengths

    def _learn(
        self,
        columns: list[Floats],
        judgement: Judgement,
        seasons: tuple[int, ...],
        horizon: int,
        watch: Watch,
    ) -> None:
        self.scales_ = Scales.of(columns, self.season_)
        weights = judgement.weights
        used = [place for place, row in enumerate(weights) if row.max() > 0]
        members = [(judgement.members[place], weights[place]) for place in used]
        lookbacks = [m.core.lookback for m, _ in members if isinstance(m, Choice)]
        if any(m == SEASONAL for m, _ in members):
            lookbacks.append(seasons[0])
        longest = max(lookbacks, default=1)
        by_core: dict[Any, list[tuple[Choice, Floats]]] = defaultdict(list)
        for member, row in members:
            if isinstance(member, Choice):
                by_core[member.core].append((member, row))
        self.maps_ = {s: Maps.empty(s, len(columns), longest, horizon) for s in SPACES}
        prepared: dict[str, Prepared] = {}
        for place, (core, choices) in enumerate(by_core.items()):
            watch.report(place / len(by_core))
            if core.space not in prepared:
                prepared[core.space] = Prepared.of(core.space, columns, self.scales_)
            self.maps_[core.space] = add_core(
                self.maps_[core.space], prepared[core.space], choices, horizon, watch.check
            )
        names = list(judgement.members)
        if any(m == SEASONAL for m, _ in members):
            self.maps_["plain"] = add_seasonal(
                self.maps_["plain"], seasons, weights[names.index(SEASONAL)]
            )
        self.local_weights_ = np.stack(
            [weights[names.index(n)] if n in names else np.zeros(len(columns)) for n in LOCALS]
        )
        newest = max(len(column) for column in columns)
        self.lookback_ = max(longest, min(LOCAL_ROWS, newest))
        tails = [column[-self.lookback_ :] for column in columns]
        _, self.local_parameters_ = local_forecasts(tails, self.season_, horizon, None, watch.check)

    def _predict(self, panel: Panel, horizon: int) -> Floats:
        columns = [column[-self.lookback_ :] for column in variates(panel)]
        numbers = self.intervals_.variates(panel)
        scales = self._scales_now(columns, numbers)
        total = np.zeros((len(columns), horizon))
        for maps in self.maps_.values():
            rows = np.stack([last_rows(column, maps.shared.shape[0]) for column in columns])
            inputs = scales.into(maps.space, rows)
            share, steps = maps.deviations(inputs, numbers)
            values = scales.back(maps.space, inputs[:, -1:] + steps[:, :horizon])
            total += share[:, None] * values
        weights, parameters = self._local_now(numbers)
        forecasts, _ = local_forecasts(columns, self.season_, horizon, parameters)
        for row, values in zip(weights, forecasts, strict=True):
            total += row[:, None] * scales.bounded(values)
        return total.reshape(len(panel), len(panel.channels), horizon).transpose(0, 2, 1)

    def _scales_now(self, columns: list[Floats], numbers: NDArray[np.int64]) -> Scales:
        """The learned ones, with bounds that also hold the newest rows; a new series' own."""
        own = Scales.of(columns, self.season_)
        return self.scales_.for_rows(numbers, own)

    def _local_now(self, numbers: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Weights and parameters; a new series takes mean weights and median parameters."""
        new = numbers < 0
        weights = np.where(
            new, self.local_weights_.mean(axis=1)[:, None], self.local_weights_[:, numbers]
        )
        usual = np.median(self.local_parameters_, axis=1)[:, None]
        own = self.local_parameters_[:, numbers]
        return weights, np.where(new[None, :, None], usual, own)

    def learned_arrays(self) -> dict[str, NDArray[Any]]:
        arrays: dict[str, NDArray[Any]] = {
            "local_weights": self.local_weights_,
            "local_parameters": self.local_parameters_,
        }
        arrays |= {f"scales.{k}": v for k, v in self.scales_.arrays().items()}
        for space, maps in self.maps_.items():
            arrays |= {f"{space}.{k}": v for k, v in maps.arrays().items()}
        return arrays

    def learned_facts(self) -> dict[str, Any]:
        return {"season": self.season_}

    def restore(self, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
        self.season_ = facts["season"]
        self.local_weights_ = arrays["local_weights"]
        self.local_parameters_ = arrays["local_parameters"]
        self.scales_ = Scales(**_section(arrays, "scales."))
        self.maps_ = {s: Maps.of(s, _section(arrays, f"{s}.")) for s in SPACES}


def variates(panel: Panel) -> list[Floats]:
    """One column without gaps per series and channel."""
    blocks = (panel.at(index) for index in range(len(panel)))
    return [fill(block[:, place]) for block in blocks for place in range(block.shape[1])]


def yardstick_season(season: int, lengths: NDArray[np.int64]) -> int:
    """The season that Naive2 and the scale use: none where a typical series is short for it."""
    longest = LAGS_PER_DECADE * np.log10(max(float(np.median(lengths)), 1.0))
    return season if season <= longest else 1


def _section(arrays: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
