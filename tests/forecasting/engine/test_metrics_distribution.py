"""Quantiles, intervals and samples against numbers worked out on paper."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasting.engine import metrics
from forecasting.engine.distribution_metrics import grid_weights, interval_score

ACTUAL = np.array([2.0, 4.0, 0.0, 8.0])
LOW = np.array([1.0, 5.0, 0.0, 6.0])
MIDDLE = np.array([3.0, 6.0, 1.0, 7.0])
HIGH = np.array([4.0, 7.0, 2.0, 7.0])
# Pinball at 0.1: .1, .9, 0, .2; at 0.5: .5, 1, .5, .5; at 0.9: .2, .3, .2, .9
QUANTILES = np.stack([LOW, MIDDLE, HIGH])
GRID = (0.1, 0.5, 0.9)
whole = arrays(np.float64, 7, elements=st.integers(-20, 20).map(float))


def test_weighted_quantile_loss_by_hand():
    # 2 (1.2 + 2.5 + 1.6) / 3 over a sum of actuals of 14
    assert metrics.wql(ACTUAL, QUANTILES, GRID) == pytest.approx(2 * 5.3 / 3 / 14)


def test_crps_of_quantiles_is_twice_their_mean_pinball():
    assert metrics.crps(ACTUAL, QUANTILES, GRID) == pytest.approx(2 * 5.3 / 3 / 4)
    # 0.1 stands for (0, 0.3), 0.5 for (0.3, 0.7), 0.9 for (0.7, 1)
    assert grid_weights(GRID) == pytest.approx([0.3, 0.4, 0.3])
    weighted = metrics.crps(ACTUAL, QUANTILES, GRID, weights=grid_weights(GRID))
    assert weighted == pytest.approx(2 * (0.3 * 1.2 + 0.4 * 2.5 + 0.3 * 1.6) / 4)


def test_crps_of_samples_by_hand():
    # y = 2, samples 1, 2, 6: E|X - y| = 5/3, E|X - X'| = 2 (1 + 5 + 4) / 9
    samples = np.array([[6.0], [1.0], [2.0]])
    assert metrics.crps_of_samples(np.array([2.0]), samples) == pytest.approx(5 / 3 - 10 / 9)


def test_crps_of_one_certain_value_is_the_absolute_error():
    assert metrics.crps_of_samples(ACTUAL, MIDDLE[None]) == pytest.approx(
        metrics.mae(ACTUAL, MIDDLE)
    )
    certain = np.repeat(MIDDLE[None], 9, axis=0)
    grid = np.arange(1, 10) / 10
    assert metrics.crps(ACTUAL, certain, grid) == pytest.approx(metrics.mae(ACTUAL, MIDDLE))


@settings(deadline=None)
@given(whole, arrays(np.float64, (5, 7), elements=st.integers(-20, 20).map(float)))
def test_crps_of_samples_is_the_definition(actual, samples):
    pairs = np.abs(samples[:, None] - samples[None]).mean(axis=(0, 1))
    definition = np.abs(samples - actual).mean(axis=0) - pairs / 2
    assert metrics.crps_of_samples(actual, samples, ()) == pytest.approx(definition)


def test_a_fine_grid_of_quantiles_agrees_with_the_samples():
    samples = np.random.default_rng(0).normal(3, 2, size=(400, 1))
    actual = np.array([1.5])
    grid = (np.arange(400) + 0.5) / 400
    fine = metrics.crps(actual, np.sort(samples, axis=0), grid)
    assert fine == pytest.approx(metrics.crps_of_samples(actual, samples), rel=1e-6)


def test_interval_score_by_hand():
    # widths 3, 2, 2, 1; 4 is 1 below, 8 is 1 above; 80 % fines 2 / 0.2 = 10 a unit
    assert interval_score(ACTUAL, LOW, HIGH, 80) == pytest.approx((3 + 12 + 2 + 11) / 4)


def test_scaled_interval_score_divides_by_the_naive_error():
    scale = np.array([1.0, 2.0, 1.0, 2.0])
    assert metrics.msis(ACTUAL, LOW, HIGH, 80, scale) == pytest.approx((3 + 6 + 2 + 5.5) / 4)
    assert math.isnan(metrics.msis(ACTUAL, LOW, HIGH, 80, np.array(0.0)))


@settings(deadline=None)
@given(whole, whole, whole)
def test_the_interval_score_is_the_pinball_loss_of_both_ends(actual, one, other):
    lower, upper = np.minimum(one, other), np.maximum(one, other)
    ends = metrics.pinball(actual, lower, 0.1) + metrics.pinball(actual, upper, 0.9)
    assert interval_score(actual, lower, upper, 80) == pytest.approx(ends * 2 / 0.2)


def test_missing_actuals_are_left_out_everywhere():
    actual = np.array([2.0, np.nan])
    part = np.array([2.0])
    quantiles, samples = QUANTILES[:, :2], np.array([[1.0, 5.0], [4.0, 5.0]])
    assert metrics.wql(actual, quantiles, GRID) == metrics.wql(part, quantiles[:, :1], GRID)
    assert metrics.crps(actual, quantiles, GRID) == metrics.crps(part, quantiles[:, :1], GRID)
    assert metrics.crps_of_samples(actual, samples) == metrics.crps_of_samples(part, samples[:, :1])
    assert interval_score(actual, LOW[:2], HIGH[:2], 80) == 3.0


def test_all_zeros_have_no_weighted_quantile_loss():
    assert math.isnan(metrics.wql(np.zeros(4), QUANTILES, GRID))


def test_the_summary_takes_quantiles_from_the_bands():
    shape = (1, 1, 4, 1)
    bands = {80.0: (LOW.reshape(shape), HIGH.reshape(shape))}
    scales = (np.full((1, 1), 2.0), np.ones((1, 1)))
    actual, middle = ACTUAL.reshape(shape), MIDDLE.reshape(shape)
    pooled = metrics.summary(actual, middle, bands, scales)
    assert pooled["wql"] == pytest.approx(2 * 5.3 / 3 / 14)
    assert pooled["crps"] == pytest.approx(2 * (0.3 * 1.2 + 0.4 * 2.5 + 0.3 * 1.6) / 4)
    assert pooled["interval_score"] == {80.0: pytest.approx(7.0)}
    assert pooled["msis"] == {80.0: pytest.approx(3.5)}
    steps = metrics.summary(actual, middle, bands, scales, metrics.PER_STEP)
    assert steps["msis"][80.0] == pytest.approx([1.5, 6.0, 1.0, 5.5])
    assert steps["wql"][2] is None
    series = metrics.summary(actual, middle, bands, scales, metrics.PER_SERIES)
    assert series["interval_score"][80.0] == [[pytest.approx(7.0)]]


def test_without_bands_there_is_nothing_to_say_of_the_distribution():
    actual = ACTUAL.reshape(1, 1, 4, 1)
    pooled = metrics.summary(actual, actual, {}, (np.ones((1, 1)), np.ones((1, 1))))
    assert pooled["wql"] is None
    assert pooled["crps"] is None
