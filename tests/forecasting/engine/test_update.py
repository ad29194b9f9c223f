"""Rows that come after the training: joined, taken in without a fit, learned from by intervals."""

import numpy as np
import pandas as pd
import pytest

from forecasting.engine.artifacts import load, save
from forecasting.engine.errors import BadValuesError, IrregularTimesError, SettingsError
from forecasting.engine.joining import joined
from forecasting.engine.limits import Limits
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create, model_types
from tests.forecasting.engine.series import seasonal
from tests.forecasting.engine.test_contract import make

NAMES = [entry.name for entry in model_types()]


def panel(values, start="2024-01-01"):
    return Panel.from_arrays({"x": values}, start, "h")


def test_new_rows_are_put_behind_the_old_ones_and_win_where_they_overlap():
    older = panel([1.0, 2.0, 3.0])
    newer = panel([30.0, np.nan, 5.0], "2024-01-01 02:00")
    assert joined(older, newer).values[:, 0].tolist()[:3] == [1.0, 2.0, 30.0]
    assert np.isnan(joined(older, newer).values[3, 0])
    assert len(joined(older, newer).values) == 5


def test_rows_nobody_gave_are_missing_between_the_two():
    found = joined(panel([1.0, 2.0]), panel([5.0], "2024-01-01 04:00")).values[:, 0]
    assert np.isnan(found).tolist() == [False, False, True, True, False]


def test_older_rows_may_be_given_later():
    found = joined(panel([3.0, 4.0], "2024-01-01 02:00"), panel([1.0, 2.0]))
    assert found.values[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert found.starts[0] == np.datetime64("2024-01-01")


def test_other_series_or_another_grid_are_refused():
    with pytest.raises(SettingsError, match="1 series with y at h"):
        joined(panel([1.0, 2.0]), Panel.from_arrays({"z": [1.0]}, "2024-01-01 02:00", "h"))
    with pytest.raises(IrregularTimesError, match="begin between two steps"):
        joined(panel([1.0, 2.0]), panel([1.0], "2024-01-01 02:30"))


@pytest.mark.parametrize("name", NAMES)
def test_an_update_moves_the_forecast_to_the_end_of_the_new_rows(name):
    values = seasonal(300, noise=0.3)
    model = make(name).fit(panel(values[:260]), horizon=5)
    before = model.predict()
    model.update(panel(values).window(250, None))
    after = model.predict()
    assert after.times[0, 0] == np.datetime64("2024-01-01") + np.timedelta64(300, "h")
    assert after.mean.shape == before.mean.shape
    assert not np.allclose(after.mean, before.mean)
    assert np.isfinite(after.upper[95]).all()


@pytest.mark.parametrize("name", ["naive", "linear", "linear_stack"])
def test_an_update_equals_a_forecast_from_the_whole(name):
    values = seasonal(400, noise=0.3)
    model = make(name).fit(panel(values[:350]), horizon=5)
    direct = model.predict(panel(values)).mean
    assert np.allclose(model.update(panel(values[350:], "2024-01-15 14:00")).predict().mean, direct)


def test_intervals_widen_after_misses_and_narrow_after_hits(tmp_path):
    calm = seasonal(600, noise=0.2)
    wild = calm.copy()
    wild[400:] += 3 * np.random.default_rng(5).normal(size=200)
    model = create("linear").fit(panel(calm[:400]), horizon=4)
    width = lambda m: m.intervals_.shift[0, 0, 1]  # noqa: E731 -- the 80 % level of the first block
    for low in range(400, 600, 10):
        model.update(panel(wild).window(low, low + 10))
    assert width(model) > 0.1
    again = load(save(model, tmp_path / "m"))
    assert np.array_equal(again.intervals_.shift, model.intervals_.shift)
    assert np.array_equal(again.predict().upper[80], model.predict().upper[80])

    loose = create("linear").fit(panel(wild[300:]), horizon=4)
    start = pd.Timestamp("2024-01-01") + pd.Timedelta(hours=300)
    quiet = np.concatenate([np.zeros(300), seasonal(300, noise=0.01)])
    for low in range(300, 600, 10):
        loose.update(Panel.from_arrays({"x": quiet[low : low + 10]}, start, "h"))
        start += pd.Timedelta(hours=10)
    assert width(loose) < 0


def test_bounds_and_counts_hold_for_every_end(tmp_path):
    counts = np.random.default_rng(0).poisson(1.0, size=300).astype(float)
    model = create("linear").fit(panel(counts), horizon=6)
    model.limits = Limits(low=0, high=4, integer=True)
    for one in (model, load(save(model, tmp_path / "m"))):
        forecast = one.predict(levels=(50, 95))
        for part in (forecast.mean, forecast.lower[95], forecast.upper[95]):
            assert (part >= 0).all()
            assert (part <= 4).all()
            assert np.array_equal(part, np.rint(part))
        assert (forecast.lower[95] <= forecast.lower[50]).all()
    with pytest.raises(SettingsError, match="must lie below the upper bound"):
        Limits(low=3, high=3)


def test_a_covariate_with_a_hole_is_refused():
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=4, freq="h")})
    frame["y"], frame["price"] = [1.0, 2.0, 3.0, np.nan], [1.0, np.nan, 1.0, 1.0]
    with pytest.raises(BadValuesError, match="covariate price is empty or infinite in row 2"):
        Panel.from_wide(frame, "ds", "y", known=["price"])


def test_rows_after_the_last_target_are_the_future_of_its_covariates():
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=5, freq="h")})
    frame["y"], frame["price"] = [1.0, np.nan, 3.0, np.nan, np.nan], np.arange(5.0)
    read = Panel.from_wide(frame, "ds", "y", known=["price"])
    assert read.lengths.tolist() == [3]
    assert read.known.beyond(read.lengths).tolist() == [2]
    assert read.known.future(0, 3, 2, "y")[:, 0].tolist() == [3.0, 4.0]
    assert read.window(1, None).known.values[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]
