"""A ridge learns the rows since by adding their sums: those of all rows, without looking ahead."""

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.gram import half_gram
from forecasting.engine.linear import Linear
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Panel
from forecasting.engine.ridge import Path
from forecasting.engine.running_sums import RunningSums
from forecasting.engine.tridiagonal import ridge_weights


def waves(rows=400, channels=2, seed=3):
    noise = np.random.default_rng(seed).normal(size=(rows, channels))
    hours = np.arange(rows)[:, None]
    return np.sin(2 * np.pi * hours / 24 + np.arange(channels)) + 0.3 * noise


def hourly(values):
    return Panel.from_arrays(values, "2024-01-01", "h")


def ragged():
    table = waves(300, 3)
    return Panel.from_arrays(
        {"a": table[:, 0], "b": table[:150, 1], "c": table[:40, 2]}, "2024-01-01", "h"
    )


def test_three_values_more_add_three_windows_by_hand():
    """Of 1 2 3 4 the windows of two are 12 23 34: the sum of x x' is 1+4+9, of x y 2+6+12."""
    column = np.array([1.0, 2.0, 3.0, 4.0])
    scaled = Scaled([column], [np.ones(4, bool)], np.zeros(1), np.ones(1))
    half = RunningSums.of(scaled, np.array([2]), 1, 2)
    assert half.total.tolist() == [[1.0, 2.0]]
    whole = half.grown(scaled, np.array([0]), np.array([4]))
    np.testing.assert_allclose(whole.total, [[14.0, 20.0]])
    assert whole.windows == 3
    np.testing.assert_allclose(whole.mean, [[14 / 3, 20 / 3]])


@pytest.mark.parametrize("steps", [(0.5,), (0.2, 0.5, 0.9), (0.05, 0.1)])
def test_sums_grown_in_steps_are_those_of_all_rows_at_once(steps):
    scaled = Scaled.of(ragged())
    lengths = np.array([300, 150, 40])
    sums = RunningSums.of(scaled, np.zeros_like(lengths), 12, 18)
    for step in (*steps, 1.0):
        sums = sums.grown(scaled, np.zeros_like(lengths), (step * lengths).astype(int))
    expected = sum(half_gram(column[None], 12, 18) for column in scaled.columns)
    np.testing.assert_allclose(sums.total, expected, atol=1e-8)
    assert sums.windows == sum(n - 17 for n in lengths)


def test_the_map_without_eigenvectors_is_that_of_the_path():
    gram = RunningSums.of(Scaled.of(hourly(waves())), np.array([400, 400]), 24, 30).mean
    penalties = np.array([1e-5, 0.1, 0.1, 3.0, np.inf, 1e-5])
    for anchor in ("last", "mean"):
        path = Path.of(gram, anchor).weights(penalties)
        np.testing.assert_allclose(ridge_weights(gram, anchor, penalties), path, atol=1e-7)


def test_a_lookback_of_one_is_a_plain_division():
    gram = np.array([[4.0, 2.0]])
    # The anchor "last" takes the only input away, so that nothing is left to learn.
    assert ridge_weights(gram, "last", np.array([1.0])).tolist() == [[0.0]]


def test_a_grown_model_has_the_weights_of_all_rows_and_keeps_what_was_chosen():
    panel = hourly(waves())
    early = Linear(lookback=24).fit(panel.drop_last(60), horizon=6)
    before = early.weights_.copy()
    grown = early.grown(panel)
    scaled = Scaled.of(panel, *early.intervals_.moments(panel))
    gram = RunningSums.of(scaled, np.array([400, 400]), 24, 30).mean
    expected = Path.of(gram, early.anchor_).weights(early.penalties_)
    np.testing.assert_allclose(grown.weights_, expected, atol=1e-7)
    assert np.array_equal(early.weights_, before)
    assert np.array_equal(grown.penalties_, early.penalties_)
    assert grown.fingerprint_ == panel.fingerprint()
    assert grown.predict().times[0, 0] == panel.future_times(1)[0, 0]


def test_growing_helps_where_the_world_changes():
    """What follows the past turns around after the first window: x[t] = x[t-4], later -x[t-4]."""
    rng = np.random.default_rng(1)
    values = list(rng.normal(size=4))
    for step in range(596):
        values.append((1 if step < 300 else -1) * values[-4] + 0.05 * rng.normal())
    panel = hourly(np.array(values))
    never = backtest(Linear(lookback=8), panel, horizon=4, windows=70)
    always = backtest(Linear(lookback=8), panel, horizon=4, windows=70, refit="always")
    assert always.metrics["mae"] < 0.8 * never.metrics["mae"]


def test_no_window_of_a_growing_model_sees_what_comes_after_it():
    values = waves()
    plain = backtest(Linear(lookback=24), hourly(values), horizon=6, windows=5, refit="always")
    changed = values.copy()
    changed[-12:] += 100
    other = backtest(Linear(lookback=24), hourly(changed), horizon=6, windows=5, refit="always")
    assert np.array_equal(plain.mean[:4], other.mean[:4])
    assert np.array_equal(plain.upper[80][:4], other.upper[80][:4])


def test_new_rows_without_a_value_are_bridged_like_any_gap():
    values = waves()
    values[-40:, 1] = np.nan
    panel = hourly(values)
    grown = Linear(lookback=4).fit(panel.drop_last(40), horizon=2).grown(panel)
    assert np.isfinite(grown.predict().mean).all()


def test_a_loaded_model_and_one_with_validation_rows_need_a_new_fit(tmp_path):
    panel = hourly(waves())
    model = Linear(lookback=24).fit(panel, horizon=6)
    assert artifacts.load(artifacts.save(model, tmp_path / "m")).grown(panel) is None
    assert Linear(lookback=24, validation=50).fit(panel, horizon=6).grown(panel) is None
