"""A model of all levels: fitted, updated, backtested and saved like any other."""

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.comparison import compare
from forecasting.engine.errors import SettingsError
from forecasting.engine.hierarchy.reconciled import EACH_ALONE, Reconciled
from forecasting.engine.hierarchy.settings import METHODS
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal

TREE = Hierarchy.from_children({"all": ["x", "c"], "x": ["a", "b"]})


def bottom(rows=160, noise=0.5):
    return {
        name: seasonal(rows, noise=noise, seed=seed, level=level)
        for name, seed, level in (("a", 1, 5), ("b", 2, 10), ("c", 3, 20))
    }


def panel(rows=160):
    return TREE.aggregate(Panel.from_arrays(bottom(rows), "2024-01-01", "h"))


def gaps(forecast):
    order = [forecast.ids.index(name) for name in TREE.names]
    return TREE.gap(forecast.mean[order])


@pytest.mark.parametrize("method", METHODS)
def test_forecasts_of_every_method_add_up(method):
    model = Reconciled(hierarchy=TREE, method=method, level="level 2", samples=20, windows=6)
    forecast = model.fit(panel(), horizon=5).predict()
    assert gaps(forecast) < 1e-9
    assert (forecast.lower[95] <= forecast.lower[80]).all()
    assert model.report_["method"] == method
    assert model.report_["windows"] == 6


def test_a_saved_model_forecasts_the_same_in_any_order(tmp_path):
    model = Reconciled(hierarchy=TREE, method="mint_shrink", samples=50, windows=6, model="drift")
    model.fit(panel(), horizon=5)
    loaded = artifacts.load(artifacts.save(model, tmp_path / "m"))
    first, second = model.predict(), loaded.predict()
    assert np.array_equal(first.mean, second.mean)
    assert np.array_equal(first.upper[80], second.upper[80])
    turned = loaded.predict(panel().select(TREE.names[::-1]))
    assert np.allclose(turned.mean[::-1], first.mean)


def test_shares_of_the_past_are_learned_and_saved(tmp_path):
    model = Reconciled(hierarchy=TREE, method="top_down", samples=20, windows=4)
    model.fit(panel(), horizon=3)
    loaded = artifacts.load(artifacts.save(model, tmp_path / "m"))
    assert np.array_equal(loaded.shares_, model.shares_)
    assert np.array_equal(loaded.predict().mean, model.predict().mean)
    assert gaps(loaded.predict()) < 1e-9


def test_an_update_moves_all_levels_on():
    model = Reconciled(hierarchy=TREE, samples=20, windows=4).fit(panel(150), horizon=4)
    model.update(panel(160).window(140, None))
    direct = model.predict(panel(160))
    assert np.allclose(model.predict().mean, direct.mean)
    assert gaps(direct) < 1e-9


def test_a_comparison_shows_what_reconciling_changed():
    trees = {"rounds": 10}
    models = {
        "alone": create("lightgbm", **trees),
        "together": Reconciled(
            hierarchy=TREE, model="lightgbm", model_settings=trees, samples=20, windows=4
        ),
    }
    found = compare(models, panel(300), horizon=6, windows=3)
    means = found.results["together"].mean
    assert TREE.gap(means.transpose(1, 0, 2, 3)) < 1e-9
    assert TREE.gap(found.results["alone"].mean.transpose(1, 0, 2, 3)) > 1e-6
    assert set(found.results["together"].metrics["per_series"]) == set(TREE.names)


def test_a_short_history_falls_back_and_says_so():
    model = Reconciled(hierarchy=TREE, model="naive").fit(panel(11), horizon=3)
    assert model.report_["method"] == "wls_struct"
    forecast = model.predict()
    assert gaps(forecast) < 1e-9
    assert EACH_ALONE in forecast.notes
    assert (forecast.upper[80] >= forecast.mean).all()


def test_a_panel_of_other_series_is_refused():
    with pytest.raises(SettingsError, match="Aggregate the data with this hierarchy first"):
        Reconciled(hierarchy=TREE).fit(Panel.from_arrays(bottom()), horizon=3)
    with pytest.raises(SettingsError, match="reconciled once"):
        Reconciled(hierarchy=TREE, model="reconciled")


def test_rules_that_add_up_by_themselves_are_left_alone():
    model = Reconciled(hierarchy=TREE, model="seasonal_naive", samples=2, windows=10)
    own = backtest(create("seasonal_naive"), panel(400), horizon=12, windows=4)
    found = backtest(model, panel(400), horizon=12, windows=4)
    # A sum repeats its season when its parts do.
    assert np.allclose(found.mean, own.mean)
