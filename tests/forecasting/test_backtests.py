"""The windows that a model was tested on: kept as they were made, read in parts."""

import numpy as np
import pytest

from forecasting import backtests
from forecasting.engine.backtest import backtest
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.models import PredictionResult
from tests.forecasting.made import answered, hourly_dataset

pytestmark = pytest.mark.django_db


def line(rows=20):
    """A line of slope 1: naive is off by 1 and by 2, two steps ahead."""
    return Panel.from_arrays({"line": np.arange(float(rows))}, "2026-01-01", "D")


def kept(tested, key="backtest.parquet"):
    backtests.write(tested, key)
    return PredictionResult(backtest_path=key)


def test_every_row_of_the_backtest_is_kept(owner):
    task = answered(
        owner, hourly_dataset(owner, columns=("load", "wind")), columns=["load", "wind"]
    )
    result = task.results.get(name="linear")
    frame = backtests.read(result)
    assert list(frame.columns) == [*backtests.COLUMNS, "lo-80", "hi-80", "lo-95", "hi-95"]
    windows = result.metrics["windows"]
    assert len(frame) == len(windows) * 2 * 24
    assert sorted(set(frame["unique_id"])) == ["load", "wind"]
    errors = (frame["y"] - frame["mean"]).abs()
    assert errors.mean() == pytest.approx(result.metrics["mae"])
    assert [time for _, time in backtests.cutoffs(result)] == [one["cutoff"] for one in windows]


def test_one_window_holds_what_came_beside_what_was_said():
    result = kept(backtest(create("naive"), line(), horizon=2, windows=3))
    window = backtests.window_of(result, "line", 2)
    # The newest window sees the 18th day, a value of 17, and forecasts the last two.
    assert (window.cutoff, window.times) == (
        "2026-01-18T00:00:00",
        ["2026-01-19T00:00:00", "2026-01-20T00:00:00"],
    )
    assert (window.actual, window.mean) == ([18.0, 19.0], [17.0, 17.0])
    assert window.lower[95][0] <= window.lower[80][0] <= 17.0 <= window.upper[80][0]
    assert [one.number for one in backtests.windows_of(result, "line")] == [0, 1, 2]
    assert backtests.window_of(result, "line", 3) is None


def test_the_error_by_step_is_that_of_a_line():
    table = backtests.by_step(kept(backtest(create("naive"), line(), horizon=2, windows=3)))
    assert table["step"].tolist() == [1, 2]
    assert table["mae"].tolist() == pytest.approx([1.0, 2.0])
    assert table["rmse"].tolist() == pytest.approx([1.0, 2.0])
    assert table["bias"].tolist() == pytest.approx([-1.0, -2.0])
    assert table["values"].tolist() == [3, 3]


def test_residuals_come_in_the_order_of_time():
    table = backtests.residuals(
        kept(backtest(create("naive"), line(), horizon=2, windows=2)), "line"
    )
    assert table["residual"].tolist() == pytest.approx([1.0, 2.0, 1.0, 2.0])
    assert table["ds"].is_monotonic_increasing


def test_what_did_not_come_is_none_and_counts_nowhere():
    values = np.arange(20.0)
    values[18] = np.nan
    panel = Panel.from_arrays({"line": values}, "2026-01-01", "D")
    result = kept(backtest(create("naive"), panel, horizon=2, windows=1))
    assert backtests.window_of(result, "line", 0).actual == [None, 19.0]
    assert backtests.by_step(result)["step"].tolist() == [2]


def test_too_many_rows_keep_the_newest_windows(monkeypatch):
    monkeypatch.setattr(backtests, "MOST_ROWS", 5)
    result = kept(backtest(create("naive"), line(), horizon=2, windows=3))
    assert [number for number, _ in backtests.cutoffs(result)] == [1, 2]


def test_without_a_backtest_there_are_no_rows():
    assert backtests.read(PredictionResult()).empty
    assert backtests.cutoffs(PredictionResult()) == []
