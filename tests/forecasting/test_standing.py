"""How a race stands: seconds left, progress that never goes back, curves that stay short."""

import pytest

from forecasting import standing
from forecasting.engine.errors import EngineError
from forecasting.engine.race import ModelProgress, Started
from forecasting.engine.watch import EpochReport
from forecasting.standing import Standing, thinned


@pytest.fixture
def clock(monkeypatch):
    """The seconds that have passed; a test moves them."""
    now = [0.0]
    monkeypatch.setattr(standing.time, "monotonic", lambda: now[0])
    return now


def planned(seconds=100.0, **estimates):
    race = Standing(seconds, {"tuned_from": "lstm"})
    race.plan(Started("balanced", tuple(estimates), 24, 6, 1, seconds, estimates=dict(estimates)))
    return race


def test_the_time_left_is_what_the_models_need(clock):
    race = planned(a=10.0, b=20.0)
    assert race.left == pytest.approx(30.0)
    race.starts("a")
    race.progress(ModelProgress("a", 0.5, left=4.0))
    assert race.left == pytest.approx(24.0)
    race.scored("a", 0.7, 6, 8.0)
    assert race.left == pytest.approx(20.0)
    # The leader is fitted once more at the end.
    race.leader = "a"
    assert race.left == pytest.approx(28.0)


def test_a_model_without_an_estimate_counts_for_a_share_of_the_time_nobody_claims(clock):
    # 70 % of the 80 s that are left, shared by two.
    race = planned(a=20.0, b=None, c=None)
    assert race.left == pytest.approx(20.0 + 56.0)


def test_the_time_left_never_exceeds_the_budget(clock):
    race = planned(50.0, a=40.0, b=40.0)
    assert race.left == pytest.approx(50.0)
    clock[0] = 30.0
    assert race.left == pytest.approx(20.0)
    clock[0] = 90.0
    assert race.left == 0.0


def test_progress_is_the_share_of_the_time_and_never_goes_back(clock):
    race = planned(a=10.0, b=30.0)
    clock[0] = 10.0
    race.scored("a", 0.7, 6, 10.0)
    # 10 of 40 s.
    assert race.fraction == pytest.approx(0.95 * 0.25)
    race.starts("b")
    race.progress(ModelProgress("b", 0.0, left=80.0))
    assert race.fraction == pytest.approx(0.95 * 0.25)
    race.stage = standing.CALIBRATE
    assert race.fraction == pytest.approx(0.96)


def test_an_epoch_that_is_repeated_replaces_its_point():
    race = planned(a=None)
    race.starts("a")
    for epoch, loss in ((1, 3.0), (2, 2.0), (2, 1.5)):
        race.progress(ModelProgress("a", 0.1, epoch=EpochReport(epoch, 9, loss, loss, 5.0, 1.0)))
    assert race.runner("a").curve == [[3.0, 3.0], [1.5, 1.5]]
    assert (race.runner("a").epoch, race.runner("a").epochs) == (2, 9)


def test_what_comes_too_late_from_a_model_that_has_ended_is_not_heard():
    race = planned(a=None)
    race.ends("a", standing.STOPPED, EngineError("Enough."))
    race.progress(ModelProgress("a", 0.9))
    assert (race.runner("a").state, race.runner("a").fraction) == (standing.STOPPED, 0.0)


def test_a_long_curve_is_told_in_at_most_60_points_and_ends_where_it_ends():
    curve = [[float(n), float(n)] for n in range(1_000)]
    told = thinned(curve)
    assert len(told) <= 60
    assert told[-1] == curve[-1]
    assert told == sorted(told)
    assert thinned(curve[:40]) == curve[:40]


def test_a_tuned_model_is_called_after_the_one_it_was_found_from():
    race = planned(tuned_from=None)
    assert race.runner("tuned_from_tuned").kind == "lstm"
    assert race.runner("linear_tuned").kind == "linear"
