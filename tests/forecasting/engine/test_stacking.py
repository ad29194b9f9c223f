"""The linear stack: cheap sums equal slow ones, the collapse equals the members, rules hold."""

import numpy as np
import pytest

from forecasting.engine.backtest import backtest
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.seasons import is_seasonal
from forecasting.engine.stacking import building
from forecasting.engine.stacking.blended import blended
from forecasting.engine.stacking.blending import simplex_weights
from forecasting.engine.stacking.moments import moments
from forecasting.engine.stacking.plan import Member, members, pool_of
from forecasting.engine.stacking.pooling import anchor_of, pooled
from tests.forecasting.engine.series import seasonal

STEPS = np.array([0, 1, 4])


def brute(column, seen, member, anchor):
    """Moments by forming every window."""
    width = member.lookback + 5
    rows = np.stack([column[t : t + width] for t in range(len(column) - width + 1)])
    x, y = rows[:, : member.lookback], rows[:, member.lookback + STEPS]
    level = anchor_of(x, anchor)
    x, y = pooled(x - level, member), y - level
    return x.T @ x / len(rows), x.T @ y / len(rows)


@pytest.mark.parametrize("anchor", ["last", "mean"])
@pytest.mark.parametrize("member", [Member(12, "last"), Member(344, "last", 8)])
def test_moments_equal_those_of_formed_windows(member, anchor):
    column = np.random.default_rng(0).normal(size=900).cumsum()
    column = (column - column.mean()) / column.std()
    seen = np.ones(900, dtype=bool)
    found = moments(column, seen, member, STEPS, member.lookback + 5).anchored(anchor)
    for mine, slow in zip(found, brute(column, seen, member, anchor), strict=True):
        assert np.abs(mine - slow).max() <= 1e-8 * np.abs(slow).max()


def test_missing_values_are_left_out_of_the_moments():
    # Windows of 2 + 1 over [1, 2, nan, 4, 5, 6]. x1 = first input, y = target one step ahead:
    # pairs (x1, y) seen: t=1 (2, 4), t=3 (4, 6); t=0 lacks y, t=2 lacks x1. Mean (8 + 24) / 2 = 16.
    column = np.array([1.0, 2.0, 0.0, 4.0, 5.0, 6.0])
    seen = np.array([True, True, False, True, True, True])
    found = moments(column, seen, Member(2, "last"), np.array([0]), 3)
    assert found.xy[0, 0] == pytest.approx(16.0)


def test_the_collapsed_maps_forecast_like_the_blended_members(hourly, monkeypatch):
    kept = {}
    plain = building.weigh

    def spy(problem, candidates):
        kept.update(problem=problem, candidates=candidates, weights=plain(problem, candidates))
        return kept["weights"]

    monkeypatch.setattr(building, "weigh", spy)
    panel = Panel.from_arrays({"s": 20 + hourly.series("a")}, "2024-01-01", "h", ["heat", "load"])
    model = create("linear_stack", validation=60).fit(panel, horizon=12)
    problem, last = kept["problem"], len(kept["problem"].held) - 1
    held = problem.held[last]
    ends = [400 - int(origin) for origin in held[0].origins]
    for channel in (0, 1):
        members_ = blended(problem, kept["candidates"], kept["weights"], last, channel)
        mine = np.stack([f.mean[0, :, channel] for f in model.predict_at(panel, ends, ())])
        scaled = (mine - problem.scaled.mean[channel]) / problem.scaled.spread[channel]
        assert np.allclose(scaled, members_, atol=1e-4)


def test_members_follow_from_length_and_season():
    assert members(5184, 720, 24, "balanced") == tuple(
        sorted(
            [
                Member(96, "last"),
                Member(336, "last"),
                Member(336, "mean"),
                Member(720, "last", 4),
                Member(1440, "last", 8),
                Member(1440, "mean", 8),
            ]
        )
    )
    short = members(405, 60, 52, "balanced")
    assert {(m.lookback, m.anchor) for m in short} == {
        (52, "last"),
        (78, "last"),
        (104, "last"),
        (104, "mean"),
    }
    assert members(20, 30, 7, "balanced") == ()
    assert len(members(5184, 720, 24, "fast")) == 4


@pytest.mark.parametrize("lookback", [96, 336, 512, 720, 1440])
def test_pools_divide_the_old_lags(lookback):
    assert max(0, lookback - 336) % pool_of(lookback) == 0


def test_weights_prefer_the_better_member_and_sum_to_one():
    # Independent residuals with variances 1 and 4, no ridge: w = (1/1, 1/4) / (5/4) = (0.8, 0.2).
    weights = simplex_weights(np.diag([1.0, 4.0]), ridge=0.0)
    assert weights == pytest.approx([0.8, 0.2], abs=1e-4)
    assert simplex_weights(np.array([[1.0, 2.0], [2.0, 9.0]]), 0.0) == pytest.approx([1.0, 0.0])


