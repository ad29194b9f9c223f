"""Forecasts that need no learning, as weights of a window."""

import numpy as np
import pytest

from forecasting.engine.many.anchors import centre, needs, outcome

WINDOW = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])


def test_centres_are_the_last_value_the_mean_and_the_mean_of_the_last_season():
    levels = [WINDOW @ centre(name, 8, 2) for name in ("last", "mean", "season")]
    assert levels == pytest.approx([8.0, 4.5, 7.5])


def test_the_season_outcome_repeats_the_last_season():
    assert (WINDOW @ outcome("season", 8, 5, (3,))).tolist() == [6, 7, 8, 6, 7]


def test_the_blend_is_the_mean_of_the_short_season_and_the_long_one_at_todays_level():
    # Seasons 2 and 4: yesterday is 7, 8; a long season ago 5, 6. The level moved from
    # (3 + 4) / 2 to (7 + 8) / 2, by 4: far is 9, 10 and the blend 8, 9.
    assert (WINDOW @ outcome("blend", 8, 2, (2, 4))).tolist() == [8, 9]


@pytest.mark.parametrize("anchor", ["last", "mean", "season", "blend"])
def test_a_shifted_window_shifts_every_outcome(anchor):
    weights = outcome(anchor, 8, 6, (2, 4))
    assert np.allclose(weights.sum(axis=0), 1)


def test_the_blend_needs_both_seasons():
    assert needs("blend", (24, 168)) == 192
    assert needs("season", (24, 168)) == 24
    assert needs("last", (24, 168)) == 1
