"""Scalers and Box–Cox: what they learn, and that everything comes back."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import boxcox_normmax

from forecasting.engine.errors import NotFittedError, SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.preprocessing.box_cox import (
    BoxCox,
    box_cox,
    guerrero_variation,
    inverse,
)
from forecasting.engine.preprocessing.scalers import METHODS, Scaler

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3))
COLUMNS = arrays(np.float64, st.integers(3, 40), elements=st.one_of(NUMBERS, st.just(np.nan)))
every_scaler = pytest.mark.parametrize("method", METHODS)


def panel_of(values, **options):
    return Panel.from_arrays(values, **options)


def location_and_scale(method, values, season=0):
    step = Scaler(method, season).fit(panel_of(values))
    return step.location_[0, 0], step.scale_[0, 0]


def test_scales_are_those_of_the_formulas():
    values = [1.0, 3.0, 2.0, 6.0, np.nan]
    # Mean (1 + 3 + 2 + 6) / 4 = 3; squares of the gaps 4 + 0 + 1 + 9 = 14, over 4 is 3.5.
    assert location_and_scale("standard", values) == pytest.approx((3.0, np.sqrt(3.5)))
    assert location_and_scale("min_max", values) == (1.0, 5.0)
    # Sorted 1 2 3 6: median 2.5, quartiles 1.75 and 3.75.
    assert location_and_scale("robust", values) == (2.5, 2.0)
    assert location_and_scale("mean_abs", values) == (0.0, 3.0)
    # Differences of lag 2: 2 - 1 = 1 and 6 - 3 = 3; the third has no partner.
    assert location_and_scale("seasonal_naive", values, 2) == (0.0, 2.0)


@every_scaler
@given(COLUMNS, COLUMNS)
def test_scaling_comes_back_for_ragged_panels_with_gaps(method, first, second):
    panel = panel_of({"a": first, "b": second})
    step = Scaler(method).fit(panel)
    back = step.undo(step.apply(panel))
    assert np.allclose(back.values, panel.values, rtol=1e-9, atol=1e-6, equal_nan=True)
    forecast = np.stack([first[:3], second[:3]])[:, :, None]
    scaled = (forecast - step.location_[:, None]) / step.scale_[:, None]
    again = step.undo_forecast(scaled, panel)
    assert np.allclose(again, forecast, rtol=1e-9, atol=1e-6, equal_nan=True)


@every_scaler
def test_a_column_that_does_not_vary_stays_finite(method):
    panel = panel_of({"flat": np.full(9, 0.0), "empty": np.full(9, np.nan)})
    assert np.isfinite(Scaler(method).fit(panel).apply(panel).series("flat")).all()


@every_scaler
def test_the_future_of_a_fold_teaches_a_scaler_nothing(method):
    values = np.arange(60.0) ** 1.5
    changed = np.where(np.arange(60) >= 40, 1e6, values)
    learned = [Scaler(method).fit(panel_of(v).window(0, 40)).learned() for v in (values, changed)]
    assert learned[0] == learned[1]


def test_series_are_found_by_name_not_by_place():
    step = Scaler("mean_abs").fit(panel_of({"a": [1.0, 1.0], "b": [10.0, 10.0]}))
    assert step.apply(panel_of({"b": [20.0]})).values[0, 0] == 2.0
    with pytest.raises(SettingsError, match="Series c was not among"):
        step.apply(panel_of({"c": [20.0]}))


def test_a_step_says_when_it_was_not_fitted_and_which_methods_there_are():
    with pytest.raises(NotFittedError, match="Fit the preprocessing step"):
        Scaler().apply(panel_of([1.0]))
    with pytest.raises(SettingsError, match="no preprocessing method magic; there are standard"):
        Scaler("magic")


def test_powers_are_those_of_the_formula():
    values = np.array([1.0, 4.0, 9.0])
    assert box_cox(values, 0.5) == pytest.approx([0.0, 2.0, 4.0])  # (sqrt(y) - 1) / 0.5
    assert box_cox(values, 0.0) == pytest.approx(np.log(values))
    assert box_cox(values, -1.0) == pytest.approx(1 - 1 / values)
    assert box_cox(values, 1e-4) == pytest.approx(np.log(values), abs=1e-3)


@settings(deadline=None)
@given(
    arrays(np.float64, st.integers(3, 30), elements=st.floats(-50, 1e3).map(lambda x: round(x, 2))),
    st.sampled_from((-1.0, -0.3, 0.0, 0.5, 1.0, 2.0)),
)
def test_a_power_comes_back_also_below_zero(values, power):
    panel = panel_of(values)
    step = BoxCox(power=power).fit(panel)
    back = step.undo(step.apply(panel)).values
    assert np.allclose(back, panel.values, rtol=1e-6, atol=1e-5 * (1 + np.ptp(values)))


def test_likelihood_finds_the_logarithm_of_lognormal_values():
    random = np.random.default_rng(0)
    step = BoxCox().fit(panel_of(np.exp(random.normal(size=3000))))
    assert abs(step.power_[0, 0]) < 0.1


def test_likelihood_agrees_with_scipy():
    column = np.random.default_rng(3).gamma(2.0, size=400)
    assert BoxCox().fit(panel_of(column)).power_[0, 0] == pytest.approx(
        boxcox_normmax(column, method="mle"), abs=1e-3
    )


def test_guerrero_makes_the_spread_alike_at_every_level():
    # Seasons (1, 3) and (10, 30): spread over mean is the same, so the logarithm is right.
    column = np.array([1.0, 3.0, 10.0, 30.0])
    assert guerrero_variation(column, 0.0, 2) == pytest.approx(0.0)
    assert guerrero_variation(column, 1.0, 2) > 0.5
    growing = np.exp(np.arange(240) / 60) * np.tile([1.0, 2.0, 1.5, 0.8], 60)
    step = BoxCox("guerrero", season_length=4).fit(panel_of(growing))
    assert abs(step.power_[0, 0]) < 0.1


def test_the_mean_of_a_forecast_lies_above_its_median():
    # Log-normal: median exp(1); the second-order mean is exp(1) (1 + 0.5 / 2).
    step = BoxCox(power=0.0).fit(panel_of([1.0, 2.0, 3.0]))
    values, variance = np.ones((1, 1, 1)), np.full((1, 1, 1), 0.5)
    past = panel_of([1.0])
    assert step.undo_forecast(values, past)[0, 0, 0] == pytest.approx(np.e)
    assert step.undo_forecast(values, past, variance)[0, 0, 0] == pytest.approx(np.e * 1.25)


def test_a_forecast_outside_the_range_of_the_transform_stays_a_number():
    assert np.isfinite(inverse(np.array([-5.0, 5.0]), 0.5)).all()
    assert np.isfinite(inverse(np.array([-5.0, 5.0]), -1.0)).all()
    assert np.isfinite(inverse(np.array([-1e9, 1e9]), 0.0)).all()
    assert inverse(np.array([-5.0]), 0.5)[0] == pytest.approx(0.0, abs=1e-12)


def test_constant_and_short_columns_are_left_as_they_are():
    panel = panel_of({"flat": np.full(20, 5.0), "short": [1.0, 2.0], "empty": [np.nan] * 3})
    assert BoxCox().fit(panel).power_[:, 0].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("step", [Scaler("robust"), BoxCox()])
def test_what_was_learned_survives_as_json(step):
    panel = panel_of({"a": np.arange(1.0, 20.0) ** 2, "b": [np.nan] * 4})
    step.fit(panel)
    again = type(step)(**step.settings())
    again.restore(json.loads(json.dumps(step.learned(), allow_nan=False)))
    assert np.array_equal(again.apply(panel).values, step.apply(panel).values, equal_nan=True)