def test_a_season_is_found_only_where_there_is_one():
    assert is_seasonal(seasonal(600, noise=0.5), 24)
    walk = np.random.default_rng(3).normal(size=3000).cumsum()
    assert not is_seasonal(walk, 24)
    assert not is_seasonal(np.full(300, 2.0), 24)


def test_a_future_covariate_moves_the_forecast_by_its_effect():
    random = np.random.default_rng(1)
    price = random.normal(size=540).cumsum() / 3
    values = seasonal(500, noise=0.05) + 2.0 * price[:500]
    stack = create("linear_stack").fit(with_price(values, price), horizon=24)
    plain = stack.predict().mean
    raised = price.copy()
    raised[500:] += 1.0
    moved = stack.predict(with_price(values, raised)).mean - plain
    assert moved == pytest.approx(np.full_like(moved, 2.0), abs=0.3)


def with_price(values, price):
    import pandas as pd  # noqa: PLC0415

    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=len(price), freq="h")})
    frame["load"] = np.append(values, np.full(len(price) - len(values), np.nan))
    frame["price"] = price
    return Panel.from_wide(frame, "ds", "load", known=["price"])


def test_covariates_that_end_too_early_are_asked_for():
    price = np.random.default_rng(1).normal(size=510)
    stack = create("linear_stack").fit(with_price(seasonal(500), price), horizon=8)
    with pytest.raises(TooShortError, match="known for 10 steps after its end"):
        create("linear_stack").fit(with_price(seasonal(500), price), horizon=24).predict()
    assert np.isfinite(stack.predict().mean).all()
    bare = Panel.from_arrays({"load": seasonal(500)}, "2024-01-01", "h", ["load"])
    with pytest.raises(SettingsError, match="learned with the covariates price"):
        stack.predict(bare)


def test_growth_in_proportion_is_followed_by_the_logarithm():
    t = np.arange(400)
    values = 100 * np.exp(0.01 * t) * (1 + 0.2 * np.sin(2 * np.pi * t / 7))
    panel = Panel.from_arrays({"s": values}, "2024-01-01", "D")
    model = create("linear_stack")
    result = backtest(model, panel, horizon=14, windows=3)
    yardstick = backtest(create("seasonal_naive"), panel, horizon=14, windows=3)
    assert result.skill(yardstick) > 0.8


def test_an_unknown_series_is_forecast_with_the_mean_map():
    many = Panel.from_arrays(
        {f"s{i}": seasonal(400, seed=i, level=i) for i in range(4)}, "2024-01-01", "h"
    )
    model = create("linear_stack").fit(many, horizon=24)
    fresh = Panel.from_arrays({"new": seasonal(300, seed=9, level=50)}, "2024-01-01", "h")
    forecast = model.predict(fresh).mean[0, :, 0]
    truth = 50 + 3 * np.sin(2 * np.pi * np.arange(300, 324) / 24)
    assert np.abs(forecast - truth).max() < 0.6


def test_an_unknown_preset_is_refused():
    with pytest.raises(SettingsError, match="fast, balanced, thorough"):
        create("linear_stack", preset="magic")


def bent(rows=1500, seed=0):
    """A series whose next value depends on the last ones in a way no line can draw."""
    random = np.random.default_rng(seed)
    values = np.zeros(rows)
    for t in range(2, rows):
        values[t] = 0.3 * values[t - 1] + 2.0 * np.tanh(3 * (values[t - 1] - values[t - 2]))
        values[t] += 0.1 * random.normal()
    return values


def test_a_net_corrects_the_stack_only_where_the_newest_fold_wants_it(tmp_path):
    from forecasting.engine.artifacts import load, save  # noqa: PLC0415

    linear = Panel.from_arrays({"s": seasonal(700, noise=0.5)}, frequency="h")
    assert create("linear_stack", preset="thorough").fit(linear, horizon=4).refinement_ is None
    panel = Panel.from_arrays({"s": bent()}, frequency="D")
    model = create("linear_stack", preset="thorough", validation=300).fit(panel, horizon=2)
    assert model.refinement_ is not None
    plain = create("linear_stack", validation=300).fit(panel, horizon=2)
    longer = Panel.from_arrays({"s": bent(2000)}, frequency="D")
    errors = [
        np.mean(
            [
                np.abs(f[0, :, 0] - longer.values[2000 - e : 2002 - e, 0])
                for e, f in zip(range(2, 400), m.means_at(longer, range(2, 400)), strict=True)
            ]
        )
        for m in (model, plain)
    ]
    assert errors[0] < 0.9 * errors[1]
    again = load(save(model, tmp_path / "m"))
    assert np.array_equal(again.predict().mean, model.predict().mean)
