"""What covariates do to a forecast: known effects come back, useless ones stay small."""

import numpy as np
import pandas as pd
import pytest

from forecasting.engine.covariates import Past
from forecasting.engine.explaining.covariate_effects import covariate_effects
from forecasting.engine.explaining.covariate_words import sentences
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal

ROWS, AHEAD = 900, 12


def priced(effect=3.0):
    """y = season + effect * price; the noise moves nothing."""
    random = np.random.default_rng(5)
    price, noise = 10 + random.normal(size=ROWS + AHEAD), random.normal(size=ROWS + AHEAD)
    table = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=ROWS + AHEAD, freq="h")})
    y = seasonal(ROWS + AHEAD, noise=0.3) + effect * price
    table["y"] = np.where(np.arange(ROWS + AHEAD) < ROWS, y, np.nan)
    table["price"], table["noise"] = price, noise
    return Panel.from_wide(table, "ds", ["y"], known=["price", "noise"])


@pytest.fixture(scope="module")
def stacked():
    panel = priced()
    return panel, create("linear_stack", preset="fast").fit(panel, horizon=AHEAD)


def test_the_effect_of_a_price_comes_back(stacked):
    panel, model = stacked
    found = covariate_effects(model, panel)
    assert found.names == ("price", "noise")
    price = panel.known.at(0)[:, 0]
    assert found.usual[0, 0] == pytest.approx(price[:ROWS].mean())
    assert found.learned[0] == pytest.approx([3, 0], abs=0.1)
    assert found.per_unit[0] == pytest.approx([3, 0], abs=0.25)
    # Against a price that never changes only its way over the mean of the past is left.
    wanted = 3 * (price[ROWS:] - price[:ROWS].mean())
    assert found.moved[0, 0] == pytest.approx(wanted, abs=0.9)
    assert np.corrcoef(found.moved[0, 0], wanted)[0, 1] > 0.98
    assert np.abs(found.moved[0, 1]).max() < 0.15


def test_effects_of_a_linear_model_add_up(stacked):
    panel, model = stacked
    found = covariate_effects(model, panel)
    assert found.moved.sum(axis=1) == pytest.approx(found.together, abs=1e-4)


def test_the_sentences_carry_the_numbers(stacked):
    panel, model = stacked
    said = [str(s) for s in sentences(covariate_effects(model, panel))]
    assert said[0].startswith("price moves this forecast by")
    assert "compared with its usual value of 9.99" in said[0]
    assert said[1].startswith("One unit more of price makes the forecast higher by")
    down = priced(effect=-3.0)
    model = create("linear_stack", preset="fast").fit(down, horizon=AHEAD)
    said = [str(s) for s in sentences(covariate_effects(model, down))]
    assert said[1].startswith("One unit more of price makes the forecast lower by")


def test_trees_show_the_price_too():
    panel = priced()
    model = create("lightgbm", rounds=60).fit(panel, horizon=AHEAD)
    found = covariate_effects(model, panel)
    assert np.isnan(found.learned).all()
    assert found.per_unit[0, 0] == pytest.approx(3, rel=0.4)
    assert np.abs(found.moved[0, 0]).max() > 4 * np.abs(found.moved[0, 1]).max()


def test_a_past_covariate_is_set_to_its_mean_as_well():
    random = np.random.default_rng(2)
    sensor = random.normal(size=800).cumsum() * 0.2
    y = np.r_[0.0, sensor[:-1]] * 4 + 0.2 * random.normal(size=800)
    plain = Panel.from_arrays({"y": y}, "2024-01-01", "h")
    sensor[5] = np.nan
    panel = Panel(*(getattr(plain, n) for n in ("ids", "channels", "frequency", "starts")),
                  plain.values, plain.indptr, past=Past(("sensor",), sensor[:, None]))  # fmt: skip
    model = create("lightgbm", rounds=60, anchor="mean").fit(panel, horizon=1)
    found = covariate_effects(model, panel)
    assert found.kinds == ("past",)
    assert found.usual[0, 0] == pytest.approx(np.nanmean(sensor))
    assert np.abs(found.moved).max() > 0


def test_a_model_without_covariates_has_no_effects(single):
    assert covariate_effects(create("naive").fit(single, horizon=3)) is None
    assert covariate_effects(create("naive").fit(priced(), horizon=3)) is None
