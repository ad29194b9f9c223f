"""Forecasts made to add up: by hand, by property, and against a textbook formula."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.errors import Cancelled, SettingsError, TooShortError
from forecasting.engine.forecast import Forecast
from forecasting.engine.hierarchy import covariance as weighing
from forecasting.engine.hierarchy.nonnegative import nonnegative_bottom
from forecasting.engine.hierarchy.past_errors import PastErrors
from forecasting.engine.hierarchy.projection import Projection
from forecasting.engine.hierarchy.reconciliation import reconcile
from forecasting.engine.hierarchy.settings import METHODS, NEAREST, Reconciliation
from forecasting.engine.hierarchy.structure import Hierarchy
from forecasting.engine.panel import Panel
from forecasting.engine.watch import Watch

PAIR = Hierarchy.from_children({"all": ["a", "b"]})
GRID = pd.DataFrame(
    {"place": ["n", "n", "n", "s", "s", "s"], "kind": ["u", "v", "w", "u", "v", "w"]},
    index=list("abcdef"),
)
CROSSED = Hierarchy.from_groups(GRID, ["place", "kind"])
NESTED = Hierarchy.from_levels(GRID, ["place"])


def forecast_of(hierarchy, mean):
    """A forecast without intervals, ``mean`` ``[n, H]``."""
    times = np.datetime64("2024-01-01") + np.arange(mean.shape[1])
    every = np.broadcast_to(times, mean.shape).astype("datetime64[ns]")
    return Forecast("base", hierarchy.names, ("y",), every, mean[:, :, None].astype(float))


def means(hierarchy, mean, how, **more):
    base = forecast_of(hierarchy, np.array(mean, dtype=float).reshape(len(hierarchy.names), -1))
    return reconcile(base, hierarchy, how, **more).mean[:, :, 0]


def errors_of(hierarchy, seed=0, windows=40):
    random = np.random.default_rng(seed)
    size = len(hierarchy.names)
    mixed = np.eye(size) + 0.4 * random.normal(size=(size, size))
    return PastErrors.of(random.normal(size=(windows, size)) @ mixed)


def history_of(hierarchy):
    random = np.random.default_rng(3)
    bottom = {name: random.gamma(2.0, 2.0, size=30) for name in hierarchy.bottom}
    return hierarchy.aggregate(Panel.from_arrays(bottom))


def test_the_nearest_coherent_forecast_of_three_nodes_by_hand():
    # ŷ = (10, 3, 4) misses by 3; ols gives each node a third of it: 10 - 1, 3 + 1, 4 + 1.
    assert means(PAIR, [10, 3, 4], "ols")[:, 0] == pytest.approx([9, 4, 5])


def test_weights_by_members_by_hand():
    # Variances 2, 1, 1: of the 3 the total takes 2/4, each part 1/4.
    assert means(PAIR, [10, 3, 4], "wls_struct")[:, 0] == pytest.approx([8.5, 3.75, 4.75])


def test_weights_by_past_errors_by_hand():
    # Mean squares 4, 1, 1: of the 3 the total takes 4/6, each part 1/6.
    errors = PastErrors.of(np.array([[2.0, 1, 1], [-2, -1, 1], [2, -1, -1], [-2, 1, -1]]))
    found = means(PAIR, [10, 3, 4], "wls_var", errors=errors)[:, 0]
    assert found == pytest.approx([8, 3.5, 4.5])


def test_minimum_trace_by_hand():
    # Shrunk by k = 1/2 with correlation 0.8 between the parts only:
    # W = [[1, 0, 0], [0, 1, .4], [0, .4, 1]], C = (1, -1, -1): C W C' = 1 + 2 + .8 = 3.8,
    # W C' = (1, -1.4, -1.4): the total moves by 3/3.8, each part by 1.4 * 3/3.8.
    shared = np.sqrt(0.4) * np.array([[0.0], [1], [1]])
    weights = weighing.Covariance(np.array([1, 0.6, 0.6]), shared)
    found = Projection(PAIR, weights).bottom(np.array([[10.0], [3], [4]]))[:, 0]
    assert found == pytest.approx([3 + 1.4 * 3 / 3.8, 4 + 1.4 * 3 / 3.8])


def test_a_mean_of_two_by_hand():
    # Total (a + b) / 2: C = (1, -1/2, -1/2), off by 6.5 - 3.5 = 3, ols: C C' = 1.5, so the total
    # moves by -2 and each part by +1: 4.5 = (4 + 5) / 2.
    mean = Hierarchy.from_children({"all": ["a", "b"]}, how="mean")
    assert means(mean, [6.5, 3, 4], "ols")[:, 0] == pytest.approx([4.5, 4, 5])


def test_bottom_up_adds_up():
    assert means(PAIR, [10, 3, 4], "bottom_up")[:, 0].tolist() == [7, 3, 4]


def test_top_down_shares_by_the_averages_of_the_past():
    past = PAIR.aggregate(Panel.from_arrays({"a": [1.0, 5.0], "b": [3.0, 3.0]}))
    # Means 3 and 3 of 6: one half each. Mean proportions (1/4 + 5/8) / 2 = 7/16.
    assert means(PAIR, [16, 3, 4], "top_down", history=past)[:, 0].tolist() == [16, 8, 8]
    average = Reconciliation("top_down", proportions="average")
    assert means(PAIR, [16, 3, 4], average, history=past)[:, 0] == pytest.approx([16, 7, 9])


def test_top_down_by_forecast_proportions_goes_level_by_level():
    tree = Hierarchy.from_children({"all": ["x", "c"], "x": ["a", "b"]})
    base = dict(zip(tree.names, np.zeros(5), strict=True)) | {
        "all": 30, "x": 6, "c": 4, "a": 1, "b": 2,
    }  # fmt: skip
    how = Reconciliation("top_down", proportions="forecast")
    found = means(tree, [base[name] for name in tree.names], how)[:, 0]
    # x takes 6/10 of 30, a takes 1/3 of that.
    assert dict(zip(tree.names, found, strict=True)) == pytest.approx(
        {"all": 30, "x": 18, "c": 12, "a": 6, "b": 12}
    )
    flat = Hierarchy.from_children({"all": ["x", "c"], "x": ["a", "b"]}, how="mean")
    found = means(flat, [base[name] for name in flat.names], how)[:, 0]
    # The mean of x counts twice: (2 * 6 + 4) / 3 = 16/3 becomes 30, x 6 * 30 / (16/3) = 33.75.
    assert dict(zip(flat.names, found, strict=True)) == pytest.approx(
        {"all": 30, "x": 33.75, "c": 22.5, "a": 22.5, "b": 45}
    )


def test_middle_out_adds_up_above_and_shares_out_below():
    past = history_of(NESTED)
    base = np.arange(1.0, 10.0) + 5
    how = Reconciliation("middle_out", level="place")
    found = means(NESTED, base, how, history=past)[:, 0]
    assert found[1:3] == pytest.approx(base[1:3])
    assert found[0] == pytest.approx(base[1] + base[2])
    shares = np.array([past.series(name).mean() for name in "abc"])
    assert found[3:6] == pytest.approx(base[1] * shares / shares.sum())


def test_shares_need_levels_that_do_not_overlap():
    how = Reconciliation("top_down", proportions="forecast")
    with pytest.raises(SettingsError, match="kind is not inside the one above"):
        means(CROSSED, np.ones(12), how)
    with pytest.raises(SettingsError, match="no level land; there are total, place, kind"):
        means(CROSSED, np.ones(12), Reconciliation("middle_out", level="land"))
    with pytest.raises(SettingsError, match="give the panel of all levels"):
        means(CROSSED, np.ones(12), "top_down")


def textbook(hierarchy, weights, base):
    """b = (S' W^-1 S)^-1 S' W^-1 ŷ, dense."""
    summing = hierarchy.add_up(np.eye(len(hierarchy.bottom)))
    inverse = np.linalg.inv(np.diag(weights.own) + weights.shared @ weights.shared.T)
    return np.linalg.solve(summing.T @ inverse @ summing, summing.T @ inverse @ base)


@pytest.mark.parametrize("hierarchy", [PAIR, NESTED, CROSSED])
@pytest.mark.parametrize("windows", [6, 40])
def test_the_sparse_form_equals_the_textbook_formula(hierarchy, windows):
    errors = errors_of(hierarchy, windows=windows).rows(0)
    base = np.random.default_rng(1).normal(size=(len(hierarchy.names), 5))
    for weights in (
        weighing.structural(hierarchy),
        weighing.by_variance(hierarchy, errors),
        weighing.shrunk(hierarchy, errors),
    ):
        found = Projection(hierarchy, weights).bottom(base)
        assert np.allclose(found, textbook(hierarchy, weights, base), rtol=1e-9, atol=1e-9)


def test_a_sparse_factor_gives_what_a_dense_one_gives(monkeypatch):
    weights = weighing.shrunk(CROSSED, errors_of(CROSSED).rows(0))
    base = np.random.default_rng(1).normal(size=(12, 2))
    dense = Projection(CROSSED, weights).bottom(base)
    monkeypatch.setattr("forecasting.engine.hierarchy.projection.MOST_DENSE", 0)
    monkeypatch.setattr("forecasting.engine.hierarchy.projection.DENSE_SHARE", 2.0)
    assert np.allclose(Projection(CROSSED, weights).bottom(base), dense)


def test_ols_is_the_orthogonal_projection():
    summing = CROSSED.add_up(np.eye(6))
    projector = summing @ np.linalg.pinv(summing)
    base = np.random.default_rng(0).normal(size=(12, 3))
    assert np.allclose(means(CROSSED, base, "ols"), projector @ base)


@settings(deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 10_000),
    method=st.sampled_from(METHODS),
    hierarchy=st.sampled_from([PAIR, NESTED]),
    nonnegative=st.booleans(),
    scale=st.sampled_from([1e-6, 1.0, 1e9]),
)
def test_any_forecast_becomes_coherent(seed, method, hierarchy, nonnegative, scale):
    random = np.random.default_rng(seed)
    base = scale * random.normal(size=(len(hierarchy.names), 3))
    level = "place" if hierarchy is NESTED else "level 1"
    how = Reconciliation(method, level=level, nonnegative=nonnegative)
    errors, past = errors_of(hierarchy, seed), history_of(hierarchy)
    found = means(hierarchy, base, how, errors=errors, history=past)
    assert hierarchy.gap(found) < 1e-9
    assert not nonnegative or (found >= 0).all()


@pytest.mark.parametrize("method", [*NEAREST, "bottom_up"])
@pytest.mark.parametrize("hierarchy", [PAIR, NESTED, CROSSED])
@pytest.mark.parametrize("nonnegative", [False, True])
def test_a_coherent_forecast_stays_as_it_is(method, hierarchy, nonnegative):
    random = np.random.default_rng(5)
    base = hierarchy.add_up(random.gamma(2.0, 3.0, size=(len(hierarchy.bottom), 4)))
    how = Reconciliation(method, nonnegative=nonnegative)
    assert np.allclose(means(hierarchy, base, how, errors=errors_of(hierarchy)), base, rtol=1e-9)


def test_series_may_come_in_any_order():
    base = forecast_of(CROSSED, np.random.default_rng(0).normal(size=(12, 2)))
    errors = errors_of(CROSSED)
    straight = reconcile(base, CROSSED, errors=errors)
    turned = Forecast("base", base.ids[::-1], base.channels, base.times, base.mean[::-1].copy())
    backwards = reconcile(turned, CROSSED, errors=errors.at(np.arange(12)[::-1]))
    assert np.allclose(backwards.mean[::-1], straight.mean)


def test_correlations_are_shrunk_as_schaefer_and_strimmer_say():
    rows = errors_of(PAIR, windows=9).rows(0)
    unit = rows / np.sqrt((rows**2).mean(axis=0))
    count, apart = len(rows), ~np.eye(3, dtype=bool)
    products = unit[:, :, None] * unit[:, None, :]
    variance = ((products - products.mean(axis=0)) ** 2).sum(axis=0) / (count * (count - 1))
    expected = variance[apart].sum() / (products.mean(axis=0)[apart] ** 2).sum()
    found = weighing.shrunk(PAIR, rows)
    assert found.shrinkage == pytest.approx(min(1.0, expected))
    assert found.variance == pytest.approx((rows**2).mean(axis=0))
    assert weighing.shrunk(PAIR, rows, independent=3.0).shrinkage == pytest.approx(
        min(1.0, 3 * expected)
    )


def test_a_series_without_past_errors_gets_a_usual_weight():
    rows = errors_of(NESTED).rows(0).copy()
    rows[:, 4] = np.nan
    rows[::3, 5] = np.nan
    found = weighing.shrunk(NESTED, rows)
    assert np.isfinite(found.own).all()
    assert (found.own > 0).all()
    assert found.shared[4].tolist() == [0.0] * found.shared.shape[1]
    with pytest.raises(TooShortError, match="too few past errors"):
        weighing.by_variance(NESTED, rows[:1])


def test_perfect_past_forecasts_do_not_break_the_weights():
    zeros = PastErrors.of(np.zeros((10, 3)))
    for method in ("wls_var", "mint_shrink"):
        assert means(PAIR, [10, 3, 4], method, errors=zeros)[:, 0] == pytest.approx([9, 4, 5])


def test_methods_say_what_they_lack():
    with pytest.raises(SettingsError, match="weighs series by their past errors"):
        means(PAIR, [10, 3, 4], "mint_shrink")
    with pytest.raises(SettingsError, match="not by magic"):
        means(PAIR, [10, 3, 4], "magic")
    with pytest.raises(SettingsError, match="name one of the hierarchy"):
        Reconciliation("middle_out")
    with pytest.raises(SettingsError, match="errors of 2 series do not fit 3 forecasts"):
        means(PAIR, [10, 3, 4], "wls_var", errors=PastErrors.of(np.ones((5, 2))))


def test_series_that_end_at_different_times_are_refused():
    base = forecast_of(PAIR, np.ones((3, 2)))
    times = base.times.copy()
    times[1] += np.timedelta64(1, "D")
    with pytest.raises(SettingsError, match="end at the same time"):
        reconcile(Forecast("base", base.ids, ("y",), times, base.mean), PAIR, "ols")


def test_above_zero_by_hand():
    # ŷ = (-1, 4, -6): ols gives (-4/3, 13/3, -17/3). With b held at zero, a has to meet -1 and
    # 4 alone: (4 - 1) / 2 = 1.5.
    how = Reconciliation("ols", nonnegative=True)
    assert means(PAIR, [-1, 4, -6], how)[:, 0] == pytest.approx([1.5, 1.5, 0])


@pytest.mark.parametrize("hierarchy", [NESTED, CROSSED])
def test_above_zero_is_the_best_there_is(hierarchy):
    from scipy.optimize import nnls  # noqa: PLC0415 -- the yardstick

    random = np.random.default_rng(4)
    base = random.normal(size=(len(hierarchy.names), 8))
    weights = weighing.shrunk(hierarchy, errors_of(hierarchy).rows(0))
    inverse = np.linalg.inv(np.diag(weights.own) + weights.shared @ weights.shared.T)
    root = np.linalg.cholesky(inverse).T
    summing = hierarchy.add_up(np.eye(len(hierarchy.bottom)))
    best = np.stack([nnls(root @ summing, root @ column)[0] for column in base.T], axis=1)
    assert (best == 0).any()
    assert np.allclose(nonnegative_bottom(hierarchy, weights, base), best, atol=1e-9)


def test_keeping_above_zero_reports_and_can_be_stopped():
    base = np.random.default_rng(4).normal(size=(9, 30))
    weights, seen = weighing.structural(NESTED), []
    nonnegative_bottom(NESTED, weights, base, Watch(lambda done, message: seen.append(done)))
    assert len(seen) > 10
    asked = iter([False] * 5 + [True] * 100)
    with pytest.raises(Cancelled):
        nonnegative_bottom(NESTED, weights, base, Watch(should_stop=lambda: next(asked)))


@pytest.mark.slow
def test_five_thousand_series_on_four_levels_take_seconds():
    import time  # noqa: PLC0415 -- only here

    number = np.arange(5000)
    frame = pd.DataFrame({"country": number // 1000, "region": number // 100, "town": number // 10})
    frame.index = [f"s{k}" for k in number]
    hierarchy = Hierarchy.from_levels(frame, ["country", "region", "town"])
    random = np.random.default_rng(0)
    base = hierarchy.add_up(random.gamma(1.0, 3.0, size=(5000, 28)))
    base += random.normal(size=base.shape)
    errors = PastErrors.of(random.normal(size=(200, len(base))))
    began = time.perf_counter()
    found = means(hierarchy, base, "mint_shrink", errors=errors)
    assert time.perf_counter() - began < 5
    assert hierarchy.gap(found) < 1e-9
