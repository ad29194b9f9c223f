"""The M4 score against the figures its organisers published."""

import numpy as np
import pytest

from benchmarks.m4_data import M4


@pytest.fixture(params=["Hourly", "Weekly"])
def group(request):
    data = M4.read(request.param)
    if data is None:
        pytest.skip("The public M4 files are not here.")
    return data


def test_naive2_scores_as_published(group):
    published = {"Hourly": (18.383, 2.395), "Weekly": (9.161, 2.777)}
    score, overall = group.score(group.naive2)
    assert (round(score.smape, 3), round(score.mase, 3)) == published[group.group.name]
    assert overall == 1


def test_the_seasonal_naive_forecast_scores_as_published(group):
    published = {"Hourly": (13.912, 1.193), "Weekly": (9.161, 2.777)}
    season, steps = group.group.season, np.arange(group.group.horizon)
    rows = [column[-season:][steps % season] for column in group.training.values()]
    score, _ = group.score(np.stack(rows))
    assert (round(score.smape, 3), round(score.mase, 3)) == published[group.group.name]
