"""A table of numbers shows as many decimals in every row."""

import numpy as np
import pytest

from datasets.decimals import common_decimals, decimals_of


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([9.292, 8.647, 10.53], 2),
        ([7.81, 8.254], 3),
        ([4812.0, 5.1], 0),
        ([0.01234, -0.02], 5),
        ([0.0, 0.0], 0),
        ([float("nan"), 1.5], 3),
    ],
)
def test_decimals_follow_the_largest_number(values, decimals):
    assert decimals_of(np.array(values)) == decimals


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ([4.3, 7.375], 3),
        ([4.3, 7.5], 1),
        ([1, 10, 5.5], 1),
        ([0, 3], 0),
        ([None, 2.25], 2),
        ([], 0),
        ([1e-7, 2e-7], None),
        ([1e16], None),
    ],
)
def test_a_few_numbers_fill_the_decimals_they_share(values, decimals):
    assert common_decimals(values) == decimals
