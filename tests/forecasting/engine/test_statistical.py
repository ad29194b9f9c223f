"""The statistical models behind the contract: fallbacks, updates, intervals, time."""

import numpy as np
import pytest
from statsforecast import models

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import EngineError, SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.statistical.estimates import chunk, estimate_seconds
from forecasting.engine.statistical.exponential import ETS
from forecasting.engine.statistical.recipes import RECIPE
from forecasting.engine.statistical.seasons import Seasons
from forecasting.engine.statistical.settings import StatisticalSettings
from tests.forecasting.engine.series import seasonal


def monthly(rows=96, seed=0, **series):
    table = {"s": seasonal(rows, season=12, seed=seed, noise=0.5)} | series
    return Panel.from_arrays(table, "2015-01-01", "MS")


DIRECT = {
    "auto_ets": lambda m: m.AutoETS(season_length=12),
    "auto_arima": lambda m: m.AutoARIMA(season_length=1, approximation=None),
    "auto_theta": lambda m: m.AutoTheta(season_length=12),
    "dynamic_optimized_theta": lambda m: m.DynamicOptimizedTheta(season_length=12),
    "auto_ces": lambda m: m.AutoCES(season_length=1),
    "mstl": lambda m: m.MSTL(
        season_length=[12], stl_kwargs={"seasonal_jump": 2, "trend_jump": 2, "low_pass_jump": 2}
    ),
    "mfles": lambda m: m.MFLES(season_length=[12]),
    "tbats": lambda m: m.AutoTBATS(
        [12], use_boxcox=False, use_trend=False, use_damped_trend=False, use_arma_errors=False
    ),
    "croston_classic": lambda m: m.CrostonClassic(),
    "croston_optimized": lambda m: m.CrostonOptimized(),
    "croston_sba": lambda m: m.CrostonSBA(),
    "adida": lambda m: m.ADIDA(),
    "imapa": lambda m: m.IMAPA(),
    "tsb": lambda m: m.TSB(alpha_d=0.2, alpha_p=0.2),
}
# The search for a seasonal CES may choose an unstable one, see complex_smoothing.py.
SHORTER = {
    "auto_arima": {"season_length": 1},
    "auto_ces": {"season_length": 1},
    "tbats": {"box_cox": False, "trend": False, "arma_errors": False},
}


@pytest.mark.parametrize("name", DIRECT)
def test_the_forecast_is_the_one_of_statsforecast(name):
    panel = monthly(rows=90)
    ours = create(name, **SHORTER.get(name, {})).fit(panel, horizon=6).predict(levels=()).mean
    theirs = DIRECT[name](models).forecast(y=panel.at(0)[:, 0], h=6)["mean"]
    assert np.allclose(ours[0, :, 0], theirs, rtol=1e-9)


def test_every_recipe_is_compared():
    assert set(DIRECT) == set(RECIPE)


def test_a_constant_series_stays_where_it_is():
    panel = Panel.from_arrays(np.full(60, 7.0), frequency="MS")
    forecast = create("auto_ets").fit(panel, horizon=3).predict()
    assert forecast.mean[0, :, 0].tolist() == [7.0, 7.0, 7.0]
    assert np.allclose(forecast.upper[95], 7.0)


def test_a_season_of_more_than_24_steps_is_taken_off_first():
    panel = Panel.from_arrays(seasonal(200, season=48), frequency="30min")
    model = create("auto_ets").fit(panel, horizon=48)
    assert all(name.startswith("STL(48) + ETS(") for name in model.report_["structures"])
    truth = 10 + 3 * np.sin(2 * np.pi * np.arange(200, 248) / 48)
    assert np.abs(model.predict().mean[0, :, 0] - truth).mean() < 0.2


def test_seasons_need_two_full_rounds():
    hourly = Panel.from_arrays(np.zeros(2), frequency="h").frequency

    def of(name, rows, season=0):
        return Seasons.of(RECIPE[name], StatisticalSettings(season), hourly, rows)

    assert of("auto_ets", 400) == Seasons(own=(24,), usual=24)
    assert of("auto_ets", 48) == Seasons(usual=24)
    assert of("mstl", 400) == Seasons(adjusted=(24, 168), usual=24)
    assert of("tbats", 300) == Seasons(own=(24,), usual=24)
    assert of("auto_ets", 400, 100) == Seasons(adjusted=(100,), usual=100)
    assert of("auto_ets", 400, 1) == Seasons(usual=1)
    assert of("tsb", 400) == Seasons(usual=24)


