"""What boosted trees must do with covariates, seasons, noise and time."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.boosting.lightgbm_model import LightGBM
from forecasting.engine.boosting.xgboost_model import XGBoost
from forecasting.engine.budget import TimeBudget
from forecasting.engine.covariates import Known
from forecasting.engine.errors import Cancelled, SettingsError, TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal

both = pytest.mark.parametrize("model", [LightGBM, XGBoost])
QUICK = {"rounds": 40, "learning_rate": 0.15, "max_rows": 6_000}


def promoted(rows=500, ahead=24, seed=0):
    """Two daily series with trend, week and promotions that are known ``ahead`` days."""
    random = np.random.default_rng(seed)
    t = np.arange(rows)
    values, plans = {}, []
    for level in (20.0, 200.0):
        plan = (random.random(rows + ahead) < 0.3).astype(float)
        week = np.tile([0, 1, 3, 2, 0, -3, -3], rows // 7 + 1)[:rows]
        noise = 0.3 * random.normal(size=rows)
        values[f"shop {level:g}"] = level + 0.05 * t + week + 6 * plan[:rows] + noise
        plans.append(plan[:, None])
    panel = Panel.from_arrays(values, "2023-01-02", "D")
    bounds = np.array([0, rows + ahead, 2 * (rows + ahead)])
    return replace(panel, known=Known(("promo",), np.concatenate(plans), bounds))


def with_known(panel, values):
    return replace(panel, known=Known(panel.known.names, values, panel.known.indptr.copy()))


@pytest.fixture(scope="module")
def shops():
    return promoted()


@both
def test_trend_season_and_a_covariate_are_learned(model, shops):
    options = {"horizon": 14, "windows": 3}
    found = backtest(model(**QUICK), shops, **options)
    naive = backtest(create("seasonal_naive"), shops, **options)
    blind = backtest(model(**QUICK), replace(shops, known=None), **options)
    assert found.skill(naive) > 0.6
    assert found.skill(blind) > 0.4


@both
def test_a_covariate_after_the_cutoff_counts_and_a_value_after_it_does_not(model, shops):
    past = shops.drop_last(10)
    fitted = model(**QUICK).fit(past, horizon=7)
    plain = fitted.predict(past).mean
    plans = shops.known.values.copy()
    ends = shops.known.indptr[:-1] + past.lengths
    plans[ends] = 1 - plans[ends]
    turned = fitted.predict(with_known(past, plans)).mean
    first = np.abs(turned - plain)[:, 0, 0]
    assert (first > 3.0).all()
    assert np.array_equal(turned[:, 1:], plain[:, 1:])
    values = shops.values.copy()
    values[shops.indptr[1:] - 5] += 1e3
    changed = replace(shops, values=values).drop_last(10)
    assert np.array_equal(model(**QUICK).fit(changed, horizon=7).predict().mean, plain)


def test_covariates_must_reach_over_the_horizon_and_be_the_learned_ones(shops):
    fitted = LightGBM(**QUICK).fit(shops, horizon=20)
    short = with_known(shops, shops.known.values.copy())
    rows = [shops.known.at(s)[: shops.lengths[s] + 12] for s in range(2)]
    bounds = np.cumsum([0, *(len(r) for r in rows)])
    short = replace(shops, known=Known(("promo",), np.concatenate(rows), bounds))
    with pytest.raises(TooShortError, match=r"known for 12 steps .* of 20 steps"):
        fitted.predict(short)
    with pytest.raises(SettingsError, match="covariates promo; give them too"):
        fitted.predict(replace(shops, known=None))


@both
def test_direct_and_recursive_agree_in_shape_and_on_easy_data(model, hourly):
    found = {
        strategy: model(strategy=strategy, **QUICK).fit(hourly, horizon=12).predict()
        for strategy in ("direct", "recursive")
    }
    assert found["direct"].mean.shape == found["recursive"].mean.shape == (2, 12, 2)
    assert np.abs(found["direct"].mean - found["recursive"].mean).max() < 1.0


@both
@pytest.mark.parametrize("objective", ["mean", "quantile"])
def test_many_cutoffs_at_once_are_the_same_as_one_by_one(model, objective, hourly):
    fitted = model(objective=objective, **QUICK).fit(hourly.drop_last(20), horizon=6)
    ends = [0, 7, 19]
    together = fitted.predict_at(hourly, ends, levels=(80,))
    for end, found in zip(ends, together, strict=True):
        single = fitted.predict(hourly.drop_last(end), levels=(80,))
        assert np.allclose(found.mean, single.mean, rtol=1e-12)
        assert np.allclose(found.upper[80], single.upper[80], rtol=1e-9)


def restless(rows=3600, seed=0):
    """Noise whose spread is 1 at night and 5 at noon."""
    random = np.random.default_rng(seed)
    spread = 3 - 2 * np.cos(2 * np.pi * np.arange(rows) / 24)
    return 50 + spread * random.normal(size=rows)


@pytest.mark.parametrize("model", [LightGBM, pytest.param(XGBoost, marks=pytest.mark.slow)])
def test_quantiles_are_ordered_and_cover_at_every_hour(model):
    panel = Panel.from_arrays(restless(), "2024-01-01", "h")
    settings = {"rounds": 80, "learning_rate": 0.1, "max_rows": 60_000, "leaves": 7, "columns": 1.0}
    fitted = model(objective="quantile", **settings).fit(panel.window(0, 2400), horizon=24)
    ends = list(range(24, 1200, 24))
    levels = (50, 80, 95)
    inside = {level: [] for level in levels}
    for end, found in zip(ends, fitted.predict_at(panel, ends, levels), strict=True):
        actual = panel.values[3600 - end : 3624 - end]
        bounds = [found.lower[p][0] for p in reversed(levels)] + [found.mean[0]]
        bounds += [found.upper[p][0] for p in levels]
        assert (np.diff(np.stack(bounds), axis=0) >= 0).all()
        for level in levels:
            hit = (found.lower[level][0] <= actual) & (actual <= found.upper[level][0])
            inside[level].append(hit[:, 0])
    for level in levels:
        by_hour = np.array(inside[level])
        assert abs(by_hour.mean() - level / 100) < 0.05
        night, noon = by_hour[:, [22, 23, 0, 1, 2]], by_hour[:, 10:15]
        assert abs(night.mean() - noon.mean()) < 0.2
    width = found.upper[80][0, :, 0] - found.lower[80][0, :, 0]
    assert width[12] > 2 * width[0]


@both
def test_new_rows_move_the_forecast_and_the_intervals(model, shops):
    for objective in ("mean", "quantile"):
        known = model(objective=objective, **QUICK).fit(shops.drop_last(20), horizon=5)
        before = known.predict()
        after = known.update(shops).predict()
        assert np.array_equal(after.times, shops.future_times(5))
        assert np.array_equal(after.mean, known.predict(shops).mean)
        assert not np.array_equal(after.mean, before.mean)
        known.update(replace(shops, values=shops.values + 1e-9))
        assert np.isfinite(known.predict().upper[95]).all()


def test_outcomes_far_outside_widen_recalibrated_intervals():
    values = seasonal(400)
    fitted = LightGBM(objective="quantile", **QUICK).fit(
        Panel.from_arrays(values[:340], frequency="h"), horizon=4
    )
    panel = Panel.from_arrays(values, frequency="h")
    calm = fitted.predict(panel)
    wild = values.copy()
    wild[340:400:2] += 15.0
    fitted.update(Panel.from_arrays(wild, frequency="h"))
    restless_now = fitted.predict(panel)
    widths = [(f.upper[80] - f.lower[80]).mean() for f in (calm, restless_now)]
    assert widths[1] > 1.02 * widths[0]


@both
def test_everything_learned_survives_saving(model, shops, tmp_path):
    options = QUICK | {"objective": "quantile", "country": "DE", "subdivision": "BY", "rounds": 8}
    fitted = model(**options).fit(shops, horizon=6)
    loaded = artifacts.load(artifacts.save(fitted, tmp_path / "model"))
    for levels in ((), (50, 90)):
        first, second = fitted.predict(levels=levels), loaded.predict(levels=levels)
        assert np.array_equal(first.mean, second.mean)
        for level in levels:
            assert np.array_equal(first.lower[level], second.lower[level])
    assert loaded.feature_names_ == fitted.feature_names_
    blob = fitted.learned_arrays()["trees.0"]
    assert blob.dtype == np.uint8
    assert blob.tobytes()[:4] in {b"tree", b"{L\x00\x00"}


@both
def test_names_and_gains_tell_what_the_trees_used(model, shops):
    fitted = model(country="US", **QUICK).fit(shops, horizon=6)
    gain = fitted.report_["gain"]
    assert tuple(gain) == fitted.feature_names_
    assert {"series", "step", "lag_1", "weekday", "holiday", "promo"} <= set(gain)
    assert "Christmas Day" in gain
    assert sum(gain.values()) == pytest.approx(1.0)
    assert gain["promo"] + gain["promo_change"] > 0.3


@both
def test_short_and_unknown_series_are_forecast_by_the_map_of_the_others(model):
    panel = Panel.from_arrays(
        {"long": seasonal(300), "short": seasonal(20), "one": [7.0], "gap": [np.nan, 4.0, np.nan]},
        frequency="h",
    )
    fitted = model(**QUICK).fit(panel, horizon=12)
    assert np.isfinite(fitted.predict().mean).all()
    unknown = Panel.from_arrays({"new": seasonal(100, seed=9) + 500}, frequency="h")
    found = fitted.predict(unknown).mean[0, :, 0]
    assert np.abs(found - 510).max() < 5


@both
def test_gaps_in_the_past_are_no_obstacle(model):
    values = seasonal(500)
    values[np.random.default_rng(0).random(500) < 0.3] = np.nan
    panel = Panel.from_arrays(values, frequency="h")
    found = model(**QUICK).fit(panel, horizon=24).predict().mean[0, :, 0]
    wanted = 10 + 3 * np.sin(2 * np.pi * np.arange(500, 524) / 24)
    assert np.abs(found - wanted).mean() < 0.5


@both
def test_time_ends_the_growth_between_two_rounds(model, hourly):
    fitted = model(rounds=5_000, patience=5_000)
    fitted.fit(hourly, horizon=24, budget=TimeBudget(0.6))
    assert fitted.report_["ended_by"] == ["time"]
    assert 1 <= fitted.report_["rounds"][0] < 5_000
    assert np.isfinite(fitted.predict().mean).all()


@both
def test_a_stop_request_ends_the_growth_within_a_round(model, hourly):
    asked = 0

    def should_stop():
        nonlocal asked
        asked += 1
        return asked > 12

    with pytest.raises(Cancelled):
        model(rounds=5_000, patience=5_000).fit(hourly, horizon=6, should_stop=should_stop)
    assert asked == 13


@both
def test_a_series_that_only_rises_is_followed_beyond_its_highest_value(model):
    panel = Panel.from_arrays(np.arange(200.0), frequency="D")
    found = model(**QUICK).fit(panel, horizon=10).predict().mean[0, :, 0]
    assert np.abs(found - np.arange(200, 210)).max() < 2.0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"strategy": "both"}, "strategy is one of direct, recursive, not both"),
        ({"objective": "median"}, "objective is one of mean, quantile"),
        ({"strategy": "recursive", "objective": "quantile"}, "need the direct strategy"),
        ({"rounds": 0}, "rounds must be above zero"),
        ({"columns": 1.5}, "columns is a share above 0, at most 1"),
        ({"max_rows": 10}, "at least 1,000 rows"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, sentence):
    with pytest.raises(SettingsError, match=sentence):
        LightGBM(**settings)


def test_an_unknown_country_is_named_before_anything_is_learned(hourly):
    with pytest.raises(SettingsError, match='country "Atlantis"'):
        LightGBM(country="Atlantis").fit(hourly, horizon=3)
