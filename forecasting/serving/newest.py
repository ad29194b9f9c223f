"""The newest rows of a dataset, in memory between two questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from datasets.models import Version
from forecasting import recipe
from forecasting.engine.intervals import VOLATILITY_ROWS
from forecasting.engine.panel import Panel
from forecasting.serving.bounded import BoundedCache

MOST_BYTES: Final = 64 * 1024 * 1024
# Models that carry a state forward may look further back than they say.
_LEAST_ROWS: Final = 3_000

_panels: BoundedCache[Panel] = BoundedCache(MOST_BYTES)


def newest_rows(version: UUID, asked: Mapping[str, Any], lookback: int, horizon: int) -> Panel:
    """The end of the version with this key, read as `asked` says (`forecasting.recipe`).

    Raises DatasetProblem where it lacks a column, EngineError where its times make no sense.
    """
    rows = max(lookback, VOLATILITY_ROWS) + horizon
    rows = max(rows, _LEAST_ROWS)
    key = (version, rows, horizon, json.dumps(dict(asked), sort_keys=True, default=str))

    def read() -> tuple[Panel, int]:
        found = Version.objects.select_related("dataset").get(pk=version)
        panel = recipe.panel_of(found, asked, horizon).tail(rows)
        size = panel.values.nbytes + (panel.known.values.nbytes if panel.known else 0)
        return panel, size + panel.indptr.nbytes + 4096

    return _panels.get(key, read)
