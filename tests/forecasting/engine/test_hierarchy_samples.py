"""Intervals of all levels from sample paths that add up."""

import numpy as np
import pytest

from forecasting.engine.errors import SettingsError
from forecasting.engine.forecast import Forecast
from forecasting.engine.hierarchy import shaking
from forecasting.engine.hierarchy.past_errors import PastErrors
from forecasting.engine.hierarchy.reconciliation import WITHOUT_INTERVALS, reconcile
from forecasting.engine.hierarchy.sampling import sample_paths
from forecasting.engine.hierarchy.settings import JOINT, Reconciliation
from forecasting.engine.hierarchy.structure import Hierarchy

TREE = Hierarchy.from_children({"all": ["x", "y"], "x": ["a", "b"], "y": ["c", "d"]})
SIZE, STEPS = len(TREE.names), 3
# Of a normal distribution.
REACH = {20: 0.2533, 50: 0.6745, 80: 1.2816, 90: 1.6449, 95: 1.9600, 99: 2.5758}


def world(windows, seed=0, correlation=0.6):
    """Errors of the bottom series with one common part, and what they add up to, ``[W, n, H]``."""
    random = np.random.default_rng(seed)
    common = random.normal(size=(windows, 1, STEPS))
    own = random.normal(size=(windows, 4, STEPS))
    bottom = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    every = np.stack([TREE.add_up(one) for one in bottom])
    return every * np.sqrt(np.arange(1, STEPS + 1))


def base_forecast(errors):
    """Right on average, with the normal intervals the errors ask for."""
    bottom = np.array([[5.0], [7.0], [2.0], [9.0]]) * np.ones(STEPS)
    mean = TREE.add_up(bottom)[:, :, None]
    spread = errors.std(axis=0)[:, :, None]
    times = (np.datetime64("2024-01-01") + np.arange(STEPS)).astype("datetime64[ns]")
    lower = {level: mean - reach * spread for level, reach in REACH.items()}
    upper = {level: mean + reach * spread for level, reach in REACH.items()}
    every = np.broadcast_to(times, mean.shape[:2])
    return Forecast("base", TREE.names, ("y",), every, mean, lower, upper)


PAST = world(3000)
BASE = base_forecast(PAST)
ERRORS = PastErrors(PAST[:, :, :, None], 3000.0)


@pytest.mark.parametrize("joint", JOINT)
@pytest.mark.parametrize("method", ["mint_shrink", "bottom_up"])
def test_every_single_path_adds_up(joint, method):
    how = Reconciliation(method, joint=joint, samples=50)
    paths = sample_paths(BASE, TREE, how, errors=ERRORS)
    assert paths.bottom.shape == (50, 4, STEPS, 1)
    parts = sum(paths.of(name) for name in TREE.bottom)
    assert np.abs(paths.of("all") - parts).max() < 1e-9
    assert np.abs(paths.of("all") - paths.of("x") - paths.of("y")).max() < 1e-9


@pytest.mark.parametrize("joint", JOINT)
def test_intervals_of_every_level_cover_what_they_say(joint):
    # mint_shrink and bottom_up alike: these base forecasts already add up.
    for method in ("mint_shrink", "bottom_up"):
        how = Reconciliation(method, joint=joint, samples=3000)
        found = reconcile(BASE, TREE, how, errors=ERRORS)
        outcomes = BASE.mean[:, :, 0] + world(6000, seed=9)
        for level in (50, 80, 95):
            low, high = found.lower[level][:, :, 0], found.upper[level][:, :, 0]
            inside = ((outcomes >= low) & (outcomes <= high)).mean(axis=0)
            assert np.abs(inside - level / 100).max() < 0.05


def test_parts_that_move_together_give_a_wider_total_than_parts_that_do_not():
    total = TREE.names.index("all")
    widths = {}
    for correlation in (0.0, 0.6):
        past = world(400, correlation=correlation)
        errors = PastErrors(past[:, :, :, None], 400.0)
        found = reconcile(base_forecast(past), TREE, "bottom_up", errors=errors)
        widths[correlation] = (found.upper[80] - found.lower[80])[total, 0, 0]
    # Four parts of variance 1: 4, and 4 + 12 * 0.6 = 11.2 together.
    assert widths[0.6] / widths[0.0] == pytest.approx(np.sqrt(11.2 / 4), rel=0.15)


