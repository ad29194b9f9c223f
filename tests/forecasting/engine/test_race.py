"""A race as its listener hears it."""

import numpy as np
import pytest

from forecasting.engine.backtest import backtest
from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import HorizonError, SettingsError, UnknownModelError
from forecasting.engine.panel import Panel
from forecasting.engine.race import (
    Finished,
    ModelFailed,
    ModelProgress,
    ModelSkipped,
    ModelStarted,
    NewLeader,
    Scored,
    Started,
    race,
)
from forecasting.engine.registry import create
from tests.forecasting.engine import racers
from tests.forecasting.engine.series import seasonal

pytestmark = pytest.mark.usefixtures("fits")


def rising(rows=60):
    return Panel.from_arrays({"line": np.arange(float(rows))}, frequency="D")


def told(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_the_events_tell_the_whole_story_in_order(hourly):
    events = list(race(hourly, 12, preset="instant"))
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    names = ("naive", "seasonal_naive", "drift", "window_mean", "climatology", "linear")
    assert events[0].models == names
    assert tuple(event.model for event in told(events, ModelStarted)) == names
    assert tuple(event.row.model for event in told(events, Scored)) == names
    assert told(events, NewLeader)[-1].model == events[-1].leader == "linear"


def test_scores_skill_and_ranking_are_those_of_a_line():
    # A line of slope 1, two steps ahead: naive is off by 1 and 2, seasonal naive by 7 and 7, drift
    # by nothing. A season of days is 7 steps, so MASE divides by 7.
    done = list(race(rising(), 2, models=["naive", "seasonal_naive", "drift"]))[-1]
    rows = {row.model: row for row in done.leaderboard}
    assert [row.model for row in done.leaderboard] == ["drift", "naive", "seasonal_naive"]
    assert rows["naive"].score == pytest.approx(1.5 / 7)
    assert rows["seasonal_naive"].score == pytest.approx(1.0)
    assert rows["naive"].skill == pytest.approx(1 - 1.5 / 7)
    assert rows["drift"].score == pytest.approx(0.0, abs=1e-12)
    assert rows["drift"].metric == "mase"


def test_every_model_is_judged_as_a_backtest_on_the_same_windows_would(hourly):
    done = list(race(hourly, 12, models=["linear", "seasonal_naive"], windows=3))[-1]
    alone = backtest(create("linear"), hourly, horizon=12, windows=3)
    assert np.array_equal(done.results["linear"].mean, alone.mean)
    row = next(row for row in done.leaderboard if row.model == "linear")
    assert row.score == alone.metrics["mase"]
    assert row.coverage == alone.metrics["coverage"]
    assert row.windows == 3


def test_the_leader_learns_from_all_rows_and_forecasts_after_the_last(hourly):
    done = list(race(hourly, 12, models=["linear"]))[-1]
    assert done.refitted
    fresh = create("linear").fit(hourly, horizon=12).predict()
    assert np.array_equal(done.model.predict().mean, fresh.mean)
    assert done.significance.p_better is not None


def test_seasonal_naive_runs_along_as_the_yardstick(hourly):
    done = list(race(hourly, 12, models=["linear"]))[-1]
    assert {row.model for row in done.leaderboard} == {"linear", "seasonal_naive"}


def test_a_model_of_the_callers_own_brings_its_settings(hourly):
    given = create("window_mean", window=5)
    done = list(race(hourly, 12, models=[given]))[-1]
    alone = backtest(given, hourly, horizon=12, windows=len(done.results["window_mean"].mean))
    assert done.results["window_mean"].mean.shape == alone.mean.shape
    assert np.allclose(done.results["window_mean"].mean[-1], alone.mean[-1], rtol=1e-9)


def test_a_model_with_a_bug_is_reported_and_the_race_goes_on(hourly):
    events = list(race(hourly, 12, models=["broken", "naive"]))
    [failed] = told(events, ModelFailed)
    assert failed.model == "broken"
    assert str(failed.reason) == "broken stopped unexpectedly: RuntimeError: no such tensor"
    assert {row.model for row in events[-1].leaderboard} == {"naive", "seasonal_naive"}


def test_a_model_that_cannot_use_the_data_is_skipped_with_the_reason(hourly):
    events = list(race(hourly, 12, models=["demanding", "long", "naive"]))
    reasons = {event.model: str(event.reason) for event in told(events, ModelSkipped)}
    assert reasons["demanding"].startswith("demanding needs covariates that are known ahead")
    assert reasons["long"].startswith("long needs at least 1000 rows of every series; series b")


def test_a_model_that_finds_the_rows_too_few_is_skipped_not_failed(hourly):
    events = list(race(hourly, 12, models=["picky", "naive"]))
    assert told(events, ModelFailed) == []
    reasons = {event.model: str(event.reason) for event in told(events, ModelSkipped)}
    assert reasons["picky"] == "Series x has only 3 rows."


def test_without_room_for_a_window_nobody_is_scored_and_the_usual_one_leads():
    panel = Panel.from_arrays({"tiny": [1.0, 2.0, 4.0, 3.0, 5.0, 4.0]}, frequency="D")
    events = list(race(panel, 3, preset="instant"))
    assert events[0].windows == 0
    assert [row.score for row in events[-1].leaderboard] == [None] * len(events[-1].leaderboard)
    assert "linear" in {event.model for event in told(events, ModelSkipped)}
    assert events[-1].leader == "seasonal_naive"
    assert events[-1].refitted
    assert events[-1].model.predict().mean.shape == (1, 3, 1)


def test_data_that_nothing_can_learn_from_say_why():
    with pytest.raises(ValueError, match="series tiny has 1 to learn from"):
        list(race(Panel.from_arrays({"tiny": [3.0]}), 4, preset="instant"))


def test_a_series_too_short_for_the_windows_is_forecast_all_the_same():
    long, short = seasonal(300), seasonal(20, seed=1)
    panel = Panel.from_arrays(
        {**{f"long{i}": long + i for i in range(9)}, "s": short}, frequency="h"
    )
    events = list(race(panel, 12, preset="instant"))
    assert events[0].series == 9
    assert events[-1].model.predict().mean.shape == (10, 12, 1)


def test_progress_is_told_while_a_model_fits(hourly, monkeypatch):
    monkeypatch.setattr(racers.Slow, "seconds", 0.5)
    heard = told(race(hourly, 12, models=["slow"]), ModelProgress)
    fractions = [event.fraction for event in heard if event.model == "slow"]
    assert len(fractions) >= 3
    assert fractions[:3] == sorted(fractions[:3])


def test_the_same_race_gives_the_same_numbers(hourly):
    first, second = (list(race(hourly, 12, preset="instant"))[-1] for _ in range(2))
    scores = [[(row.model, row.score) for row in done.leaderboard] for done in (first, second)]
    assert scores[0] == scores[1]
    assert np.array_equal(first.model.predict().mean, second.model.predict().mean)


@pytest.mark.parametrize(
    ("choices", "kind", "words"),
    [
        ({"preset": "heroic"}, SettingsError, "instant, balanced, thorough, not heroic"),
        ({"models": ["oracle"]}, UnknownModelError, "There is no model oracle"),
        ({"models": ["naive", "naive"]}, SettingsError, "each of them only once"),
        ({"models": []}, SettingsError, "at least one model"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_before_the_start(hourly, choices, kind, words):
    with pytest.raises(kind, match=words):
        race(hourly, 12, **choices)


def test_a_horizon_of_nothing_is_refused(hourly):
    with pytest.raises(HorizonError):
        race(hourly, 0)


def test_no_budget_means_no_end(hourly):
    done = list(race(hourly, 12, models=["naive"], budget=TimeBudget()))[-1]
    assert (done.ended, done.refitted) == ("done", True)
