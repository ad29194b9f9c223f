"""The Diebold-Mariano test: by hand, and how often it errs."""

import math

import numpy as np
import pytest

from forecasting.engine.errors import SettingsError
from forecasting.engine.significance import (
    BARTLETT,
    CONSTANT,
    TOO_FEW,
    compare_windows,
    diebold_mariano,
    judge,
)

OWN = np.array([1.0, -1.0, 2.0, 0.0])
OTHER = np.array([2.0, 2.0, -1.0, 3.0])
# Squared: d = -3, -3, 3, -9, mean -3, centred 0, 0, 6, -6; g_0 = 18, g_1 = -9


def below(t):
    """Student's distribution with three degrees of freedom."""
    u = t / math.sqrt(3)
    return 0.5 + (u / (1 + u * u) + math.atan(u)) / math.pi


def test_one_step_ahead_by_hand():
    # V = 18 / 4, correction sqrt((4 + 1 - 2) / 4)
    test = diebold_mariano(OWN, OTHER, loss="squared")
    statistic = -3 / math.sqrt(4.5) * math.sqrt(3 / 4)
    assert (test.difference, test.count) == (-3.0, 4)
    assert test.statistic == pytest.approx(statistic)
    assert test.p_better == pytest.approx(below(statistic))
    assert test.p_worse == pytest.approx(1 - below(statistic))
    assert test.p_value == pytest.approx(2 * below(statistic))
    assert test.note == ""


def test_absolute_loss_by_hand():
    # d = -1, -1, 1, -3, a third of the above: the same statistic
    test = diebold_mariano(OWN, OTHER)
    assert test.difference == -1.0
    assert test.statistic == pytest.approx(diebold_mariano(OWN, OTHER, loss="squared").statistic)


def test_longer_horizons_take_the_autocovariances_in():
    # d = 1, 3, 2, 6, 3: centred -2, 0, -1, 3, 0; g_0 = 14/5, g_1 = -3/5
    # V = (14 - 6) / 25, correction sqrt((5 + 1 - 4 + 2 / 5) / 5)
    test = judge(np.array([1.0, 3.0, 2.0, 6.0, 3.0]), 2)
    assert test.statistic == pytest.approx(3 / math.sqrt(8 / 25) * math.sqrt(2.4 / 5))
    assert test.note == ""


def test_a_variance_that_is_not_positive_is_replaced_and_said():
    # Two steps: V = (18 - 18) / 4 = 0; with weight 1/2 (18 - 9) / 4, correction sqrt(1.5 / 4)
    test = diebold_mariano(OWN, OTHER, horizon=2, loss="squared")
    assert test.statistic == pytest.approx(-3 / 1.5 * math.sqrt(0.375))
    assert test.note == BARTLETT


def test_equal_losses_cannot_be_told_apart():
    test = diebold_mariano(OWN, OWN)
    assert (test.statistic, test.p_value, test.p_better) == (None, None, None)
    assert (test.difference, test.note) == (0.0, CONSTANT)
    assert judge(np.full(9, 0.1), 3).note == CONSTANT


@pytest.mark.parametrize("horizon", [4, 5])
def test_too_few_forecasts_say_so(horizon):
    assert diebold_mariano(OWN, OTHER, horizon).note == TOO_FEW
    assert diebold_mariano(OWN, OTHER, horizon).p_value is None


def test_nothing_to_compare_is_no_failure():
    test = judge(np.full(4, np.nan), 1)
    assert (test.count, test.note) == (0, TOO_FEW)


def test_missing_places_are_left_out():
    gap = [np.nan]
    assert diebold_mariano(np.r_[gap, OWN], np.r_[gap, OTHER]) == diebold_mariano(OWN, OTHER)


def test_swapping_the_models_turns_the_test_round():
    one, two = diebold_mariano(OWN, OTHER), diebold_mariano(OTHER, OWN)
    assert one.statistic == -two.statistic
    assert one.p_better == two.p_worse
    assert one.p_value == two.p_value


def test_an_unknown_loss_is_refused():
    with pytest.raises(SettingsError, match="not by cubic"):
        diebold_mariano(OWN, OTHER, loss="cubic")


def test_series_and_steps_of_a_cutoff_are_pooled_before_the_test():
    random = np.random.default_rng(0)
    own, other = random.normal(size=(2, 6, 3, 4, 2))
    actual = np.zeros((6, 3, 4, 2))
    pooled = (np.abs(own) - np.abs(other)).mean(axis=(1, 2, 3))
    assert compare_windows(actual, own, other, stride=4) == judge(pooled, 1)
    assert compare_windows(actual, own, other, stride=2) == judge(pooled, 2)
    assert compare_windows(actual, own, other, stride=3) == judge(pooled, 2)
    assert compare_windows(actual, own, other, stride=9) == judge(pooled, 1)


def test_scales_let_every_series_count_alike():
    actual = np.zeros((5, 2, 1, 1))
    own, other = np.random.default_rng(1).normal(size=(2, 5, 2, 1, 1))
    scales = np.array([[1.0], [1000.0]])
    big = scales[None, :, None, :]
    scaled = compare_windows(actual, own * big, other * big, 1, scales=scales)
    assert scaled.statistic == pytest.approx(compare_windows(actual, own, other, 1).statistic)
    flat = np.array([[1.0], [0.0]])
    alone = compare_windows(actual[:, :1], own[:, :1], other[:, :1], 1)
    assert compare_windows(actual, own, other, 1, scales=flat) == alone


@pytest.mark.slow
@pytest.mark.parametrize(("horizon", "count"), [(1, 20), (2, 40), (4, 80)])
def test_equally_good_models_are_called_different_about_one_time_in_twenty(horizon, count):
    random = np.random.default_rng(7)
    trials = 4000
    shocks = random.normal(size=(2, trials, count + horizon - 1))
    errors = sum(shocks[:, :, k : k + count] for k in range(horizon))
    found = [diebold_mariano(a, b, horizon, "squared") for a, b in zip(*errors, strict=True)]
    assert 0.035 < np.mean([test.p_value < 0.05 for test in found]) < 0.085
    assert 0.03 < np.mean([test.p_better < 0.05 for test in found]) < 0.08


@pytest.mark.slow
def test_a_better_model_is_found():
    random = np.random.default_rng(8)
    own, other = random.normal(size=(1000, 60)), 1.6 * random.normal(size=(1000, 60))
    found = [diebold_mariano(a, b).p_better < 0.05 for a, b in zip(own, other, strict=True)]
    assert np.mean(found) > 0.8
