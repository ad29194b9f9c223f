"""Five numbers, worked out on paper."""

import math

import numpy as np
import pytest

from forecasting.engine import metrics

ACTUAL = np.array([2.0, 4.0, 0.0, 8.0, 10.0])
FORECAST = np.array([3.0, 2.0, 1.0, 8.0, 6.0])
# errors 1, 2, 1, 0, 4


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        (metrics.mae, 8 / 5),
        (metrics.mse, 22 / 5),
        (metrics.rmse, math.sqrt(22 / 5)),
        (metrics.mape, 100 * (1 / 2 + 2 / 4 + 0 / 8 + 4 / 10) / 4),
        (metrics.smape, 200 * (1 / 5 + 2 / 6 + 1 / 1 + 0 + 4 / 16) / 5),
        (metrics.wape, 100 * 8 / 24),
        (metrics.bias, (1 - 2 + 1 + 0 - 4) / 5),
        (lambda a, f: metrics.mase(a, f, np.array(2.0)), 8 / 5 / 2),
        (lambda a, f: metrics.rmsse(a, f, np.array(4.0)), math.sqrt(22 / 5 / 4)),
        (lambda a, q: metrics.pinball(a, q, 0.9), (0.1 + 1.8 + 0.1 + 0 + 3.6) / 5),
        (lambda a, f: metrics.coverage(a, f - 1, f + 1), 60.0),
        (lambda a, f: metrics.width(a, f - 1, f + 1), 2.0),
    ],
)
def test_five_numbers_by_hand(metric, value):
    assert metric(ACTUAL, FORECAST) == pytest.approx(value)


def test_a_missing_actual_is_left_out():
    actual = ACTUAL.copy()
    actual[4] = np.nan
    assert metrics.mae(actual, FORECAST) == pytest.approx(1.0)
    assert metrics.coverage(actual, FORECAST - 1, FORECAST + 1) == pytest.approx(75.0)


def test_nothing_to_measure_is_not_a_number():
    assert math.isnan(metrics.mae(np.full(3, np.nan), np.zeros(3)))
    assert math.isnan(metrics.mape(np.zeros(3), np.ones(3)))
    assert math.isnan(metrics.mase(ACTUAL, FORECAST, 0.0))


def test_two_zeros_are_no_symmetric_error():
    assert metrics.smape(np.zeros(2), np.zeros(2)) == 0.0


def test_naive_scales_compare_with_the_last_season():
    column = np.array([1.0, 5.0, 2.0, 7.0, 5.0])
    assert metrics.naive_scales(column, 2) == pytest.approx((2.0, (1 + 4 + 9) / 3))
    assert metrics.naive_scales(column, 9) == pytest.approx((3.5, (16 + 9 + 25 + 4) / 4))


def test_a_summary_is_json_with_none_for_undefined():
    shape = (1, 1, 5, 1)
    actual, forecast = ACTUAL.reshape(shape), FORECAST.reshape(shape)
    bands = {80.0: (forecast - 1, forecast + 1)}
    scales = (np.zeros((1, 1)), np.ones((1, 1)))
    result = metrics.summary(actual, forecast, bands, scales)
    assert result["mae"] == pytest.approx(1.6)
    assert result["mase"] is None
    assert result["rmsse"] == pytest.approx(math.sqrt(22 / 5))
    assert result["coverage"] == {80.0: pytest.approx(60.0)}


def test_steps_and_series_are_summed_up_apart():
    actual = np.arange(16.0).reshape(2, 2, 2, 2)
    forecast = actual.copy()
    forecast[:, 0, 1, 1] += 4
    scales = (np.array([[1.0, 2.0], [1.0, 1.0]]), np.array([[1.0, 4.0], [1.0, 1.0]]))
    by_step = metrics.summary(actual, forecast, {}, scales, metrics.PER_STEP)
    by_series = metrics.summary(actual, forecast, {}, scales, metrics.PER_SERIES)
    assert by_step["mae"] == [0.0, 1.0]
    assert by_step["mase"] == [0.0, 0.5]
    assert by_series["mae"] == [[0.0, 2.0], [0.0, 0.0]]
    assert by_series["mase"] == [[0.0, 1.0], [0.0, 0.0]]
    assert by_series["rmsse"][0][1] == pytest.approx(math.sqrt(2))
    pooled = metrics.summary(actual, forecast, {}, scales)
    assert (pooled["mae"], pooled["mase"]) == (0.5, 0.25)
