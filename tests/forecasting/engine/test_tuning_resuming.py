"""A search of settings under a clock, under orders, and after a crash."""

import json
import time

import pytest

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import Cancelled
from forecasting.engine.journal import FILE
from forecasting.engine.registry import create
from forecasting.engine.tuning import Choice, Range, tune
from forecasting.engine.tuning.judging import Job, judge, scales_of
from forecasting.engine.tuning.plan import Plan

WINDOWS = {"window": Choice((1, 2, 24, 48))}


def test_a_search_told_its_trials_again_goes_on_as_if_never_interrupted(walk, tmp_path):
    space = {"lookback": Range(4, 60, integer=True)}
    whole = tune("linear", walk, 6, trials=11, space=space)
    tune("linear", walk, 6, trials=5, space=space, journal=tmp_path)
    file = tmp_path / FILE
    # The last trial was being written when the process died.
    kept = [
        line for line in file.read_bytes().splitlines(keepends=True) if b'"verdict"' not in line
    ]
    file.write_bytes(b"".join(kept[:-1]) + kept[-1][:30])
    resumed = tune("linear", walk, 6, trials=11, space=space, journal=tmp_path)
    assert [t.changes for t in resumed.trials] == [t.changes for t in whole.trials]
    assert resumed.changes == whole.changes
    numbers = [json.loads(line).get("number") for line in file.read_text().splitlines()]
    assert sorted(n for n in numbers if n is not None) == list(range(12))


def test_a_search_of_another_space_takes_nothing_from_the_journal(walk, tmp_path):
    tune("window_mean", walk, 6, trials=3, space=WINDOWS, journal=tmp_path)
    found = tune("window_mean", walk, 6, trials=2, space={"window": Choice((5,))}, journal=tmp_path)
    assert len(found.trials) == 3


def test_the_budget_ends_the_search_and_leaves_time_for_the_verdict(walk):
    began = time.monotonic()
    found = tune("linear", walk, 6, trials=10_000, budget=TimeBudget(1.5))
    assert time.monotonic() - began < 1.5 * 1.1 + 0.3
    assert len(found.trials) > 2
    assert found.default_score is not None or found.notes


def test_a_fit_that_takes_too_long_is_a_failed_trial(walk, fits, monkeypatch):
    plan = Plan.of(walk, 6)
    job = Job(
        create("slow"),
        {},
        plan.searched,
        plan.search,
        tuple(plan.search.groups()[0]),
        scales_of(plan.searched),
        seconds=0.1,
    )
    outcome = judge(job)
    assert outcome.score is None
    assert "did not finish within the 1 seconds of a trial" in str(outcome.reason)
    assert outcome.seconds < 1


def test_a_stop_request_ends_the_search_within_a_step(walk):
    asked = []

    def should_stop():
        asked.append(None)
        return len(asked) > 20

    with pytest.raises(Cancelled):
        tune("linear", walk, 6, trials=500, should_stop=should_stop)
    assert len(asked) <= 23


def test_progress_grows_to_one(walk):
    seen = []
    tune("window_mean", walk, 6, trials=4, space=WINDOWS, progress=lambda d, m: seen.append(d))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
