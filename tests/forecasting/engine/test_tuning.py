"""A search of settings: quiet, seeded, honest about what it is worth."""

import logging

import numpy as np
import optuna
import pandas as pd
import pytest

from forecasting.engine.backtest import backtest
from forecasting.engine.errors import SettingsError, TooShortError
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.tuning import Choice, Range, tune
from forecasting.engine.tuning.judging import Job, judge
from forecasting.engine.tuning.plan import Plan
from tests.forecasting.engine.series import seasonal

WINDOWS = {"window": Choice((1, 2, 24, 48))}


def test_the_best_settings_are_found_and_their_worth_is_measured_elsewhere(walk):
    found = tune("window_mean", walk, 6, trials=12, space=WINDOWS)
    assert found.changes == {"window": 1}
    assert found.settings.window == 1
    # Judged on the windows kept back, with both models fitted before the first of them.
    plan = Plan.of(walk, 6)
    windows, stride = plan.verdict.windows, plan.verdict.stride
    scores = [
        backtest(model, walk, horizon=6, windows=windows, stride=stride).metrics["mae"]
        for model in (create("window_mean"), create("window_mean", window=1))
    ]
    assert found.improvement == pytest.approx(1 - scores[1] / scores[0])
    assert found.improvement > 0.2


def test_the_windows_kept_back_lie_after_those_of_the_search(walk):
    # A third of 600 rows are 200: twelve windows of 6, 16 apart, a third of them kept back.
    plan = Plan.of(walk, 6)
    assert (plan.search.windows, plan.verdict.windows, plan.search.stride) == (8, 4, 16)
    assert plan.search.groups() == [[118, 102, 86], [70, 54, 38], [22, 6]]
    assert int(plan.searched.lengths[0]) == 600 - plan.verdict.ends[0]


def test_no_trial_sees_the_windows_kept_back(walk):
    values = walk.values.copy()
    plan = Plan.of(walk, 6)
    values[-plan.verdict.ends[0] :] += 1e4
    changed = Panel.from_arrays({"w": values}, "2024-01-01", "h")
    first, second = (tune("window_mean", p, 6, trials=6, space=WINDOWS) for p in (walk, changed))
    assert [(t.changes, t.score) for t in first.trials] == [
        (t.changes, t.score) for t in second.trials
    ]


def test_the_defaults_are_tried_first_and_stay_where_nothing_is_better(walk):
    best = create("window_mean", window=1)
    found = tune(best, walk, 6, trials=6, space={"window": Choice((24, 48))})
    assert found.trials[0].changes == {}
    assert found.changes == {}
    assert found.settings == best.settings
    assert found.improvement == 0
    assert [str(note) for note in found.notes] == ["No trial was better than the settings given."]


def test_a_winner_of_the_search_that_loses_later_does_not_replace_the_defaults():
    # Flat where it is searched, rising at the end: the long window wins, then the short one.
    flat = np.random.default_rng(0).normal(size=560)
    values = np.concatenate([flat, 5.0 * np.arange(1, 41)])
    panel = Panel.from_arrays({"x": values}, "2024-01-01", "h")
    given = create("window_mean", window=1)
    found = tune(given, panel, 6, trials=6, space={"window": Choice((1, 96))})
    assert found.tuned_score > found.default_score
    assert (found.changes, found.settings) == ({}, given.settings)
    assert "no better on later windows" in str(found.notes[0])


def test_the_same_seed_gives_the_same_trials(walk):
    space = {"lookback": Range(4, 60, integer=True), "penalties": Range(2, 14, integer=True)}
    runs = [tune("linear", walk, 6, trials=10, space=space, seed=5) for _ in range(2)]
    tables = [run.frame().drop(columns="seconds") for run in runs]
    pd.testing.assert_frame_equal(tables[0], tables[1])
    other = tune("linear", walk, 6, trials=10, space=space, seed=6)
    assert [t.changes for t in other.trials] != [t.changes for t in runs[0].trials]


def test_hopeless_trials_are_given_up_after_fewer_windows(walk):
    space = {"window": Range(1, 200, integer=True)}
    given = create("window_mean", window=1)
    found = tune(given, walk, 6, trials=25, space=space)
    assert "pruned" in {trial.state for trial in found.trials}


def test_a_trial_that_fails_is_recorded_with_its_reason(walk):
    space = {"window": Choice((-3, 1))}
    found = tune("window_mean", walk, 6, trials=8, space=space)
    failed = [trial for trial in found.trials if trial.state == "failed"]
    assert failed
    assert str(failed[0].reason) == "A window is a positive number of steps."
    assert found.changes == {"window": 1}


def test_a_model_that_cannot_run_as_given_says_why(walk, fits):
    with pytest.raises(ValueError, match="clumsy stopped unexpectedly: RuntimeError"):
        tune("clumsy", walk, 6, space=WINDOWS, trials=2)


def test_more_processes_give_the_best_of_as_many_trials(walk):
    found = tune("window_mean", walk, 6, trials=6, space=WINDOWS, processes=2)
    assert len(found.trials) == 7
    assert found.changes == {"window": 1}


def test_optuna_keeps_quiet_and_is_left_as_it_was(walk, capfd):
    optuna.logging.set_verbosity(logging.INFO)
    tune("window_mean", walk, 6, trials=3, space=WINDOWS)
    assert optuna.logging.get_verbosity() == logging.INFO
    assert capfd.readouterr().err == ""


def test_two_errors_of_one_and_two_in_scales_of_two():
    # Naive on 1, 2, 3 … is off by 1 and 2; in units of 2 that is 0.5 and 1, their mean 0.75.
    panel = Panel.from_arrays({"x": np.arange(40.0)}, frequency="D")
    plan = Plan.of(panel, 2)
    group = tuple(plan.search.groups()[0])
    job = Job(create("naive"), {}, plan.searched, plan.search, group, np.full((1, 1), 2.0))
    assert judge(job).score == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"model": "naive"}, "naive has no settings that are worth searching"),
        ({"model": "linear", "space": {"magic": Choice((1,))}}, "linear has no setting magic"),
        ({"model": "linear", "trials": 0}, "at least one trial"),
    ],
)
def test_what_cannot_be_searched_is_refused(walk, choices, words):
    with pytest.raises(SettingsError, match=words):
        tune(panel=walk, horizon=6, **choices)


def test_a_series_too_short_for_two_windows_is_named():
    panel = Panel.from_arrays({"tiny": seasonal(20)}, frequency="h")
    with pytest.raises(TooShortError, match="Series tiny has 20 rows; searching settings for 6"):
        tune("linear", panel, 6)
