"""A race under a clock and under orders: budgets, stop, finish now."""

import threading
import time

import pytest

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import Cancelled, EngineError
from forecasting.engine.race import (
    Finished,
    ModelFailed,
    ModelProgress,
    ModelSkipped,
    ModelStarted,
    ModelStopped,
    race,
)
from forecasting.engine.race.entering import within
from forecasting.engine.race.pacing import granted
from forecasting.engine.race.presets import plain
from forecasting.engine.registry import create
from tests.forecasting.engine import racers

pytestmark = pytest.mark.usefixtures("fits")


def until_slow_works(events):
    for event in events:
        if isinstance(event, ModelProgress) and event.model == "slow":
            return


def test_closing_the_race_stops_the_fit_and_leaves_nothing_running(hourly):
    before = threading.active_count()
    events = race(hourly, 12, models=["slow"])
    until_slow_works(events)
    began = time.monotonic()
    events.close()
    assert time.monotonic() - began < 1
    assert racers.Slow.running
    assert not any(thread.is_alive() for thread in racers.Slow.running)
    assert threading.active_count() == before


def test_an_exception_in_the_listener_stops_the_fit_too(hourly):
    def listen():
        for event in race(hourly, 12, models=["slow"]):
            if isinstance(event, ModelProgress) and event.model == "slow":
                raise KeyError("listener")

    with pytest.raises(KeyError):
        listen()
    assert not any(thread.is_alive() for thread in racers.Slow.running)


def test_a_stop_request_ends_the_race_without_a_result(hourly):
    asked = threading.Event()
    events = race(hourly, 12, models=["slow"], should_stop=asked.is_set)
    until_slow_works(events)
    asked.set()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        list(events)
    assert time.monotonic() - began < 1
    assert not any(thread.is_alive() for thread in racers.Slow.running)


def test_a_step_that_asks_nobody_is_left_to_itself_after_two_seconds(hourly):
    asked = threading.Event()
    events = race(hourly, 12, models=["stubborn", "counted"], should_skip=lambda _: asked.is_set())
    for event in events:
        if isinstance(event, ModelProgress) and event.model == "stubborn":
            break
    asked.set()
    began = time.monotonic()
    stopped = next(event for event in events if isinstance(event, ModelStopped))
    assert (stopped.model, time.monotonic() - began < 4) == ("stubborn", True)
    assert isinstance(list(events)[-1], Finished)


def test_a_step_that_asks_nobody_is_held_to_its_time_too(hourly):
    began = time.monotonic()
    events = list(race(hourly, 12, models=["stubborn", "linear"], budget=TimeBudget(1.0)))
    assert time.monotonic() - began < 5
    [failed] = [event for event in events if isinstance(event, ModelFailed)]
    assert "did not finish within" in str(failed.reason)


def test_the_listener_is_asked_in_its_own_thread(hourly):
    threads = set()

    def should_stop():
        threads.add(threading.current_thread())
        return False

    list(race(hourly, 12, models=["linear"], should_stop=should_stop))
    assert threads == {threading.current_thread()}


def test_finish_now_keeps_the_best_so_far(hourly):
    asked = threading.Event()
    events = race(hourly, 12, models=["linear", "slow", "counted"], should_finish=asked.is_set)
    until_slow_works(events)
    asked.set()
    rest = list(events)
    done = rest[-1]
    assert isinstance(done, Finished)
    assert (done.leader, done.ended) == ("linear", "asked")
    assert {row.model for row in done.leaderboard} == {"linear", "seasonal_naive"}
    assert not any(isinstance(event, ModelFailed | ModelStarted) for event in rest)
    assert done.model.predict().mean.shape == (2, 12, 2)


def test_a_model_that_overruns_is_stopped_and_named(hourly):
    began = time.monotonic()
    events = list(race(hourly, 12, models=["slow", "linear"], budget=TimeBudget(2.0)))
    assert time.monotonic() - began < 2.0 * 1.1 + 0.5
    [failed] = [event for event in events if isinstance(event, ModelFailed)]
    assert failed.model == "slow"
    assert "did not finish within the" in str(failed.reason)
    assert (events[-1].leader, events[-1].ended) == ("linear", "time")


def test_with_no_time_at_all_the_first_model_still_answers(hourly):
    done = list(race(hourly, 12, preset="balanced", budget=TimeBudget(0.0)))[-1]
    assert done.leader == "naive"
    assert not done.refitted
    assert "No time was left for naive" in str(done.notes[0])
    # Not refitted, but led on: it repeats the last row of all the data.
    assert done.model.predict().mean[0, :, 0] == pytest.approx(hourly.at(0)[-1, 0])


def test_a_model_too_expensive_for_the_budget_is_skipped_with_its_price(hourly):
    events = list(race(hourly, 12, models=["auto_arima", "naive"], budget=TimeBudget(2.0)))
    [skipped] = [e for e in events if isinstance(e, ModelSkipped) and e.model == "auto_arima"]
    assert "auto_arima needs about" in str(skipped.reason)
    assert events[-1].ended == "time"


def test_half_of_what_is_free_is_open_to_a_model_without_an_estimate():
    # 100 s less 20 s for the leader leave 80; half of it, shared by two, is 20 each.
    grant = granted(plain("x"), None, TimeBudget(100.0), reserve=20.0, waiting=2)
    assert grant.seconds == pytest.approx(20.0, abs=0.1)
    # It plans with four fifths and is stopped a quarter and a second after all of it.
    assert grant.planned == pytest.approx(16.0, abs=0.1)
    assert grant.deadline == pytest.approx(26.0, abs=0.1)


def test_an_estimate_may_be_off_by_three_before_its_model_is_stopped():
    grant = granted(plain("x"), 5.0, TimeBudget(100.0), reserve=0.0, waiting=5)
    assert grant.seconds == pytest.approx(15.0)
    with pytest.raises(EngineError, match="needs about 60 seconds; only 4"):
        granted(plain("x"), 60.0, TimeBudget(100.0), reserve=0.0, waiting=1)


def test_a_cheap_model_is_held_to_its_share_of_the_whole():
    with pytest.raises(EngineError, match="needs about 12 seconds; only 10"):
        granted(plain("x", most_share=0.1), 12.0, TimeBudget(100.0), reserve=0.0, waiting=0)


def test_a_model_that_would_learn_nothing_is_not_started():
    with pytest.raises(EngineError, match="needs about 10 seconds; only 4"):
        granted(plain("x", least_seconds=10.0), None, TimeBudget(10.0), reserve=0.0, waiting=1)


def test_of_many_that_wait_the_first_ones_get_enough_to_learn_something():
    # Half of 100 s shared by ten would be 5 s each.
    grant = granted(plain("x", least_seconds=10.0), None, TimeBudget(100.0), 0.0, waiting=10)
    assert grant.seconds == pytest.approx(10.0)


def test_training_is_held_to_round_seconds_so_that_numbers_repeat():
    lstm = create("lstm")
    assert within(lstm, 17.3).settings.max_seconds == 15.0
    assert within(lstm, 0.65).settings.max_seconds == 0.5
    assert within(lstm, 1e9) is lstm
    assert within(create("naive"), 1.0).settings == create("naive").settings
