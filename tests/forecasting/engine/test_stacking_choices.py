"""What the folds decide in the linear stack: weights of members and penalties."""

import numpy as np
import pytest

from forecasting.engine.stacking.blending import products, relative, simplex_weights
from forecasting.engine.stacking.choosing import strongest


def test_weights_prefer_the_better_member_and_sum_to_one():
    # Independent residuals with variances 1 and 4, no ridge: w = (1/1, 1/4) / (5/4) = (0.8, 0.2).
    weights = simplex_weights(np.diag([1.0, 4.0]), ridge=0.0)
    assert weights == pytest.approx([0.8, 0.2], abs=1e-4)
    assert simplex_weights(np.array([[1.0, 2.0], [2.0, 9.0]]), 0.0) == pytest.approx([1.0, 0.0])


def test_folds_count_alike_and_outliers_less_than_their_squares():
    rng = np.random.default_rng(3)
    residuals = rng.normal(size=(2, 50, 4)).astype(np.float32)
    blocks = np.array([0, 0, 1, 1])
    sums = products(residuals, blocks)
    assert np.allclose(relative(sums), relative(products(10 * residuals, blocks)), rtol=1e-4)
    assert np.isnan(relative(products(0 * residuals, blocks))).all()
    residuals[:, 0, 0] = 100.0
    grown = products(residuals, blocks)
    assert 0 < grown[0, 0, 0] - sums[0, 0, 0] < 0.5 * 100.0**2
    assert grown[1, 0, 0] == sums[1, 0, 0]


def test_of_penalties_as_good_as_the_best_the_strongest_is_taken():
    penalties = np.array([0.1, 1.0, 10.0, np.inf])
    ratios = np.array([[0.5, 0.5], [0.501, 0.501], [0.52, 0.52], [1.0, 1.0]])
    chosen, ratio = strongest(ratios, penalties)
    assert chosen.tolist() == [1.0, 1.0]
    assert ratio == pytest.approx(0.501)
    unseen, none = strongest(np.full((4, 2), np.nan), penalties)
    assert unseen.tolist() == [1.0, 1.0]
    assert np.isinf(none)
