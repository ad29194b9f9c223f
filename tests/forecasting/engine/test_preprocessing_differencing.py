import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecasting.engine.errors import SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.preprocessing.differencing import Differencing, integrate

VALUES = arrays(np.float64, st.integers(1, 60), elements=st.integers(-1000, 1000).map(float))


def test_seasonal_and_first_differences_are_those_of_the_formula():
    panel = Panel.from_arrays([1.0, 2.0, 4.0, 8.0, 16.0])
    step = Differencing(first=1, seasonal=1, season_length=2).fit(panel)
    # Lag 2: 3, 6, 12; then lag 1: 3, 6. The first three rows have no predecessor.
    found = step.apply(panel).values[:, 0]
    assert np.isnan(found[:3]).all()
    assert found[3:].tolist() == [3.0, 6.0]


def test_forecasts_add_up_from_the_last_rows():
    past = Panel.from_arrays([1.0, 2.0, 4.0, 8.0, 16.0])
    step = Differencing(first=1).fit(past)
    changes = np.array([1.0, -2.0, 3.0]).reshape(1, 3, 1)
    assert step.undo_forecast(changes, past)[0, :, 0].tolist() == [17.0, 15.0, 18.0]
    step = Differencing(first=0, seasonal=1, season_length=2).fit(past)
    assert step.undo_forecast(changes, past)[0, :, 0].tolist() == [9.0, 14.0, 12.0]


@given(VALUES, VALUES, st.integers(0, 2), st.integers(0, 1), st.integers(1, 5))
def test_differences_come_back_for_ragged_panels(first, second, ordinary, seasonal, season):
    panel = Panel.from_arrays({"a": first, "b": second})
    step = Differencing(ordinary, seasonal, season).fit(panel)
    assert np.array_equal(step.undo(step.apply(panel)).values, panel.values)


@given(st.integers(0, 2), st.integers(0, 2), st.integers(1, 7), st.integers(1, 20))
def test_true_differences_of_the_future_give_the_future(first, seasonal, season, horizon):
    values = np.random.default_rng(0).integers(-99, 99, size=(80, 2)).astype(float)
    panel = Panel.from_arrays({"a": values, "b": values[::-1]})
    step = Differencing(first, seasonal, season).fit(panel.drop_last(horizon))
    changes = np.stack([step.apply(panel).at(s)[-horizon:] for s in range(2)])
    future = np.stack([panel.at(s)[-horizon:] for s in range(2)])
    assert np.array_equal(step.undo_forecast(changes, panel.drop_last(horizon)), future)


def test_a_gap_at_the_end_is_closed_before_adding_up():
    past = Panel.from_arrays([2.0, 5.0, np.nan])
    step = Differencing().fit(past)
    assert step.undo_forecast(np.ones((1, 2, 1)), past)[0, :, 0].tolist() == [6.0, 7.0]


def test_sums_wrap_around_the_season():
    last = np.array([[10.0], [20.0]])
    found = integrate(np.array([[1.0], [2.0], [3.0]]), last)
    assert found[:, 0].tolist() == [11.0, 22.0, 14.0]


def test_what_was_learned_survives_as_json():
    panel = Panel.from_arrays({"a": np.arange(9.0) ** 2, "b": [1.0, 2.0]})
    step = Differencing(1, 1, 3).fit(panel)
    again = Differencing(**step.settings())
    again.restore(json.loads(json.dumps(step.learned(), allow_nan=False)))
    assert np.array_equal(again.undo(step.apply(panel)).values, panel.values)


def test_the_future_of_a_fold_changes_no_difference_before_it():
    values = np.arange(50.0) ** 2
    changed = np.where(np.arange(50) >= 30, 0.0, values)
    found = []
    for version in (values, changed):
        fold = Panel.from_arrays(version).window(0, 30)
        found.append(Differencing(1, 1).fit(fold).apply(fold).values)
    assert np.array_equal(*found, equal_nan=True)


def test_a_negative_number_of_differences_is_refused():
    with pytest.raises(SettingsError, match="must not be negative"):
        Differencing(first=-1)
