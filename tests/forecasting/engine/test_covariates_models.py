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
PAIR = PANEL.select(["s0", "s1"])


def with_price(panel, change, first):
    """The price changed from row ``first`` on."""
    length = ROWS + 12
    values = panel.known.values.copy().reshape(len(panel), length)
    values[:, first:] += change
    known = Known(panel.known.names, values.reshape(-1, 1), panel.known.indptr)
    return dataclasses.replace(panel, known=known)


def with_wind(panel, change, first):
    values = panel.past.values.copy().reshape(len(panel), ROWS)
    values[:, first:] += change
    return dataclasses.replace(panel, past=Past(panel.past.names, values.reshape(-1, 1)))


def with_regions_swapped(panel):
    static = Static(panel.static.names, panel.static.values[:, ::-1].copy())
    return dataclasses.replace(panel, static=static)


@pytest.fixture(scope="module")
def moves():
    """Whether a change of the rows given changes a forecast; every model is fitted once."""
    models = {}

    def of(name, change, *how):
        panel = PANEL if capabilities(name).uses_static else PAIR
        if name not in models:
            models[name] = make(name).fit(panel, horizon=HORIZON)
        plain, after = (models[name].predict(p).mean for p in (panel, change(panel, *how)))
        return not np.array_equal(plain, after)

    return of


@every_model
def test_a_known_covariate_matters_where_that_is_declared(name, moves):
    assert moves(name, with_price, 1.5, ROWS) == capabilities(name).uses_known_future


@every_model
def test_a_past_covariate_matters_where_that_is_declared(name, moves):
    assert moves(name, with_wind, 2.0, ROWS - 6) == capabilities(name).uses_past


@every_model
def test_a_static_covariate_matters_where_that_is_declared(name, moves):
    assert moves(name, with_regions_swapped) == capabilities(name).uses_static


@every_user
def test_known_covariates_are_read_up_to_the_horizon_only(name, moves):
    assert not moves(name, with_price, 1e4, ROWS + HORIZON)


@every_user
def test_covariates_after_a_window_change_nothing_in_it(name):
    later = with_wind(with_price(PAIR, 1e4, ROWS - HORIZON), 1e4, ROWS - 2 * HORIZON)
    plain, after = (backtest(make(name), p, horizon=HORIZON, windows=2) for p in (PAIR, later))
    assert np.array_equal(plain.mean[0], after.mean[0])
    assert np.array_equal(plain.upper[80][0], after.upper[80][0])
