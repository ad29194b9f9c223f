"""The ensemble as a model: what it learns from its members, keeps and passes on to them."""

from pathlib import Path

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.blocks import block_ends
from forecasting.engine.budget import TimeBudget
from forecasting.engine.ensembles import Ensemble
from forecasting.engine.errors import SettingsError, TooShortError, UnknownModelError
from forecasting.engine.out_of_fold import OutOfFold, past_windows
from forecasting.engine.panel import Panel
from forecasting.engine.refitting import rolled
from forecasting.engine.registry import create, model_type
from forecasting.engine.rolling_origin import RollingOrigin
from forecasting.engine.watch import Watch
from tests.forecasting.engine.series import seasonal

every_way = pytest.mark.parametrize("how", ["greedy", "simplex", "median"])
TWO = ("seasonal_naive", "linear")


def short_and_long():
    return Panel.from_arrays(
        {"long": seasonal(300), "short": seasonal(40, seed=1)}, "2024-01-01", "h"
    )


@every_way
def test_a_forecast_is_the_combination_of_the_members(how, hourly):
    model = Ensemble(members=TWO, how=how).fit(hourly, horizon=12)
    answers = [member.predict().mean for member in model.members_]
    if how == "median":
        expected = np.median(answers, axis=0)
    else:
        assert model.weights_.sum(axis=1) == pytest.approx(np.ones(12))
        expected = sum(model.weights_[:, m, None] * answer for m, answer in enumerate(answers))
    assert model.predict().mean == pytest.approx(expected)


def test_members_forecast_as_they_would_alone(hourly):
    model = Ensemble(members=TWO, how="median").fit(hourly, horizon=12)
    for name, member in zip(TWO, model.members_, strict=True):
        alone = create(name).fit(hourly, horizon=12)
        assert np.array_equal(member.predict().mean, alone.predict().mean)


def test_simplex_weights_are_constant_within_a_block_of_steps(hourly):
    model = Ensemble(members=("naive", *TWO), how="simplex").fit(hourly, horizon=30)
    changes = 1 + np.flatnonzero(np.abs(np.diff(model.weights_, axis=0)).max(axis=1) > 0)
    assert len(changes)
    assert set(changes) <= set(block_ends(30).tolist())


def test_a_member_without_weight_is_not_kept():
    model = Ensemble(members=("drift", "seasonal_naive")).fit(
        Panel.from_arrays(np.tile(np.arange(24.0), 20), frequency="h"), horizon=12
    )
    assert [member.name for member in model.members_] == ["seasonal_naive"]
    assert model.report_["weights"] == {"seasonal_naive": 1.0}
    assert model.report_["left_out"] == ["drift"]


@every_way
def test_a_weighted_ensemble_is_about_as_good_as_its_best_member(how, single):
    options = {"horizon": 12, "windows": 4}
    own = backtest(Ensemble(members=("drift", *TWO), how=how), single, **options).metrics["mae"]
    members = [backtest(create(n), single, **options).metrics["mae"] for n in ("drift", *TWO)]
    assert own < 1.1 * sorted(members)[0 if how != "median" else 1]


def test_a_history_too_short_for_a_past_window_gives_equal_weights():
    panel = Panel.from_arrays(np.arange(12.0))
    model = Ensemble(members=("naive", "drift"), how="greedy").fit(panel, horizon=6)
    assert model.report_ == {
        "windows": 0,
        "weights": {"naive": 0.5, "drift": 0.5},
        "left_out": [],
    }
    # The last value 11, and one more a step
    assert model.predict().mean[0, :, 0] == pytest.approx(11 + np.arange(1, 7) / 2)
    assert np.isfinite(model.predict().upper[80]).all()


def test_a_member_that_the_history_is_too_short_for_is_left_out():
    panel = Panel.from_arrays(np.arange(12.0))
    model = Ensemble(members=("linear", "drift")).fit(panel, horizon=9)
    assert model.report_["left_out"] == ["linear"]
    assert model.predict().mean[0, -1, 0] == pytest.approx(20)
    with pytest.raises(TooShortError, match="12 rows"):
        Ensemble(members=("linear",)).fit(panel, horizon=9)


def test_a_short_series_beside_long_ones_is_forecast_too():
    model = Ensemble(members=TWO).fit(short_and_long(), horizon=24)
    forecast = model.predict()
    assert np.isfinite(forecast.mean).all()
    assert np.isfinite(forecast.upper[95]).all()


@every_way
def test_updating_updates_the_members_and_moves_the_forecast_on(how, hourly):
    older = hourly.drop_last(10)
    model = Ensemble(members=TWO, how=how).fit(older, horizon=6)
    before = model.intervals_.shift.copy()
    model.update(hourly.tail(30))
    forecast = model.predict()
    assert np.array_equal(forecast.times, hourly.future_times(6))
    assert np.allclose(forecast.mean, model.predict(hourly).mean)
    assert not np.array_equal(before, model.intervals_.shift)
    for member in model.members_:
        alone = create(member.name).fit(older, horizon=6).update(hourly.tail(30))
        assert np.array_equal(member.predict().mean, alone.predict().mean)
        assert np.array_equal(member.intervals_.shift, alone.intervals_.shift)


