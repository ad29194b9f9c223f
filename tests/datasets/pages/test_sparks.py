"""Drawings the server makes: every number of the path can be checked on paper."""

import pytest

from datasets.views import sparks


def test_a_line_runs_from_left_to_right_and_from_low_to_high():
    spark = sparks.line([0.0, 1.0, 0.5], width=84, height=26)
    assert spark.path == "M1.0 23.0L41.0 3.0L81.0 13.0"
    assert (spark.end_x, spark.end_y) == ("81.0", "13.0")


def test_a_missing_value_leaves_a_gap():
    spark = sparks.line([0.0, None, 1.0, 2.0], width=34, height=26)
    assert spark.path == "M1.0 23.0M21.0 13.0L31.0 3.0"


def test_a_constant_series_is_a_level_line():
    assert sparks.line([5.0, 5.0], width=14, height=26).path == "M1.0 13.0L11.0 13.0"


@pytest.mark.parametrize("values", [None, [], [1.0], [None, None], [float("nan"), 1.0]])
def test_too_little_to_draw_is_nothing(values):
    assert sparks.line(values) is None


def test_bars_are_as_high_as_their_share_and_small_ones_stay_visible():
    spark = sparks.bars([100, 50, 0, 0.1], width=48, height=20)
    assert [(bar.x, bar.y, bar.height) for bar in spark.bars] == [
        ("0.0", "0.0", "20.0"),
        ("12.0", "10.0", "10.0"),
        ("24.0", "20.0", "0.0"),
        ("36.0", "19.0", "1.0"),
    ]


def test_no_counts_are_no_bars():
    assert sparks.bars([0, 0]) is None
    assert sparks.bars(None) is None
