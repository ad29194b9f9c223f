import numpy as np
import pandas as pd
import pytest

from forecasting.engine.backtest import backtest, replay
from forecasting.engine.baselines import Naive, SeasonalNaive
from forecasting.engine.errors import Cancelled, SettingsError, TooShortError
from forecasting.engine.linear import Linear
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create

NAMES = ("step", "stride")


def ramp(rows=20):
    return Panel.from_arrays({"r": np.arange(rows) * 1.0}, "2024-01-01", "D")


def test_windows_and_errors_of_a_ramp_by_hand():
    result = backtest(Naive(), ramp(), horizon=2, windows=3, stride=2, levels=[80])
    frame = result.frame()
    assert list(frame) == ["unique_id", "ds", "cutoff", "y", "naive", "naive-lo-80", "naive-hi-80"]
    assert frame["y"].tolist() == [14, 15, 16, 17, 18, 19]
    assert frame["naive"].tolist() == [13, 13, 15, 15, 17, 17]
    assert frame["cutoff"].dt.day.tolist() == [14, 14, 16, 16, 18, 18]
    assert (frame["ds"] - frame["cutoff"]).dt.days.tolist() == [1, 2] * 3
    assert result.metrics["mae"] == pytest.approx(1.5)
    assert result.metrics["per_step"]["mae"] == [1.0, 2.0]
    assert result.metrics["mase"] == pytest.approx(1.5 / 7)
    assert result.metrics["per_series"]["r"]["bias"] == pytest.approx(-1.5)


def test_overlapping_windows_are_allowed():
    result = backtest(Naive(), ramp(), horizon=3, windows=4, stride=1)
    assert result.cutoffs[:, 0].astype("datetime64[D]").astype(str).tolist() == [
        f"2024-01-{day}" for day in (14, 15, 16, 17)
    ]


@pytest.mark.parametrize("model", [SeasonalNaive(), Linear(lookback=24)])
def test_a_window_does_not_see_what_comes_after_its_cutoff(model, hourly):
    plain = backtest(model, hourly, horizon=6, windows=4)
    values = hourly.values.copy()
    values[hourly.indptr[1] - 6 : hourly.indptr[1]] = 1e6
    values[hourly.indptr[2] - 6 :] = -1e6
    changed = Panel.from_arrays(
        {i: values[a:b] for i, a, b in zip("ab", hourly.indptr, hourly.indptr[1:], strict=False)},
        "2024-01-01",
        "h",
    )
    other = backtest(model, changed, horizon=6, windows=4)
    assert np.array_equal(plain.mean, other.mean)
    assert np.array_equal(plain.lower[80], other.lower[80])


@pytest.mark.parametrize("name", ["naive", "seasonal_naive", "drift", "linear"])
def test_the_first_window_sees_nothing_of_the_later_ones(name, single):
    plain = backtest(create(name), single, horizon=6, windows=3)
    values = single.values.copy()
    values[-18:] += 1e4
    changed = Panel.from_arrays({"x": values}, "2024-01-01", "h")
    other = backtest(create(name), changed, horizon=6, windows=3)
    assert np.array_equal(plain.mean[0], other.mean[0])
    assert np.array_equal(plain.upper[80][0], other.upper[80][0])


def test_the_older_name_of_the_stride_still_works():
    older, newer = (backtest(Naive(), ramp(), horizon=3, windows=2, **{n: 2}) for n in NAMES)
    assert np.array_equal(older.mean, newer.mean)


def test_refitting_learns_from_every_cutoff(hourly):
    never = backtest(Linear(lookback=24), hourly, horizon=6, windows=3)
    always = backtest(Linear(lookback=24), hourly, horizon=6, windows=3, refit="always")
    assert np.array_equal(never.mean[0], always.mean[0])
    assert not np.array_equal(never.mean[2], always.mean[2])


def test_the_model_given_is_not_changed(hourly):
    model = Linear(lookback=24)
    backtest(model, hourly, horizon=6, windows=3)
    assert model.horizon_ == 0


def test_replaying_a_fitted_model_equals_the_backtest_that_fitted_it(hourly):
    past = hourly.drop_last(18)
    model = Linear(lookback=24).fit(past, horizon=6)
    again = replay(model, hourly, windows=3)
    assert np.array_equal(
        again.mean, backtest(Linear(lookback=24), hourly, horizon=6, windows=3).mean
    )
    with pytest.raises(SettingsError, match="trained on rows after the first cutoff"):
        replay(model, hourly, windows=4)


def test_missing_actuals_are_not_measured():
    values = np.arange(20.0)
    values[-1] = np.nan
    result = backtest(Naive(), Panel.from_arrays(values), horizon=2, windows=1)
    assert result.metrics["mae"] == pytest.approx(1.0)
    assert result.metrics["per_step"]["mae"] == [1.0, None]


def test_too_many_windows_say_how_many_rows_they_need():
    with pytest.raises(TooShortError, match=r"20 rows; 5 windows of 5 steps need 27"):
        backtest(Naive(), ramp(), horizon=5, windows=5)


def test_skill_compares_the_same_windows(single):
    yardstick = backtest(Naive(), single, horizon=12, windows=3)
    seasonal = backtest(SeasonalNaive(), single, horizon=12, windows=3)
    assert 0.8 < seasonal.skill(yardstick) < 1.0
    assert yardstick.skill(yardstick) == 0.0


def test_progress_ends_at_one_and_stopping_works(single):
    seen = []
    backtest(Naive(), single, horizon=6, windows=4, progress=lambda done, _: seen.append(done))
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    with pytest.raises(Cancelled):
        backtest(Naive(), single, horizon=6, should_stop=lambda: len(seen) > 3)


def test_times_of_the_frame_are_the_times_of_the_data(single):
    frame = backtest(Naive(), single, horizon=6, windows=2).frame()
    expected = pd.DatetimeIndex(single.times("x")[-12:])
    assert frame["ds"].tolist() == expected.tolist()
