"""Shards: every series once, balanced, and not one number different from a single fit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.backtest import backtest
from forecasting.engine.errors import SettingsError, TooShortError, UnknownModelError
from forecasting.engine.limits import Limits
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create, model_types
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.sharded import backtest_shards, fit_shards, predict_shards
from forecasting.engine.sharding.plan import ROWS_OF_OVERHEAD, deal
from forecasting.engine.watch import Watch
from tests.forecasting.engine import traps
from tests.forecasting.engine.series import seasonal

LOCAL = [entry.name for entry in model_types() if not entry.capabilities.global_]
QUICK = {"naive", "seasonal_naive", "drift", "window_mean", "climatology", "auto_theta", "tsb"}
# A search over forms for every series; few rows keep it short.
SETTINGS = {
    "auto_ets": {"max_rows": 40},
    "auto_arima": {"max_rows": 30, "season_length": 1},
    "tbats": {"max_rows": 40, "box_cox": False, "trend": False, "arma_errors": False},
}


@pytest.fixture
def ragged():
    """Nine daily series of different length and start, some values missing."""
    random = np.random.default_rng(1)
    values = {}
    for number in range(9):
        values[f"s{number}"] = seasonal(int(random.integers(20, 70)), 7, seed=number)
        values[f"s{number}"][random.random(len(values[f"s{number}"])) < 0.05] = np.nan
    starts = [f"2024-01-{1 + number:02}" for number in range(9)]
    return Panel.from_arrays(values, starts, "D")


def same(one, other):
    assert (one.ids, one.channels) == (other.ids, other.channels)
    assert np.array_equal(one.times, other.times)
    assert np.array_equal(one.mean, other.mean)
    for level in one.lower:
        assert np.array_equal(one.lower[level], other.lower[level])
        assert np.array_equal(one.upper[level], other.upper[level])
    assert one.notes == other.notes


@given(
    st.lists(st.integers(1, 500), min_size=1, max_size=80),
    st.integers(1, 4),
    st.none() | st.integers(1, 30),
)
def test_every_series_is_dealt_once_and_the_costliest_pieces_come_first(lengths, workers, most):
    rows = np.array(lengths)
    pieces = deal(rows, range(len(rows)), workers, most)
    assert sorted(place for piece in pieces for place in piece.positions) == list(range(len(rows)))
    costs = [sum(rows[list(p.positions)]) + ROWS_OF_OVERHEAD * len(p.positions) for p in pieces]
    assert costs == sorted(costs, reverse=True)
    sizes = [len(piece.positions) for piece in pieces]
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= (most or len(rows))


def test_two_workers_get_sixteen_pieces_of_about_equal_cost():
    rows = np.arange(1, 161)
    pieces = deal(rows, range(160), 2)
    # Ten series each; dealt forth and back the rows of a pile add up to 805 = 160 * 161 / 2 / 16.
    assert [int(rows[list(piece.positions)].sum()) for piece in pieces] == [805] * 16


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in LOCAL],
)
def test_shards_have_the_numbers_of_one_fit(name, ragged):
    settings = SETTINGS.get(name, {})
    whole = create(name, **settings).fit(ragged, horizon=4)
    found = fit_shards(name, settings, ragged, 4, shard_series=4)
    same(found.result, whole.predict())
    assert (found.shards, found.failures) == (3, {})
    assert found.report.get("structures") == whole.report_.get("structures")


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12))
def test_the_deal_changes_no_number(shard_series):
    panel = Panel.from_arrays(
        {
            f"s{n}": np.column_stack([seasonal(20 + n, 7, seed=n), np.arange(20 + n)])
            for n in range(7)
        }
    )
    same(
        fit_shards("seasonal_naive", {}, panel, 3, shard_series=shard_series).result,
        create("seasonal_naive").fit(panel, horizon=3).predict(),
    )


@pytest.mark.parametrize(
    "choices", [{}, {"refit": "always"}, {"refit": 2, "scheme": "sliding", "training_rows": 9}]
)
def test_a_backtest_in_shards_is_the_backtest(choices, ragged):
    whole = backtest(create("drift"), ragged, horizon=2, windows=3, **choices)
    found = backtest_shards(
        "drift", {}, ragged, RollingOrigin(2, 3, 2, **choices), shard_series=2
    ).result
    assert np.array_equal(found.mean, whole.mean)
    assert np.array_equal(found.upper[95], whole.upper[95])
    assert np.array_equal(found.cutoffs, whole.cutoffs)
    assert repr(found.metrics) == repr(whole.metrics)
    assert found.labels == whole.labels


def test_series_too_short_for_a_backtest_are_left_out_and_named():
    panel = Panel.from_arrays(
        {"long": seasonal(30), "short": [1.0, 2.0, 3.0], "last": seasonal(40)}
    )
    found = backtest_shards("naive", {}, panel, RollingOrigin(2, 2, 2))
    assert found.result.labels == ("long", "last")
    assert found.failures["short"].startswith("Series short has 3 rows; 2 windows")
    assert "Left out, because nothing could forecast them: short (1" in found.result.notes[0]
    with pytest.raises(TooShortError, match="Series short"):
        backtest_shards("naive", {}, panel.select(["short"]), RollingOrigin(2, 2, 2))


@pytest.mark.parametrize("name", ["linear", "lightgbm", "window_mean"])
def test_forecasts_of_any_fitted_model_can_be_spread(name, ragged):
    model = create(name).fit(ragged.drop_last(3), horizon=4)
    model.limits = Limits(low=9.5)
    for panel in (None, ragged):
        found = predict_shards(model, panel, levels=(90,), shard_series=2).result
        whole = model.predict(panel, levels=(90,))
        assert found.ids == whole.ids
        assert np.allclose(found.mean, whole.mean, rtol=1e-12)
        assert np.allclose(found.lower[90], whole.lower[90], rtol=1e-12)
    assert found.lower[90].min() == 9.5


def test_a_model_of_all_series_together_is_refused(ragged):
    with pytest.raises(
        SettingsError, match=r"linear learns from all series together.*predict_shards"
    ):
        fit_shards("linear", {}, ragged, 4)


def test_mistakes_are_told_before_anything_starts(ragged, monkeypatch):
    traps.register(monkeypatch)
    with pytest.raises(UnknownModelError):
        fit_shards("crystal_ball", {}, ragged, 4)
    with pytest.raises(SettingsError, match="has no setting magic"):
        fit_shards("trap", {"magic": 1}, ragged, 4)
    with pytest.raises(SettingsError, match="at least one series, not 0"):
        fit_shards("trap", {}, ragged, 4, shard_series=0)
    assert traps.Trap.fits == []


def test_progress_grows_to_one_and_says_what_is_left(ragged):
    told = []
    watch = Watch(lambda done, message: told.append((done, message)))
    fit_shards("naive", {}, ragged, 4, shard_series=3, watch=watch)
    shares = [done for done, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert told[0][1].startswith("Shards fitted: 1 (3 of 9 series), about ")
    assert told[2][1] == "Shards fitted: 3 (9 of 9 series), about 0 s to go"


def test_bounds_hold_in_every_shard(ragged):
    limits = Limits(low=8, high=11, integer=True)
    found = fit_shards("naive", {}, ragged, 4, limits=limits, shard_series=2).result
    assert set(np.unique(found.mean)) <= {8.0, 9.0, 10.0, 11.0}
    assert found.lower[95].min() >= 8
