import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.engine import intervals
from forecasting.engine.baselines import Naive
from forecasting.engine.errors import SettingsError
from forecasting.engine.intervals import Conformal, volatility
from forecasting.engine.missing import Scaled
from forecasting.engine.panel import Panel


def conformal_of(scores):
    column = np.random.default_rng(0).normal(size=400)
    panel = Panel.from_arrays(column)
    return Conformal.fit(panel, Scaled.of(panel), [scores])


def width_at(conformal, level):
    place = np.searchsorted(intervals.PROBABILITIES, level / 100)
    return conformal.table[place, 0]


def test_the_ninetieth_of_nineteen_scores_is_the_eighteenth():
    conformal = conformal_of(np.arange(1.0, 20.0)[:, None])
    assert width_at(conformal, 90).tolist() == [18.0]
    assert width_at(conformal, 80).tolist() == [16.0]
    assert width_at(conformal, 95).tolist() == [19.0]


def test_more_than_the_scores_can_tell_is_stretched_and_said():
    conformal = conformal_of(np.arange(1.0, 6.0)[:, None])
    assert width_at(conformal, 99)[0] > 5.0
    assert conformal.notes((80, 95)) != ()
    assert conformal_of(np.ones((99, 1))).notes((80, 95)) == ()


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 40))
def test_wider_levels_are_never_narrower(seed, count, horizon):
    scores = np.abs(np.random.default_rng(seed).standard_t(2, size=(count, horizon)))
    scores[:, 1:][np.random.default_rng(seed).random((count, horizon - 1)) < 0.3] = np.nan
    table = conformal_of(scores).table
    assert np.isfinite(table).all()
    assert (np.diff(table, axis=0) >= -1e-6).all()


def test_exchangeable_errors_are_covered_as_promised():
    random = np.random.default_rng(5)
    inside = []
    for _ in range(300):
        scores = np.abs(random.normal(size=(40, 1)))
        inside.append(np.abs(random.normal()) <= width_at(conformal_of(scores), 80)[0])
    assert 0.75 <= np.mean(inside) <= 0.88


def test_the_naive_interval_of_a_random_walk_grows_with_the_root_of_time():
    walk = np.random.default_rng(2).normal(size=4000).cumsum()
    forecast = Naive().fit(Panel.from_arrays(walk), horizon=48).predict(levels=[80])
    width = (forecast.upper[80] - forecast.lower[80])[0, :, 0]
    assert width[35] / width[8] == pytest.approx(2.0, rel=0.25)


def test_volatility_sees_only_the_rows_before_the_origin():
    column = np.r_[np.ones(400), np.random.default_rng(0).normal(size=100) * 50]
    calm = volatility(column, np.array([400]))
    assert calm == pytest.approx(np.sqrt(intervals.VOLATILITY_FLOOR))
    assert volatility(column, np.array([500]))[0] > 10 * calm[0]


def test_restless_times_widen_the_interval():
    random = np.random.default_rng(0)
    calm = random.normal(size=1000)
    model = Naive().fit(Panel.from_arrays(calm), horizon=5)
    restless = Panel.from_arrays(calm * 9)
    width = [(f.upper[80] - f.lower[80]).mean() for f in (model.predict(), model.predict(restless))]
    assert width[1] == pytest.approx(3 * width[0], rel=1e-6)


@pytest.mark.parametrize("level", [0, 100, -5, 120])
def test_a_level_is_a_percentage(level, single):
    with pytest.raises(SettingsError, match="between 0 and 100 %"):
        Naive().fit(single, horizon=3).predict(levels=[level])


def test_a_series_never_seen_takes_the_pooled_interval(hourly, single):
    model = Naive().fit(hourly, horizon=6)
    other = Panel.from_arrays({"new": hourly.series("a")}, frequency="h")
    assert np.isfinite(model.predict(other).upper[95]).all()