def test_a_series_that_cannot_be_fitted_repeats_its_season_and_is_named():
    # ETS refuses fewer than seven rows.
    panel = monthly(tiny=np.array([1.0, 5.0, 2.0, 4.0]))
    model = create("auto_ets").fit(panel, horizon=6)
    assert model.report_["fallbacks"] == ["tiny"]
    forecast = model.predict()
    assert forecast.mean[1, :, 0].tolist() == [1.0, 5.0, 2.0, 4.0, 1.0, 5.0]
    assert any("could not be fitted" in note for note in forecast.notes)
    assert not any("fitted" in note for note in model.predict(panel.select(["s"])).notes)


def test_a_forecast_that_explodes_is_a_failure(monkeypatch):
    def explode(self, learned, y, horizon):
        ahead = forward(self, learned, y, horizon)
        return type(ahead)(ahead.mean * 1e6, ahead.spread)

    forward = ETS.forward
    monkeypatch.setattr(ETS, "forward", explode)
    model = create("auto_ets").fit(monthly(), horizon=3)
    assert model.report_["fallbacks"] == ["s"]
    assert np.array_equal(model.predict().mean[0], monthly().at(0)[-12:-9])


def test_a_failure_on_new_rows_stands_in_the_notes(monkeypatch):
    model = create("auto_ets", season_length=1).fit(monthly(), horizon=3)
    assert model.predict().notes == ()
    monkeypatch.setattr(ETS, "forward", lambda *_: 1 / 0)
    forecast = model.predict()
    assert np.array_equal(forecast.mean[0], np.repeat(monthly().at(0)[-1:], 3, axis=0))
    assert any("could not be fitted" in note for note in forecast.notes)


UPDATED = ["auto_arima", "auto_ets", "auto_theta", "auto_ces", "mstl", "mfles", "tsb"]


@pytest.mark.parametrize("name", UPDATED)
def test_new_rows_move_the_forecast_without_a_new_search(name, monkeypatch):
    walk = 50 + np.cumsum(np.random.default_rng(0).normal(size=96))
    panel = Panel.from_arrays(np.concatenate([walk, walk[-1] + np.full(6, 20.0)]), frequency="MS")
    model = create(name, season_length=1).fit(panel.drop_last(6), horizon=3)
    before, numbers = model.predict(), [m.numbers.copy() for m in model.filter_.models]
    monkeypatch.setattr(type(model.filter_.local.adapter), "fit", lambda *_, **__: 1 / 0)
    model.update(panel.tail(6))
    assert np.array_equal(model.predict().times, panel.future_times(3))
    assert (model.predict().mean > before.mean + 2).all()
    assert np.allclose(model.predict().mean, model.predict(panel).mean)
    after = [m.numbers for m in model.filter_.models]
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(numbers, after, strict=True))


def test_a_long_stream_keeps_state_and_memory_bounded(tmp_path):
    values = seasonal(700, season=12, seed=1, noise=0.5)
    whole = Panel.from_arrays(values, "1960-01-01", "MS")
    model = create("auto_ets", max_rows=100).fit(whole.drop_last(500), horizon=4)
    still = create("auto_ets", max_rows=100).fit(whole.drop_last(500), horizon=4)
    for end in range(450, -1, -50):
        model.update(whole.drop_last(end).tail(50))
    assert model.context_.lengths[0] == 336 + 4
    assert np.allclose(model.predict().mean, model.predict(whole).mean, rtol=1e-10)
    # The state goes on where the filter over every row since the fit would be.
    assert np.allclose(model.predict().mean, still.predict(whole).mean, rtol=1e-6)
    loaded = artifacts.load(artifacts.save(model, tmp_path / "m"))
    assert np.array_equal(loaded.predict().mean, model.predict().mean)


def test_other_rows_of_a_known_series_take_its_parameters(monkeypatch):
    values = seasonal(300, season=12, seed=4)
    panel = Panel.from_arrays(values, "1990-01-01", "MS")
    model = create("auto_ets", max_rows=100).fit(panel.drop_last(12), horizon=12)
    monkeypatch.setattr(ETS, "fit", lambda *_, **__: 1 / 0)
    earlier = model.predict(panel.window(0, 150)).mean[0, :, 0]
    later = model.predict(panel.window(-40, -12)).mean[0, :, 0]
    assert np.abs(earlier - values[150:162]).max() < 0.6
    assert np.abs(later - values[-12:]).max() < 0.6


