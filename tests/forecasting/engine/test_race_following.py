"""A race hands over what it has tested, lets one model be stopped, and keeps to its rules."""

import threading

import numpy as np
import pytest

from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest, collect
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import SettingsError
from forecasting.engine.limits import Limits
from forecasting.engine.panel import Panel
from forecasting.engine.race import (
    Entrant,
    LastFit,
    ModelProgress,
    ModelStarted,
    ModelStopped,
    Rules,
    Scored,
    Started,
    race,
)
from forecasting.engine.race.course import Course
from forecasting.engine.race.so_far import SoFar
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch
from tests.forecasting.engine import race_in_a_process as process
from tests.forecasting.engine import racers
from tests.forecasting.engine.series import seasonal

pytestmark = pytest.mark.usefixtures("fits")


def told(events, kind):
    return [event for event in events if isinstance(event, kind)]


def scored(events):
    return {event.row.model: event for event in told(events, Scored)}


def test_a_scored_model_comes_with_its_windows_and_forecasts_from_the_last_row(hourly):
    found = scored(race(hourly, 12, models=["linear", "naive"]))
    for name, event in found.items():
        assert event.result.metrics["mase"] == event.row.score, name
    linear = found["linear"].model
    past = Course.plan(hourly, 12).past
    fresh = create("linear").fit(past, horizon=12).predict(hourly)
    assert np.allclose(linear.predict().mean, fresh.mean)
    naive = found["naive"].model.predict()
    assert naive.mean[0, :, 0] == pytest.approx(hourly.at(0)[-1, 0])


def test_an_ensemble_is_led_on_with_its_members_and_can_be_kept(tmp_path):
    panel = Panel.from_arrays({"x": seasonal(600)}, frequency="h")
    events = list(race(panel, 12, preset="balanced", budget=TimeBudget(4.0)))
    event = scored(events)["ensemble"]
    blend = event.model
    kept = artifacts.load(artifacts.save(blend, tmp_path / "blend"))
    assert np.array_equal(kept.predict().mean, blend.predict().mean)
    assert kept.predict().times[0, 0] == panel.future_times(12)[0, 0]


def test_a_resumed_race_hands_over_the_same_models(tmp_path):
    panel, models = process.panel(), ["seasonal_naive", "linear"]
    first, again = (
        scored(race(panel, 12, models=models, journal=tmp_path / "j")) for _ in range(2)
    )
    assert again["linear"].resumed
    assert np.array_equal(again["linear"].result.mean, first["linear"].result.mean)
    own, other = (one["linear"].model.predict() for one in (first, again))
    assert np.array_equal(own.mean, other.mean)


def test_one_model_is_stopped_and_the_others_go_on(hourly):
    unwanted = set()
    events = []
    for event in race(hourly, 12, models=["slow", "counted"], should_skip=unwanted.__contains__):
        events.append(event)
        if isinstance(event, ModelProgress) and event.model == "slow":
            unwanted.add("slow")
    [stopped] = told(events, ModelStopped)
    assert stopped.model == "slow"
    assert str(stopped.reason) == "slow was stopped by hand; the others went on."
    assert {row.model for row in events[-1].leaderboard} == {"counted", "seasonal_naive"}
    assert events[-1].ended == "done"
    assert not any(thread.is_alive() for thread in racers.Slow.running)


def test_a_model_that_is_stopped_before_its_turn_does_not_begin(hourly):
    wishes = threading.local()
    wishes.thread = threading.current_thread()

    def skip(name):
        assert threading.current_thread() is wishes.thread
        return name == "counted"

    events = list(race(hourly, 12, models=["counted", "naive"], should_skip=skip))
    assert [event.model for event in told(events, ModelStopped)] == ["counted"]
    assert "counted" not in {event.model for event in told(events, ModelStarted)}


def test_a_stopped_model_stays_stopped_after_a_restart(tmp_path, hourly):
    def run(**choices):
        yield from race(hourly, 12, models=["slow"], journal=tmp_path / "j", **choices)

    wanted = threading.Event()
    for event in run(should_skip=lambda name: name == "slow" and wanted.is_set()):
        if isinstance(event, ModelProgress) and event.model == "slow":
            wanted.set()
    again = list(run())
    assert [event.model for event in told(again, ModelStopped)] == ["slow"]
    assert "slow" not in {event.model for event in told(again, ModelStarted)}


