"""Sums over the windows of many series against a slow version; the slow one is never touched."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.many.members import Core
from forecasting.engine.many.moments import WEIGHT_FLOOR, batches
from forecasting.engine.many.prepared import Prepared, last_rows
from forecasting.engine.many.spaces import Scales

HORIZON = 3


def prepared(columns, season=1):
    return Prepared.of("plain", columns, Scales.of(columns, season))


def walks(lengths, seed=0):
    random = np.random.default_rng(seed)
    return [10 + np.cumsum(random.normal(size=length)) for length in lengths]


def slow_sums(column, core, scale, half_life):
    """Every window by hand."""
    width = core.lookback + HORIZON
    windows = [column[i : i + width] / scale for i in range(len(column) - width + 1)]
    inputs = [w[: core.lookback] - w[: core.lookback] @ core.centre() for w in windows]
    targets = [w[core.lookback :] - w[: core.lookback] @ core.outcome(HORIZON) for w in windows]
    weights = np.ones(len(windows))
    if half_life:
        sizes = np.sqrt([np.mean(y**2) for y in targets])
        ages = np.arange(len(windows))[::-1]
        weights = 0.5 ** (ages / half_life)
        weights /= np.maximum(sizes / np.median(sizes), WEIGHT_FLOOR)
    gram = sum(w * np.outer(x, x) for w, x in zip(weights, inputs, strict=True))
    cross = sum(w * np.outer(x, y) for w, x, y in zip(weights, inputs, targets, strict=True))
    unit = np.trace(gram) / core.lookback
    return gram / unit, cross / unit


@settings(max_examples=25)
@given(
    st.lists(st.integers(9, 40), min_size=1, max_size=4),
    st.sampled_from(["last", "mean", "season"]),
    st.integers(0, 1000),
)
def test_batched_sums_equal_those_of_single_windows(lengths, anchor, seed):
    columns = walks(lengths, seed)
    core = Core("plain", 5, anchor, (4,), (0, 6))
    series = prepared(columns)
    found = series.moments(core, np.arange(len(columns)), HORIZON)
    for place, column in enumerate(columns):
        for sums, half_life in zip(found, core.half_lives, strict=True):
            gram, cross = slow_sums(column, core, series.scales.plain[place], half_life)
            assert np.allclose(sums.gram[place], gram, atol=1e-3)
            assert np.allclose(sums.cross[place], cross, atol=1e-3 * max(1, np.abs(cross).max()))


def test_a_series_without_a_window_adds_nothing():
    series = prepared(walks([7, 20]))
    core = Core("plain", 5, "last", (1,))
    for sums in series.moments(core, np.array([0, 1]), HORIZON):
        assert sums.there.tolist() == [False, True]
        assert not sums.gram[0].any()
        assert not sums.cross[0].any()


def test_inputs_are_the_newest_rows_and_a_short_past_repeats_its_oldest():
    columns = [np.array([3.0, 5.0]), np.arange(10.0)]
    series = prepared(columns)
    x, base = series.inputs(Core("plain", 4, "last", (1,)), np.array([0, 1]), 2)
    # Scales 2 and 1; deviations from the last value.
    assert x.tolist() == [[-1, -1, -1, 0], [-3, -2, -1, 0]]
    assert base.tolist() == [[0, 0], [0, 0]]
    assert series.back(np.array([0, 1]), base).tolist() == [[5, 5], [9, 9]]


def test_last_rows_fill_up_with_the_oldest():
    assert last_rows(np.array([2.0, 3.0]), 4).tolist() == [2, 2, 2, 3]
    assert last_rows(np.arange(5.0), 2).tolist() == [3, 4]


@given(st.lists(st.integers(2, 900), min_size=1, max_size=60), st.integers(2, 700))
def test_batches_hold_every_series_once(lengths, width):
    groups = list(batches(np.array(lengths), width))
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(lengths)))


def test_levels_far_from_zero_cost_no_digits():
    columns = walks([60])
    core = Core("plain", 8, "mean", (1,))
    near = prepared(columns).moments(core, np.array([0]), HORIZON)[0]
    far = prepared([columns[0] + 1e7]).moments(core, np.array([0]), HORIZON)[0]
    assert far.gram == pytest.approx(near.gram, abs=1e-4)
