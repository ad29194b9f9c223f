"""A table of numbers shows as many decimals in every row."""

import numpy as np
import pytest

from forecasting.wording import decimals_of


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