def test_a_net_tells_its_losses_epoch_by_epoch_and_what_is_left(hourly):
    net = Entrant("small", "dlinear", {"epochs": 3, "epoch_windows": 64, "max_seconds": 60.0})
    events = list(race(hourly, 12, models=[net], budget=TimeBudget()))
    reports = [event.epoch for event in told(events, ModelProgress) if event.epoch]
    assert [report.epoch for report in reports] == [1, 2, 3]
    assert all(report.train_loss > 0 < report.valid_loss for report in reports)
    left = [event.left for event in told(events, ModelProgress) if event.epoch]
    assert left[-1] == pytest.approx(0.0, abs=1e-6)


def test_the_time_left_follows_the_pace_where_there_are_no_epochs(hourly, monkeypatch):
    monkeypatch.setattr(racers.Slow, "seconds", 0.8)
    heard = told(race(hourly, 12, models=["slow"]), ModelProgress)
    left = [event.left for event in heard if event.model == "slow" and 0.2 < event.fraction < 0.7]
    # Four fifths of the work are the fit of 0.8 s.
    assert left
    assert all(0.0 < seconds < 1.5 for seconds in left)
    assert left[-1] < left[0]


def test_the_score_so_far_ends_as_the_score(hourly, monkeypatch):
    monkeypatch.setattr("forecasting.engine.race.so_far.BETWEEN_LOOKS", 0.0)
    course, heard = Course.plan(hourly, 12), []
    so_far = SoFar(course, Watch(tell=heard.append))
    model = create("naive").fit(course.past, horizon=12)
    forecasts = [model.predict(course.tested.drop_last(end)) for end in course.ends]
    for forecast in forecasts:
        so_far.add(forecast)
    assert [report.done for report in heard] == list(range(1, course.windows + 1))
    assert heard[0].planned == course.windows
    result = collect(course.tested, forecasts, course.ends)
    assert heard[-1].score == pytest.approx(result.metrics["mase"])


def test_two_models_of_one_kind_run_under_names_of_their_own(hourly):
    models = [
        Entrant("short", "window_mean", {"window": 3}),
        Entrant("long", "window_mean", {"window": 48}),
    ]
    done = list(race(hourly, 12, models=models, windows=3))[-1]
    rows = {row.model: row for row in done.leaderboard}
    assert {row.kind for row in rows.values()} == {"window_mean", "seasonal_naive"}
    alone = backtest(create("window_mean", window=48), hourly, horizon=12, windows=3)
    assert rows["long"].score == alone.metrics["mase"]


def test_an_unknown_setting_is_refused_before_the_start(hourly):
    with pytest.raises(SettingsError, match="window_mean has no setting width"):
        race(hourly, 12, models=[Entrant("x", "window_mean", {"width": 3})])


def test_bounds_hold_on_the_past_windows_in_the_ensemble_and_at_the_end():
    panel = Panel.from_arrays({"x": seasonal(600)}, frequency="h")
    low = float(np.quantile(panel.values, 0.4))
    rules = Rules(Limits(low=low, integer=False))
    events = list(race(panel, 12, preset="balanced", rules=rules, budget=TimeBudget(4.0)))
    done = events[-1]
    assert "ensemble" in done.results
    for name, result in done.results.items():
        assert result.mean.min() >= low, name
        assert result.lower[95.0].min() >= low, name
    assert done.model.predict().lower[95].min() >= low
    free = list(race(panel, 12, models=["linear"]))[-1]
    assert free.results["linear"].mean.min() < low


def test_the_seed_reaches_models_that_draw_unless_they_are_given_one(hourly):
    given = {"epochs": 1, "epoch_windows": 32}
    models = [Entrant("drawn", "dlinear", given), Entrant("own", "dlinear", given | {"seed": 4})]
    found = scored(race(hourly, 12, models=models, rules=Rules(seed=9), budget=TimeBudget()))
    assert found["drawn"].model.settings.seed == 9
    assert found["own"].model.settings.seed == 4


def test_a_fit_before_every_window_sees_all_rows_before_it(hourly, fits):
    rules = Rules(refit="always")
    done = list(race(hourly, 12, models=["linear", "counted"], windows=3, rules=rules))[-1]
    alone = backtest(create("linear"), hourly, horizon=12, windows=3, refit="always")
    assert np.array_equal(done.results["linear"].mean, alone.mean)
    rows = [int(line.split()[1]) for line in fits.read_text().splitlines()]
    whole = int(hourly.lengths.max())
    assert rows[:3] == [whole - 36, whole - 24, whole - 12]


def test_the_plan_tells_what_each_fit_will_take_and_the_end_announces_the_last_one(hourly):
    events = list(race(hourly, 12, models=["linear", "dlinear"], budget=TimeBudget(0.5)))
    [plan] = told(events, Started)
    assert plan.estimates["linear"] > 0
    assert plan.estimates["dlinear"] is None
    assert told(events, LastFit) == [LastFit(events[-1].leader)]
