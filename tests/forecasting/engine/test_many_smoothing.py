"""Exponential smoothing side by side, against a slow version of one series at a time."""

import numpy as np
import pytest

from forecasting.engine.many.local import LOCALS, local_forecasts
from forecasting.engine.many.smoothing import GRIDS, METHODS, ahead, chosen

ROWS = np.array([[5.0, 6.0, 4.0, 7.0, 8.0, 6.0, 9.0, 8.0, 10.0, 11.0, 9.0, 12.0]])
START = np.array([0])


def slow_states(method, rows, parameters):
    """The recursions as the papers write them: last states and the squared one-step errors."""
    first, second, third = parameters
    level = rows[:10].mean()
    slope = level / 1.1 if method == "ces" else 0.0
    errors = 0.0
    for value in rows:
        gap = value - level - third * slope
        errors += gap**2
        if method == "ces":
            level, slope = (
                level - (1 - second) * slope + (first - second) * gap,
                level + (1 - first) * slope + (first + second) * gap,
            )
        elif method == "damped":
            level, slope = level + third * slope + first * gap, third * slope + second * gap
        else:
            level = first * value + (1 - first) * level
    return level, slope, errors


def slow(method, rows, parameters, horizon):
    """Forecasts from the last states, step by step."""
    first, second, third = parameters
    level, slope, _ = slow_states(method, rows, parameters)
    steps = []
    for step in range(1, horizon + 1):
        if method == "ces":
            steps.append(level)
            level, slope = level - (1 - second) * slope, level + (1 - first) * slope
        elif method == "damped":
            steps.append(level + slope * sum(third**i for i in range(1, step + 1)))
        else:
            line = np.polyfit(np.arange(len(rows)), rows, 1)[0]
            lag = (1 - (1 - first) ** len(rows)) / first
            steps.append(level + line / 2 * (step - 1 + lag))
    return steps


@pytest.mark.parametrize("method", METHODS)
def test_forecasts_follow_the_recursions(method):
    for parameters in GRIDS[method][[0, len(GRIDS[method]) // 2, -1]]:
        own = ahead(method, ROWS, START, parameters[None], 5)[0]
        assert own == pytest.approx(slow(method, ROWS[0], parameters, 5))


@pytest.mark.parametrize("method", METHODS)
def test_rows_before_the_first_do_not_count(method):
    padded = np.concatenate([np.full((1, 4), 99.0), ROWS], axis=1)
    parameters = chosen(method, ROWS, START)
    assert np.array_equal(chosen(method, padded, START + 4), parameters)
    assert np.allclose(
        ahead(method, padded, START + 4, parameters, 5), ahead(method, ROWS, START, parameters, 5)
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_choice_has_the_least_squared_one_step_error(method):
    errors = [slow_states(method, ROWS[0], parameters)[2] for parameters in GRIDS[method]]
    best = GRIDS[method][int(np.argmin(errors))]
    assert chosen(method, ROWS, START)[0].tolist() == best.tolist()


def test_a_constant_is_forecast_by_itself():
    forecasts, _ = local_forecasts([np.full(40, 3.0)], 1, 6)
    for place, name in enumerate(LOCALS):
        if name != "ces":
            assert np.allclose(forecasts[place], 3.0)
    assert np.allclose(forecasts[LOCALS.index("ces")], 3.0, rtol=0.1)


def test_the_last_value_is_put_back_on_its_season():
    column = np.tile([1.0, 2.0, 3.0, 2.0], 10)
    forecasts, _ = local_forecasts([column], 4, 6)
    assert forecasts[LOCALS.index("last")][0] == pytest.approx([1, 2, 3, 2, 1, 2])


def test_given_parameters_are_kept():
    columns = [ROWS[0], ROWS[0][::-1]]
    first, parameters = local_forecasts(columns, 1, 4)
    again, same = local_forecasts(columns, 1, 4, parameters)
    assert np.array_equal(parameters, same)
    assert np.array_equal(first, again)
