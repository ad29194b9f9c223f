"""The instant model takes the effect of known covariates off and puts it back."""

import dataclasses

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.covariates import Known
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal
from tests.forecasting.engine.test_covariates_statistical import effect, raised


def driven(rows=300, ahead=24, weight=4.0, gaps=False):
    x = np.random.default_rng(3).normal(size=(rows + ahead, 1))
    y = seasonal(rows) + weight * x[:rows, 0]
    if gaps:
        y[::17] = np.nan
    panel = Panel.from_arrays({"a": y}, "2024-01-01", "h")
    return dataclasses.replace(panel, known=Known(("price",), x, np.array([0, rows + ahead])))


@pytest.mark.parametrize("gaps", [False, True])
def test_a_price_moves_its_step_by_its_weight(gaps):
    panel = driven(gaps=gaps)
    model = create("linear").fit(panel, horizon=4)
    assert effect(model, panel) == pytest.approx([0, 4, 0, 0], abs=0.6 if gaps else 0.05)


def test_the_error_is_that_of_the_series_without_the_price():
    panel = driven()
    plain = backtest(create("linear"), dataclasses.replace(panel, known=None), horizon=12)
    told = backtest(create("linear"), panel, horizon=12, levels=(80,))
    # The noise of the series is normal with spread 0.1, that of the price 4.
    assert told.metrics["mae"] < 0.05 * plain.metrics["mae"]
    assert told.metrics["coverage"][80] > 0.6
    assert told.metrics["width"][80] < 1


def test_a_covariate_that_explains_nothing_is_left_alone():
    panel = driven(weight=0.0)
    model = create("linear").fit(panel, horizon=4)
    blind = create("linear").fit(dataclasses.replace(panel, known=None), horizon=4)
    assert model.effects_ is None
    assert np.array_equal(model.predict(raised(panel)).mean, blind.predict().mean)


def test_few_rows_learn_no_weights():
    assert create("linear").fit(driven(rows=14), horizon=2).effects_ is None


def test_saving_keeps_the_effect(tmp_path):
    panel = driven()
    model = create("linear").fit(panel, horizon=4)
    loaded = artifacts.load(artifacts.save(model, tmp_path / "m"))
    assert np.array_equal(loaded.predict(panel).upper[80], model.predict(panel).upper[80])
    assert np.array_equal(loaded.predict().mean, model.predict(panel).mean)


def test_missing_covariates_are_asked_for():
    panel = driven()
    model = create("linear").fit(panel, horizon=24)
    with pytest.raises(SettingsError, match="covariates price; give them too"):
        model.predict(dataclasses.replace(panel, known=None))
    known = Known(("price",), panel.known.values[:-4], np.array([0, 320]))
    with pytest.raises(TooShortError, match="known for 20 steps"):
        model.predict(dataclasses.replace(panel, known=known))


def test_new_rows_are_judged_by_what_the_price_leaves():
    panel = driven()
    model = create("linear").fit(panel.window(0, 200), horizon=4).update(panel)
    assert model.intervals_.shift.any()
    assert (
        np.abs(model.predict().mean - create("linear").fit(panel, horizon=4).predict().mean).max()
        < 1
    )
