"""Drift: what is computed on paper, how often luck raises an alarm, how soon a change does."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine.drift import cusum, holding, judged, tracking
from forecasting.engine.drift.replayed import COLUMNS, as_frame, replayed
from forecasting.engine.drift.surprise import LEVELS, surprise
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create

NORMAL = statistics.NormalDist()


def wave(hours, seed=0, shift_from=None, shift=0.0):
    clock = np.arange(hours)
    noise = np.random.default_rng(seed).normal(0, 2, hours)
    values = 100 + 30 * np.sin(2 * np.pi * clock / 24) + noise
    if shift_from is not None:
        values[shift_from:] += shift
    return values


# --- the tracking signal


def test_the_tracking_signal_is_the_sum_of_errors_over_their_mean_size():
    found = tracking.tracking(np.array([1.0, -1.0, 2.0, 2.0, 1.0]))
    # Sum 5, mean size 7 / 5.
    assert found.signal == pytest.approx(5 / 1.4)
    assert (found.count, found.is_beyond) == (5, False)


def test_errors_of_one_sign_go_beyond_the_limit_after_four():
    assert not tracking.tracking(np.full(4, 2.0)).is_beyond
    assert tracking.tracking(np.array([2.0, 3.0, 2.0, 1.0, 2.0])).is_beyond
    assert tracking.tracking(np.array([-2.0, -3.0, -2.0, -1.0, -2.0])).signal == -5.0


def test_a_missing_error_is_left_out_and_no_error_says_nothing():
    assert tracking.tracking(np.array([1.0, np.nan, 1.0])).count == 2
    assert tracking.tracking(np.zeros(9)) == tracking.Tracking(None, 9, None)
    assert tracking.tracking(np.array([])).signal is None


def test_far_from_zero_by_luck_is_no_bias():
    # Of many errors the sum strays by luck alone; the limits of ±4 know nothing of that.
    random = np.random.default_rng(3)
    found = [tracking.tracking(random.normal(0, 1, 100)) for _ in range(400)]
    beyond = sum(one.is_beyond for one in found) / 400
    biased = sum(one.is_biased for one in found) / 400
    assert beyond > 0.5
    assert biased == pytest.approx(0.05, abs=0.03)


def test_errors_that_follow_each_other_count_less_than_they_are_many():
    random = np.random.default_rng(4)

    def persistent():
        errors = np.zeros(200)
        for hour in range(1, 200):
            errors[hour] = 0.8 * errors[hour - 1] + random.normal()
        return tracking.tracking(errors)

    assert sum(persistent().is_biased for _ in range(200)) / 200 < 0.12


# --- coverage


def test_the_chance_of_so_few_inside_is_the_tail_of_a_binomial():
    assert holding.at_most(2, 4, 0.5) == pytest.approx(11 / 16)
    assert holding.at_most(0, 3, 0.8) == pytest.approx(0.2**3)
    assert holding.at_most(3, 3, 0.8) == 1.0


def test_coverage_by_hand():
    inside = np.array([True] * 6 + [False] * 4)
    found = holding.held(inside, 80)
    assert (found.inside, found.count, found.share) == (6, 10, 0.6)
    by_hand = sum(math.comb(10, k) * 0.8**k * 0.2 ** (10 - k) for k in range(7))
    assert found.p_fewer == pytest.approx(by_hand)
    assert holding.held(np.array([], dtype=bool), 80).share is None


@given(st.integers(1, 300), st.floats(0.01, 0.99), st.data())
def test_the_tail_is_a_probability_that_grows(trials, chance, data):
    successes = data.draw(st.integers(0, trials - 1))
    low, high = (holding.at_most(k, trials, chance) for k in (successes, successes + 1))
    assert 0 <= low <= high <= 1


# --- surprise


def bands(mean, spread):
    half = {p: spread * NORMAL.inv_cdf(0.5 + p / 200) for p in LEVELS}
    return {p: mean - half[p] for p in LEVELS}, {p: mean + half[p] for p in LEVELS}


def test_a_value_on_the_edge_of_an_interval_has_the_score_of_its_level():
    mean = np.array([10.0, 10.0, 10.0, 10.0, 10.0])
    lower, upper = bands(mean, 2.0)
    actual = np.array([upper[80.0][0], lower[50.0][0], 10.0, 1e9, np.nan])
    scores = surprise(actual, mean, lower, upper)
    assert scores[0] == pytest.approx(NORMAL.inv_cdf(0.8))
    assert scores[1] == pytest.approx(0.0, abs=1e-9)
    assert scores[2] == -3.0
    assert scores[3] == pytest.approx(NORMAL.inv_cdf(0.995))
    assert np.isnan(scores[4])


def test_scores_of_a_calibrated_forecast_are_standard_normal_whatever_the_unit():
    random = np.random.default_rng(1)
    mean = np.full(20_000, 1e6)
    lower, upper = bands(mean, 5e4)
    scores = surprise(mean + random.normal(0, 5e4, 20_000), mean, lower, upper)
    assert scores.mean() == pytest.approx(0.0, abs=0.03)
    assert scores.std() == pytest.approx(1.0, abs=0.04)


def test_intervals_without_width_have_a_score_too():
    flat = {p: np.array([5.0, 5.0]) for p in LEVELS}
    scores = surprise(np.array([5.0, 6.0]), np.array([5.0, 5.0]), flat, flat)
    assert scores[0] == -3.0
    assert scores[1] > 2


# --- sums


def test_the_sum_by_hand():
    found = cusum.follow(np.array([0.0, 1.0, 1.0, np.nan, 2.0, -9.0]), threshold=2.0)
    assert found.values.tolist() == [0.0, 0.5, 1.0, 1.0, 2.5, 0.0]
    assert found.drifting.tolist() == [False, False, False, False, True, False]
    assert (found.onset, found.is_drifting, found.last) == (-1, False, 0.0)


def test_an_alarm_names_the_place_from_which_the_sum_rose():
    found = cusum.follow(np.array([-1.0, 0.0, 2.0, 2.0, 2.0]), threshold=3.0)
    assert found.is_drifting
    assert found.onset == 2


@pytest.mark.parametrize("steps", [100, 500])
def test_luck_alone_raises_an_alarm_as_rarely_as_is_said(steps):
    random = np.random.default_rng(steps)
    threshold = cusum.threshold_for(steps)
    assert cusum.steps_until(threshold) == pytest.approx(steps, rel=1e-6)
    lengths = []
    for _ in range(160):
        scores = np.clip(random.normal(0, 1, 8 * steps), -3, 3)
        alarms = np.flatnonzero(cusum.follow(scores, threshold).drifting)
        lengths.append(alarms[0] + 1 if len(alarms) else 8 * steps)
    assert np.mean(lengths) == pytest.approx(steps, rel=0.25)


def test_luck_alone_hardly_ever_empties_an_interval():
    # The test of the intervals adds less than a tenth to the alarms that are announced.
    fewest = next(k for k in range(100, 0, -1) if holding.at_most(k, 100, 0.8) < judged.SURE)
    random = np.random.default_rng(8)
    inside = random.random((200, 4_000)) < 0.8
    sums = np.cumsum(inside, axis=1)
    rolling = sums[:, 100:] - sums[:, :-100]
    alarmed = (rolling <= fewest).any(axis=1).mean()
    expected_of_the_sums = 4_000 / 2_000
    assert alarmed < 0.1 * expected_of_the_sums


def test_several_series_share_one_promise():
    random = np.random.default_rng(2)
    lengths = []
    for _ in range(40):
        scores = {str(n): np.clip(random.normal(0, 1, 1_000), -3, 3) for n in range(4)}
        inside = {name: np.ones(1_000, dtype=bool) for name in scores}
        found = judged.judge(scores, inside, 80, 250)
        alarms = [np.flatnonzero(one.sums.drifting) for one in found]
        lengths.append(min((int(a[0]) for a in alarms if len(a)), default=1_000))
    assert np.mean(lengths) > 150


def test_the_nearest_to_an_alarm_comes_first():
    scores = {"calm": np.full(50, -1.0), "odd": np.full(50, 2.5)}
    inside = {name: np.ones(50, dtype=bool) for name in scores}
    found = judged.judge(scores, inside, 80, 2_000)
    assert [(one.label, one.sign) for one in found] == [("odd", "errors"), ("calm", "")]
    inside["calm"] = np.zeros(50, dtype=bool)
    assert {one.label: one.sign for one in judged.judge(scores, inside, 80, 2_000)} == {
        "odd": "errors",
        "calm": "intervals",
    }


# --- a model on rows that came later


@pytest.fixture(scope="module")
def learned():
    return create("linear").fit(Panel.from_arrays(wave(480), frequency="h"), horizon=24)


def scores_of(model, values, new):
    panel = Panel.from_arrays(values, frequency="h")
    return as_frame(panel.labels, list(replayed(model, panel, range(new, 0, -1), 80)))


def test_a_replay_says_what_the_model_would_have_said(learned):
    values = wave(520)
    found = scores_of(learned, values, 40)
    assert list(found.columns) == list(COLUMNS)
    assert found["y"].tolist() == values[480:].tolist()
    shorter = Panel.from_arrays(values[:500], frequency="h")
    said = learned.predict(shorter, levels=(80,))
    assert found["mean"].iloc[20] == pytest.approx(said.mean[0, 0, 0])
    assert found["hi"].iloc[20] == pytest.approx(said.upper[80][0, 0, 0])
    whole = found["whole"]
    assert whole.iloc[0] == pytest.approx(
        np.abs(values[480:504] - learned.predict(levels=(80,)).mean[0, :, 0]).mean()
    )
    assert whole.isna().tolist() == [False] * 17 + [True] * 23


def test_a_steady_model_stays_quiet_and_a_change_is_found_within_a_day(learned):
    threshold = cusum.threshold_for(2_000)
    steady = scores_of(learned, wave(580), 100)["score"].to_numpy()
    assert not cusum.follow(steady, threshold).drifting.any()
    noisy = wave(580)
    noisy[520:] += np.random.default_rng(5).normal(0, 12, 60)
    changed = scores_of(learned, noisy, 100)["score"].to_numpy()
    first = np.flatnonzero(cusum.follow(changed, threshold).drifting)[0]
    assert 40 <= first < 64


def test_one_outlier_is_no_drift_however_large():
    scores = np.clip(np.random.default_rng(9).normal(0, 1, 60), -3, 1)
    scores[30] = 3.0
    assert not cusum.follow(scores, cusum.threshold_for(2_000)).drifting.any()
