"""A killed race goes on where it was."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forecasting.engine import registry
from forecasting.engine.budget import TimeBudget
from forecasting.engine.journal import FILE
from forecasting.engine.race import ModelFailed, ModelStarted, Scored, Started, race
from tests.forecasting.engine import race_in_a_process as process
from tests.forecasting.engine import racers

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.usefixtures("fits")


def run(folder, models=process.MODELS, horizon=12, **choices):
    return list(race(process.panel(), horizon, models=models, journal=folder, **choices))


def told(events, kind):
    return [event for event in events if isinstance(event, kind)]


def scores(events):
    return [(row.model, row.score) for row in events[-1].leaderboard]


@pytest.mark.parametrize("fatal", ["seasonal_naive", "counted"])
def test_a_race_killed_without_warning_runs_no_finished_model_again(fatal, tmp_path, fits):
    module = "tests.forecasting.engine.race_in_a_process"
    command = [sys.executable, "-m", module, str(tmp_path / "journal"), fatal]
    done = subprocess.run(command, cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    tried = fits.read_text().splitlines()
    events = run(tmp_path / "journal")
    resumed = [event.row.model for event in told(events, Scored) if event.resumed]
    place = ["seasonal_naive", "linear", "counted"].index(fatal)
    # The last one was on the disk before it was told.
    assert resumed == ["seasonal_naive", "linear", "counted"][: place + 1]
    assert events[0].resumed == tuple(resumed)
    assert not {event.model for event in told(events, ModelStarted)} & set(resumed)
    # One fit each for the test; whoever leads is fitted once more.
    expected = {"counted 304": 1, "also_counted 304": 1}
    lines = fits.read_text().splitlines()
    assert {line: lines.count(line) for line in expected} == expected
    assert len(tried) == (1 if fatal == "counted" else 0)
    undisturbed = run(tmp_path / "other")
    assert scores(events) == scores(undisturbed)
    own, other = events[-1].model.predict(), undisturbed[-1].model.predict()
    assert np.array_equal(own.mean, other.mean)


def test_a_finished_race_answers_again_without_any_fit(tmp_path, fits):
    models = ["counted", "seasonal_naive"]
    first = run(tmp_path / "j", models)
    before = fits.read_text()
    again = run(tmp_path / "j", models)
    assert fits.read_text() == before
    assert scores(again) == scores(first)
    assert told(again, ModelStarted) == []
    assert np.array_equal(again[-1].model.predict().mean, first[-1].model.predict().mean)
    assert again[-1].significance == first[-1].significance


@pytest.mark.parametrize("change", [{"horizon": 13}, {"levels": (90,)}, {"windows": 2}])
def test_a_race_of_something_else_takes_nothing_from_the_journal(change, tmp_path, fits):
    run(tmp_path / "j", ["counted"])
    events = run(tmp_path / "j", ["counted"], **change)
    assert told(events, Started)[0].resumed == ()
    assert not any(event.resumed for event in told(events, Scored))


def test_a_changed_setting_is_another_race(tmp_path):
    run(tmp_path / "j", [registry.create("window_mean", window=3)])
    events = run(tmp_path / "j", [registry.create("window_mean", window=4)])
    assert events[0].resumed == ()


def test_a_result_that_was_changed_on_the_disk_is_made_again(tmp_path, fits):
    first = run(tmp_path / "j", ["counted"])
    file = tmp_path / "j" / "results" / "counted.safetensors"
    file.write_bytes(file.read_bytes()[:-8] + bytes(8))
    events = run(tmp_path / "j", ["counted"])
    resumed = {event.row.model: event.resumed for event in told(events, Scored)}
    assert resumed == {"seasonal_naive": True, "counted": False}
    assert scores(events) == scores(first)


def test_a_half_written_line_is_forgotten(tmp_path, fits):
    first = run(tmp_path / "j", ["counted"])
    file = tmp_path / "j" / FILE
    lines = file.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if b'"counted"' not in line and b"finished" not in line]
    half = next(line for line in lines if b'"counted"' in line)[:25]
    file.write_bytes(b"".join(kept) + half)
    events = run(tmp_path / "j", ["counted"])
    resumed = {event.row.model: event.resumed for event in told(events, Scored)}
    assert resumed == {"seasonal_naive": True, "counted": False}
    assert scores(events) == scores(first)


def test_a_model_that_failed_is_not_tried_again(tmp_path):
    [first] = told(run(tmp_path / "j", ["broken"]), ModelFailed)
    events = run(tmp_path / "j", ["broken"])
    assert str(told(events, ModelFailed)[0].reason) == str(first.reason)
    assert "broken" not in {event.model for event in told(events, ModelStarted)}


def test_seconds_already_spent_count_and_more_time_gives_late_models_another_chance(
    tmp_path, monkeypatch
):
    models = ["slow"]
    monkeypatch.setattr(racers.Slow, "seconds", 1.5)
    first = run(tmp_path / "j", models, budget=TimeBudget(1.0))
    assert "did not finish" in str(told(first, ModelFailed)[0].reason)
    same = run(tmp_path / "j", models, budget=TimeBudget(1.0))
    assert told(same, ModelStarted) == []
    more = run(tmp_path / "j", models, budget=TimeBudget(20.0))
    assert "slow" in {event.row.model for event in told(more, Scored)}
    assert more[-1].seconds > 1.5 + 0.5
