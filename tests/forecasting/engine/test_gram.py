"""The fast sums against a slow version that forms every window; the slow one is never touched."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.gram import anchor_weights, anchored, half_gram


def frozen_gram(columns, lookback, width, anchor=None):
    """Every window by hand: subtract the anchor, add the outer product."""
    total = np.zeros((lookback, width))
    for column in columns:
        for start in range(len(column) - width + 1):
            window = column[start : start + width].copy()
            if anchor == "last":
                window -= window[lookback - 1]
            if anchor == "mean":
                window -= window[:lookback].mean()
            total += np.outer(window[:lookback], window)
    return total


@given(
    st.integers(1, 3),
    st.integers(1, 70),
    st.integers(1, 40),
    st.integers(0, 60),
    st.integers(0, 2**32 - 1),
)
def test_the_gram_equals_the_sum_over_all_windows(channels, lookback, horizon, spare, seed):
    width = lookback + horizon
    columns = np.random.default_rng(seed).normal(size=(channels, width + spare))
    slow = frozen_gram(columns, lookback, width)
    fast = half_gram(columns, lookback, width)
    assert np.abs(fast - slow).max() <= 1e-8 * max(1.0, np.abs(slow).max())


@pytest.mark.parametrize("anchor", ["last", "mean"])
@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_the_anchor_applied_to_the_gram_equals_anchored_windows(anchor, lookback, horizon, seed):
    width = lookback + horizon
    columns = np.random.default_rng(seed).normal(size=(2, width + 50))
    slow = frozen_gram(columns, lookback, width, anchor)
    fast = anchored(half_gram(columns, lookback, width), anchor_weights(anchor, lookback))
    assert np.abs(fast - slow).max() <= 1e-8 * max(1.0, np.abs(slow).max())


def test_a_random_walk_keeps_eight_digits():
    walk = np.cumsum(np.random.default_rng(0).normal(size=(1, 1500)), axis=1)
    walk = (walk - walk.mean()) / walk.std()
    slow = frozen_gram(walk, 200, 300, "last")
    fast = anchored(half_gram(walk, 200, 300), anchor_weights("last", 200))
    assert np.abs(fast - slow).max() <= 1e-8 * np.abs(slow).max()


def test_two_values_by_hand():
    # Windows of [1, 2, 4]: (1, 2) and (2, 4).
    assert half_gram(np.array([[1.0, 2.0, 4.0]]), 1, 2).round(9).tolist() == [[5.0, 10.0]]
