"""The instant answer: committed results first, then training is asked for."""

import pytest

from forecasting.models import PredictionTask
from tests.forecasting.made import answered

pytestmark = pytest.mark.django_db


def test_an_instant_forecast_is_complete_with_three_ranked_results(owner):
    task = answered(owner)
    assert task.status == PredictionTask.Status.COMPLETED
    assert task.progress == 100
    ranked = list(task.results.ranked())
    assert [one.rank for one in ranked] == [1, 2, 3]
    assert {one.type for one in ranked} == {"linear", "seasonal_naive", "naive"}
    assert task.model.type == ranked[0].type
