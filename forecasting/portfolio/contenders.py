"""Which model was closest on each series, of all that were tested on the same past windows.

It is found out afterwards: the best of several is partly luck, and pages say so.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from datasets.building.duck import literal, parquet
from forecasting.models import PredictionResult
from forecasting.portfolio import errors


def of(ranked: Sequence[PredictionResult]) -> list[PredictionResult]:
    """Those that may be compared series by series, in their order: one that was stopped before its
    last window met easier ones, or harder.
    """
    tested = [one for one in ranked if one.backtest_path]
    most = max((len(one.metrics.get("windows", [])) for one in tested), default=0)
    return [one for one in tested if len(one.metrics.get("windows", [])) == most]


def add_best(connection: duckdb.DuckDBPyConnection, ranked: Sequence[PredictionResult]) -> None:
    """Make the table `nearest`: `unique_id, best, best_mae`; of equals the higher rank is best."""
    parts = []
    for place, result in enumerate(of(ranked)):
        path = errors.found(result.backtest_path)
        if path is not None:
            parts.append(
                f"SELECT unique_id, mae, {place} AS place, {literal(result.name)} AS name "  # noqa: S608
                f"FROM {parquet(path)} WHERE mae IS NOT NULL"
            )
    none = "SELECT '' AS unique_id, 0.0 AS mae, 0 AS place, '' AS name LIMIT 0"
    connection.execute(
        "CREATE TABLE nearest AS SELECT unique_id, "  # noqa: S608
        "arg_min(name, (mae, place)) AS best, min(mae) AS best_mae "
        f"FROM ({' UNION ALL '.join(parts) or none}) GROUP BY unique_id"
    )
