"""The model for many series as a whole."""

import numpy as np
import pytest

from forecasting.engine.backtest import backtest
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import SettingsError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create


def weekly_shops(count=24, rows=140, noise=0.05, seed=0):
    """Series that share a pattern of seven days, each with its own size and start."""
    random = np.random.default_rng(seed)
    pattern = np.array([1.0, 0.8, 0.9, 1.0, 1.3, 1.8, 0.4])
    days = np.arange(rows)
    return {
        f"shop {i}": random.lognormal(3, 1)
        * pattern[(days + i) % 7]
        * np.exp(noise * random.normal(size=rows))
        for i in range(count)
    }


@pytest.fixture(scope="module")
def shops():
    return Panel.from_arrays(weekly_shops(), frequency="D")


@pytest.fixture(scope="module")
def model(shops):
    return create("linear_many", origins=2).fit(shops.drop_last(7), horizon=7)


def relative_error(forecast, panel):
    actual = np.stack([panel.at(s)[-7:] for s in range(len(panel))])
    return float((np.abs(forecast.mean - actual) / actual).mean())


def test_a_shared_season_is_learned(model, shops):
    # The noise itself has a mean size of 4 percent.
    assert relative_error(model.predict(), shops) < 0.06


def test_the_report_tells_how_it_stands_beside_naive2(model):
    assert model.report_["combined_owa"] < 1
    assert model.report_["origins"] == 2


def test_scale_does_not_matter(shops):
    table = weekly_shops(count=5, rows=100)
    small = create("linear_many", origins=2).fit(Panel.from_arrays(table), horizon=7).predict()
    grown = Panel.from_arrays({name: 1000 * column for name, column in table.items()})
    large = create("linear_many", origins=2).fit(grown, horizon=7).predict()
    assert np.allclose(large.mean, 1000 * small.mean, rtol=1e-3)


def test_later_rows_are_forecast_without_a_new_fit(model, shops):
    later = model.predict(shops)
    assert np.array_equal(later.times, shops.future_times(7))
    shifted = np.stack([shops.at(s)[-7:] for s in range(len(shops))])
    assert np.abs(later.mean / shifted - 1).mean() < 0.1


def test_a_series_it_never_saw_gets_the_shared_map(model):
    table = weekly_shops(count=3, rows=90, seed=9)
    new = Panel.from_arrays({f"new {name}": column for name, column in table.items()})
    assert relative_error(model.predict(new.drop_last(7)), new) < 0.08


def test_known_and_unknown_series_may_come_together(model, shops):
    mixed = Panel.from_arrays(
        {"new": shops.at(3)[:, 0], "shop 3": shops.at(3)[:, 0]}, frequency="D"
    ).drop_last(7)
    together = model.predict(mixed).mean
    alone = model.predict(shops.drop_last(7).select(["shop 3"])).mean
    assert np.allclose(together[1], alone[0])


def test_long_and_very_short_series_stand_side_by_side():
    table = weekly_shops(count=12)
    table["young"] = np.array([4.0, 5.0, 6.0])
    forecast = create("linear_many", origins=2).fit(Panel.from_arrays(table), horizon=7).predict()
    assert np.isfinite(forecast.mean).all()
    assert (np.abs(forecast.mean[-1] - 5) < 4).all()


def test_without_smoothing_only_maps_and_naive_rules_are_left(shops):
    model = create("linear_many", origins=1, smoothing=False).fit(shops, horizon=7)
    assert not model.local_weights_[1:].any()
    assert np.isfinite(model.predict().mean).all()


def test_a_spent_budget_still_forecasts(shops):
    model = create("linear_many", origins=2)
    model.fit(shops, horizon=7, budget=TimeBudget(0.0))
    assert np.isfinite(model.predict().mean).all()


def test_shares_of_maps_and_smoothing_sum_to_one(model):
    total = sum(maps.own_share for maps in model.maps_.values())
    assert np.allclose(total + model.local_weights_.sum(axis=0), 1)
    shared = sum(maps.shared_share for maps in model.maps_.values())
    assert shared + model.local_weights_.mean(axis=1).sum() == pytest.approx(1)


def test_every_collapsed_map_repeats_a_level():
    panel = Panel.from_arrays(weekly_shops(count=6, rows=90), frequency="D")
    model = create("linear_many", origins=1).fit(panel, horizon=7)
    for maps in model.maps_.values():
        sums = maps.own.sum(axis=1)
        assert np.allclose(sums, maps.own_share[:, None], atol=1e-4)


@pytest.mark.parametrize(
    ("frequency", "rows", "horizon"),
    [("YS", 13, 6), ("QS", 24, 8), ("MS", 42, 18), ("D", 93, 14), ("W", 80, 13), ("h", 200, 48)],
)
def test_where_the_last_value_is_the_best_forecast_it_loses_little(frequency, rows, horizon):
    random = np.random.default_rng(rows)
    steps = 0.05 * random.normal(size=(80, rows + horizon))
    walks = {f"s{i}": 50 * np.exp(walk) for i, walk in enumerate(np.cumsum(steps, axis=1))}
    panel = Panel.from_arrays(walks, "1990-01-01", frequency)
    past = panel.drop_last(horizon)
    actual = np.stack([panel.at(s)[-horizon:] for s in range(len(panel))])
    models = create("linear_many"), create("naive")
    forecasts = [model.fit(past, horizon=horizon).predict() for model in models]
    own, last = (np.abs(forecast.mean - actual).mean() for forecast in forecasts)
    assert own < 1.12 * last


def test_intervals_cover_about_what_they_say():
    panel = Panel.from_arrays(weekly_shops(count=60, noise=0.1, seed=4), frequency="D")
    result = backtest(create("linear_many"), panel, horizon=7, windows=1)
    assert result.metrics["coverage"][80] == pytest.approx(80, abs=8)


@pytest.mark.parametrize("setting", ["season_length", "origins"])
def test_negative_settings_are_refused(setting):
    with pytest.raises(SettingsError):
        create("linear_many", **{setting: -1})