def test_the_copula_keeps_the_intervals_of_series_that_nothing_is_added_to():
    how = Reconciliation("bottom_up", samples=2000)
    found = reconcile(BASE, TREE, how, errors=ERRORS)
    bottom = [TREE.names.index(name) for name in TREE.bottom]
    for ends, known in ((found.lower, BASE.lower), (found.upper, BASE.upper)):
        assert np.allclose(ends[80][bottom], known[80][bottom], atol=0.2)


def test_means_are_those_of_the_forecast_and_levels_nest():
    found = reconcile(BASE, TREE, errors=ERRORS)
    plain = reconcile(BASE, TREE, errors=ERRORS, how=Reconciliation(samples=2))
    assert np.array_equal(found.mean, plain.mean)
    assert TREE.gap(found.mean[:, :, 0]) < 1e-9
    ends = [found.lower[p] for p in (99, 90, 50)] + [found.mean]
    ends += [found.upper[p] for p in (50, 90, 99)]
    assert (np.diff(np.stack(ends), axis=0) >= 0).all()


def test_the_same_seed_draws_the_same_paths():
    for joint in JOINT:
        first, second, other = (
            sample_paths(BASE, TREE, Reconciliation(joint=joint, seed=seed), errors=ERRORS).bottom
            for seed in (1, 1, 2)
        )
        assert np.array_equal(first, second)
        assert not np.array_equal(first, other)


def test_errors_that_persist_make_smooth_gaussian_paths():
    random = np.random.default_rng(0)
    lasting = random.normal(size=(100, SIZE, 1)) * np.ones(STEPS)
    for values, smooth in ((lasting, True), (random.normal(size=(100, SIZE, STEPS)), False)):
        errors = PastErrors(values[:, :, :, None], 100.0)
        how = Reconciliation("bottom_up", joint="gaussian", samples=400)
        path = sample_paths(BASE, TREE, how, errors=errors).of("a")[:, :, 0]
        found = np.corrcoef(path[:, 0], path[:, 1])[0, 1]
        assert (found > 0.9) if smooth else (abs(found) < 0.25)


def test_paths_above_zero_stay_there_and_still_add_up():
    how = Reconciliation(nonnegative=True, samples=100)
    paths = sample_paths(BASE, TREE, how, errors=ERRORS)
    assert (paths.bottom >= 0).all()
    assert (paths.bottom == 0).any()
    found = reconcile(BASE, TREE, how, errors=ERRORS)
    assert (found.lower[99] >= 0).all()


def test_unknown_past_errors_leave_a_series_to_itself():
    values = ERRORS.values[:30].copy()
    values[:, 3] = np.nan
    values[5:, 4, 2:] = np.nan
    for joint in JOINT:
        found = reconcile(BASE, TREE, Reconciliation(joint=joint), errors=PastErrors(values, 30.0))
        assert np.isfinite(found.upper[95]).all()


def test_without_past_errors_there_are_no_intervals_and_a_note_says_so():
    found = reconcile(BASE, TREE, "ols")
    assert not found.lower
    assert found.notes == (WITHOUT_INTERVALS,)


def test_paths_that_cannot_be_drawn_are_refused():
    plain = Forecast("base", BASE.ids, ("y",), BASE.times, BASE.mean)
    with pytest.raises(SettingsError, match="forecast some levels"):
        sample_paths(plain, TREE, errors=ERRORS)
    with pytest.raises(SettingsError, match="would not fit into memory"):
        sample_paths(BASE, TREE, Reconciliation(samples=10**8), errors=ERRORS)
    with pytest.raises(SettingsError, match="at least two sample paths"):
        Reconciliation(samples=1)


@pytest.mark.parametrize("method", ["mint_shrink", "bottom_up"])
def test_a_few_paths_at_a_time_are_the_same_paths(method, monkeypatch):
    how = Reconciliation(method, samples=50)
    together = reconcile(BASE, TREE, how, errors=ERRORS)
    # 7 series: three paths at once, and one series at once for the ends.
    monkeypatch.setattr(shaking, "MOST_AT_ONCE", 21)
    apart = reconcile(BASE, TREE, how, errors=ERRORS)
    for level in together.lower:
        np.testing.assert_allclose(apart.lower[level], together.lower[level], rtol=1e-12)
        np.testing.assert_allclose(apart.upper[level], together.upper[level], rtol=1e-12)