@every_way
def test_a_loaded_ensemble_forecasts_and_updates_as_before(how, hourly, tmp_path):
    older = hourly.drop_last(10)
    model = Ensemble(members=("drift", *TWO), how=how, windows=6).fit(older, horizon=6)
    loaded = artifacts.load(artifacts.save(model, tmp_path / how))
    assert loaded.settings == model.settings
    assert [m.name for m in loaded.members_] == [m.name for m in model.members_]
    for panel in (None, older.drop_last(5)):
        assert np.array_equal(model.predict(panel).mean, loaded.predict(panel).mean)
    for one in (model, loaded):
        one.update(hourly)
    assert np.array_equal(model.predict().mean, loaded.predict().mean)
    assert np.array_equal(model.predict().upper[80], loaded.predict().upper[80])
    for one, other in zip(model.members_, loaded.members_, strict=True):
        assert np.array_equal(one.intervals_.shift, other.intervals_.shift)


def test_the_intervals_cover_what_the_members_never_saw():
    series = {str(i): seasonal(700, seed=i, noise=1.0) for i in range(20)}
    panel = Panel.from_arrays(series, frequency="h")
    result = backtest(Ensemble(members=TWO), panel, horizon=12, windows=8)
    assert 74 < result.metrics["coverage"][80] < 86
    assert 91 < result.metrics["coverage"][95] < 98.5


def test_forecasting_from_many_cutoffs_equals_one_by_one(hourly):
    model = Ensemble(members=TWO, how="simplex").fit(hourly.drop_last(20), horizon=6)
    ends = [20, 13, 1]
    for end, forecast in zip(ends, model.predict_at(hourly, ends), strict=True):
        alone = model.predict(hourly.drop_last(end))
        assert np.allclose(forecast.mean, alone.mean, rtol=1e-12)
        assert np.allclose(forecast.upper[80], alone.upper[80], rtol=1e-9)


def test_each_member_keeps_a_checkpoint_of_its_own(single, tmp_path, monkeypatch):
    asked = []
    drift = model_type("drift").load()
    fit = drift._fit

    def remembered(self, panel, horizon, watch, checkpoint):
        asked.append(checkpoint)
        fit(self, panel, horizon, watch, checkpoint)

    monkeypatch.setattr(drift, "_fit", remembered)
    model = Ensemble(members=("drift",), windows=3)
    model.fit(single, horizon=6, checkpoint=tmp_path)
    # Tested without one, then fitted for good.
    assert asked == [None, Path(tmp_path / "drift")]


def test_without_any_time_there_is_still_a_forecast(single):
    model = Ensemble(members=TWO).fit(single, horizon=6, budget=TimeBudget(0.0))
    assert model.report_["windows"] == 1
    assert np.isfinite(model.predict().upper[80]).all()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"members": ()}, "at least one member"),
        ({"members": ("naive", "naive")}, "only once"),
        ({"members": ("ensemble",)}, "cannot be a member"),
        ({"how": "vote"}, "greedy, simplex, median, not by vote"),
        ({"windows": 0}, "at least one past window"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, sentence):
    with pytest.raises(SettingsError, match=sentence):
        Ensemble(**settings)


def test_an_unknown_member_is_named(single):
    with pytest.raises(UnknownModelError, match="no model crystal_ball"):
        Ensemble(members=("crystal_ball",)).fit(single, horizon=3)


def test_members_may_come_as_a_list():
    assert Ensemble(members=["naive", "drift"]).settings.members == ("naive", "drift")


@pytest.mark.parametrize(
    ("rows", "horizon", "expected"),
    [
        # A third of 600 rows less 8: 192 over 23 gaps
        ([600], 8, RollingOrigin(8, 24, 8)),
        # The same third of 1,800: a stride of 24 + 1 would be fine, of 24 it is one less
        ([1710], 8, RollingOrigin(8, 24, 23)),
        # 40 rows, 13 of them held out, cannot hold half of 24 windows; the longest can.
        ([40, 600], 8, RollingOrigin(8, 24, 8)),
        # 19 windows are enough to keep the shortest series in.
        ([78, 600], 8, RollingOrigin(8, 19, 1)),
        ([20], 8, RollingOrigin(8, 1, 1)),
    ],
)
def test_past_windows_are_spread_over_the_newest_third(rows, horizon, expected):
    panel = Panel.from_arrays(
        {str(i): np.arange(float(n)) for i, n in enumerate(rows)}, frequency="h"
    )
    assert past_windows(panel, horizon, 24) == expected


def test_no_room_for_a_past_window_gives_none():
    assert past_windows(Panel.from_arrays(np.arange(19.0), frequency="h"), 8, 24) is None


def test_out_of_fold_forecasts_are_those_of_a_backtest():
    panel = short_and_long()
    origin = past_windows(panel, 24, 4)
    past = OutOfFold.of([create("naive"), create("drift")], panel, 24, 4, Watch())
    assert past.series.tolist() == [0]
    assert past.models == (0, 1)
    alone = rolled(create("drift"), panel.select(["long"]), origin, (), Watch())
    assert np.array_equal(past.forecasts[1], np.stack([f.mean for f in alone]))
    last = past.actual[-1, 0, :, 0]
    assert np.array_equal(last, panel.series("long")[-24:, 0])
