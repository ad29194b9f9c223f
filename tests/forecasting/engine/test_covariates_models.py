"""Covariates reach the models that declare them, never from the future, and no other model."""

import dataclasses

import numpy as np
import pytest

from forecasting.engine.backtest import backtest
from forecasting.engine.covariates import Known, Past, Static
from forecasting.engine.panel import Panel
from forecasting.engine.registry import BUILT_IN, create, model_type
from tests.forecasting.engine.test_contract import QUICK

HORIZON, ROWS, SERIES = 4, 96, 8
# More ways through the same model than its usual settings take.
VARIANTS = {
    "lightgbm-recursive": {"strategy": "recursive"},
    "lightgbm-quantile": {"objective": "quantile"},
}
NAMES = sorted([*BUILT_IN, *VARIANTS])


def capabilities(name):
    return model_type(name.partition("-")[0]).capabilities


def uses_any(name):
    able = capabilities(name)
    return able.uses_known_future or able.uses_past or able.uses_static


every_model = pytest.mark.parametrize("name", NAMES)
every_user = pytest.mark.parametrize("name", [name for name in NAMES if uses_any(name)])


def make(name):
    kind = name.partition("-")[0]
    return create(kind, **QUICK.get(kind, {}) | VARIANTS.get(name, {}))


def driven(seed=0, ahead=12):
    """Daily series that follow the price up or down by region, and the wind of five days ago."""
    random = np.random.default_rng(seed)
    north = np.arange(SERIES) % 2 == 0
    sign = np.where(north, 1.0, -1.0)[:, None]
    price = random.normal(size=(SERIES, ROWS + ahead))
    wind = random.normal(size=(SERIES, ROWS))
    noise = 0.05 * random.normal(size=(SERIES, ROWS))
    y = 20 + 2 * sign * price[:, :ROWS] + 2 * np.roll(wind, 5, axis=1) + noise
    panel = Panel.from_arrays({f"s{i}": row for i, row in enumerate(y)}, "2024-01-01", "D")
    return dataclasses.replace(
        panel,
        known=Known(("price",), price.reshape(-1, 1), (ROWS + ahead) * np.arange(SERIES + 1)),
        past=Past(("wind",), wind.reshape(-1, 1)),
        static=Static(("region=north", "region=south"), np.stack([north, ~north], 1).astype(float)),
    )


PANEL = driven()


def with_price(panel, change, first):
    """The price changed from row ``first`` on."""
    length = ROWS + 12
    values = panel.known.values.copy().reshape(SERIES, length)
    values[:, first:] += change
    known = Known(panel.known.names, values.reshape(-1, 1), panel.known.indptr)
    return dataclasses.replace(panel, known=known)


def with_wind(panel, change, first):
    values = panel.past.values.copy().reshape(SERIES, ROWS)
    values[:, first:] += change
    return dataclasses.replace(panel, past=Past(panel.past.names, values.reshape(-1, 1)))


def with_regions_swapped(panel):
    static = Static(panel.static.names, panel.static.values[:, ::-1].copy())
    return dataclasses.replace(panel, static=static)


@pytest.fixture(scope="module")
def fitted():
    """Every model is fitted once on the same panel."""
    models = {}

    def of(name):
        if name not in models:
            models[name] = make(name).fit(PANEL, horizon=HORIZON)
        return models[name]

    return of


def moved(model, changed):
    return not np.array_equal(model.predict(PANEL).mean, model.predict(changed).mean)


@every_model
def test_a_known_covariate_matters_where_that_is_declared(name, fitted):
    changed = with_price(PANEL, 1.5, ROWS)
    assert moved(fitted(name), changed) == capabilities(name).uses_known_future


@every_model
def test_a_past_covariate_matters_where_that_is_declared(name, fitted):
    changed = with_wind(PANEL, 2.0, ROWS - 6)
    assert moved(fitted(name), changed) == capabilities(name).uses_past


@every_model
def test_a_static_covariate_matters_where_that_is_declared(name, fitted):
    changed = with_regions_swapped(PANEL)
    assert moved(fitted(name), changed) == capabilities(name).uses_static


@every_user
def test_known_covariates_are_read_up_to_the_horizon_only(name, fitted):
    assert not moved(fitted(name), with_price(PANEL, 1e4, ROWS + HORIZON))


@every_user
def test_past_covariates_after_the_cutoff_change_nothing_before_it(name):
    plain, after = (
        backtest(make(name), panel, horizon=HORIZON, windows=2)
        for panel in (PANEL, with_wind(PANEL, 1e4, ROWS - 2 * HORIZON))
    )
    assert np.array_equal(plain.mean[0], after.mean[0])
    assert np.array_equal(plain.upper[80][0], after.upper[80][0])
    newest = backtest(make(name), with_wind(PANEL, 1e4, ROWS - HORIZON), horizon=HORIZON, windows=2)
    assert np.array_equal(plain.mean, newest.mean)


@every_user
def test_known_covariates_after_the_window_change_nothing_in_it(name):
    plain, after = (
        backtest(make(name), panel, horizon=HORIZON, windows=2)
        for panel in (PANEL, with_price(PANEL, 1e4, ROWS - HORIZON))
    )
    assert np.array_equal(plain.mean[0], after.mean[0])
    assert np.array_equal(plain.upper[80][0], after.upper[80][0])