def test_an_unknown_series_is_fitted_on_the_spot():
    model = create("auto_ets").fit(monthly(), horizon=6)
    other = Panel.from_arrays({"new": 50 + seasonal(90, season=12, seed=7)}, "2015-01-01", "MS")
    alone = create("auto_ets").fit(other, horizon=6).predict()
    assert np.allclose(model.predict(other).mean, alone.mean)


def test_only_the_newest_rows_are_fitted():
    values = seasonal(300, season=12)
    changed = np.where(np.arange(300) < 180, 1e3, values)
    forecasts = [
        create("auto_ets", max_rows=100)
        .fit(Panel.from_arrays(rows, frequency="MS"), horizon=5)
        .predict(levels=())
        .mean
        for rows in (values, changed)
    ]
    assert np.array_equal(*forecasts)


def test_gaps_are_closed_before_the_fit():
    values = seasonal(60, season=12)
    holes = np.where(np.arange(60) % 7 == 3, np.nan, values)
    seen = np.flatnonzero(~np.isnan(holes))
    closed = np.interp(np.arange(60), seen, values[seen])
    means = [
        create("auto_ets").fit(Panel.from_arrays(v, frequency="MS"), horizon=3).predict().mean
        for v in (holes, closed)
    ]
    assert np.array_equal(*means)


def test_the_own_spread_shapes_the_band():
    # The spread of a random walk grows with the root of the step: after 9 steps it is 3 times
    # the one of the first.
    values = np.cumsum(np.random.default_rng(3).normal(size=400))
    panel = Panel.from_arrays(values, frequency="D")
    model = create("auto_arima", season_length=1).fit(panel, horizon=9)
    forecast = model.predict()
    width = (forecast.upper[80] - forecast.mean)[0, :, 0]
    assert 2 < width[8] / width[0] < 4.5
    assert 0.6 < width[0] < 2.2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["auto_ets", "auto_theta", "auto_ces", "croston_optimized"])
def test_four_fifths_of_the_outcomes_lie_inside_the_band_of_80(name):
    random = np.random.default_rng(5)
    table = {f"s{i}": 50 + np.cumsum(random.normal(size=160)) for i in range(60)}
    panel = Panel.from_arrays(table, frequency="D")
    result = backtest(create(name, season_length=1), panel, horizon=6, windows=3)
    assert 72 < result.metrics["coverage"][80] < 90


def test_the_estimate_grows_with_rows_and_series():
    few, many = monthly(rows=60), monthly(rows=120)
    assert estimate_seconds("auto_ets", few, 6) < estimate_seconds("auto_ets", many, 6)
    two = monthly(rows=60, t=np.arange(60.0))
    assert estimate_seconds("mstl", two, 6) == pytest.approx(
        2 * estimate_seconds("mstl", few, 6), rel=1e-9
    )
    capped = StatisticalSettings(max_rows=50, processes=2)
    assert estimate_seconds("auto_ets", many, 6, capped) < estimate_seconds("auto_ets", many, 6) / 2


def test_a_fit_that_cannot_end_in_time_is_refused_before_it_starts():
    panel = Panel.from_arrays({f"s{i}": np.arange(500.0) for i in range(500)}, frequency="h")
    with pytest.raises(EngineError, match=r"auto_arima needs about \d+ seconds for 500 series"):
        create("auto_arima").fit(panel, horizon=24, budget=TimeBudget(60.0))


def test_a_fit_that_fits_its_budget_runs():
    model = create("croston_classic").fit(monthly(), horizon=3, budget=TimeBudget(60.0))
    assert model.report_["estimate_seconds"] < 1


def test_pieces_of_work_take_about_a_second():
    # 100 series in 50 seconds are two a second; many fast ones are taken in moderate pieces.
    assert chunk(50.0, 100) == 2
    assert chunk(500.0, 100) == 1
    assert chunk(0.001, 10_000) == 256


@pytest.mark.parametrize("settings", [{"season_length": -1}, {"max_rows": 1}, {"processes": 0}])
def test_settings_are_checked(settings):
    with pytest.raises(SettingsError):
        create("auto_ets", **settings)


@pytest.mark.parametrize("alpha", [0.0, 1.5])
def test_smoothing_weights_lie_between_0_and_1(alpha):
    with pytest.raises(SettingsError, match="between 0 and 1"):
        create("tsb", alpha_d=alpha)


@pytest.mark.slow
def test_two_processes_give_the_numbers_of_one():
    panel = monthly(t=seasonal(96, season=12, seed=9), u=np.arange(96.0))
    one = create("auto_ets").fit(panel, horizon=4)
    two = create("auto_ets", processes=2).fit(panel, horizon=4)
    assert np.array_equal(one.predict().upper[80], two.predict().upper[80])
