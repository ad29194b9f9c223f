"""How long the bars of scores are drawn on a leaderboard."""

import pytest

from forecasting import leaderboard
from forecasting.models import PredictionResult
from tests.forecasting.made import start_forecast

pytestmark = pytest.mark.django_db


def widths(owner, **scores):
    """The length of each bar in percent, of models with these scores."""
    task = start_forecast(owner)
    ranked = [
        PredictionResult(task=task, name=name, type=name, rank=place, metrics={"mase": score})
        for place, (name, score) in enumerate(scores.items(), 1)
    ]
    rows = leaderboard.rows(task, ranked, ranked[0])
    return {row.name: round(row.width, 1) for row in rows if row.rank}


def test_the_worst_fills_its_bar_and_the_others_are_in_proportion(owner):
    assert widths(owner, linear=0.6, seasonal_naive=0.9, drift=1.2) == {
        "linear": 50.0,
        "seasonal_naive": 75.0,
        "drift": 100.0,
    }


def test_a_hopeless_model_does_not_make_all_others_look_alike(owner):
    # Bars end at one and a half times the score of seasonal naive: 1.5.
    assert widths(owner, linear=0.6, seasonal_naive=1.0, drift=30.0) == {
        "linear": 40.0,
        "seasonal_naive": 66.7,
        "drift": 100.0,
    }


def test_without_the_yardstick_the_worst_is_the_measure(owner):
    assert widths(owner, linear=1.0, drift=4.0) == {"linear": 25.0, "drift": 100.0}
