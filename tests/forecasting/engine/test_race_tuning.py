"""Tuning as a part of a race."""

import numpy as np
import pytest

from forecasting.engine.budget import TimeBudget
from forecasting.engine.panel import Panel
from forecasting.engine.race import ModelSkipped, Scored, presets, race
from forecasting.engine.race.presets import Entrant, Preset, plain
from forecasting.engine.registry import create
from tests.forecasting.engine.series import seasonal

TREES = {"rounds": 20, "max_rows": 1_000}


@pytest.fixture(autouse=True)
def small_preset(monkeypatch):
    trees = Entrant("lightgbm", "lightgbm", TREES)
    entrants = (plain("naive"), plain("seasonal_naive"), trees)
    monkeypatch.setitem(
        presets.PRESETS, "small", Preset("small", 60.0, entrants, blends=True, tunes=1)
    )


@pytest.fixture(autouse=True, scope="module")
def imported():
    """The first fit imports a large library, which would count as its time."""
    small = Panel.from_arrays({"x": seasonal(200)}, "2024-01-01", "h")
    create("lightgbm", **TREES).fit(small, horizon=6)


@pytest.fixture
def panel():
    """Two seasons in one series, noisy enough for settings to matter."""
    values = seasonal(500, noise=0.5) + seasonal(500, season=7, noise=0.0)
    return Panel.from_arrays({"x": values}, "2024-01-01", "h")


def run(panel, folder=None, seconds=5.0):
    return list(race(panel, 6, preset="small", budget=TimeBudget(seconds), journal=folder))


def told(events):
    """The event that says what became of the search."""
    kinds = (Scored, ModelSkipped)
    said = [event for event in events if isinstance(event, kinds)]
    names = [e.row.model if isinstance(e, Scored) else e.model for e in said]
    return said[names.index("lightgbm_tuned")]


def test_a_tuned_model_competes_like_any_other_or_the_reason_is_told(panel, tmp_path):
    events = run(panel, tmp_path / "j")
    outcome = told(events)
    if isinstance(outcome, Scored):
        assert outcome.row.kind == "lightgbm"
        assert events[-1].results["lightgbm_tuned"].mean.shape == (
            events[-1].results["lightgbm"].mean.shape
        )
    else:
        assert "found no settings better than the usual ones" in str(outcome.reason)
    again = run(panel, tmp_path / "j")
    assert type(told(again)) is type(outcome)
    rows = [[(row.model, row.score) for row in e[-1].leaderboard] for e in (events, again)]
    assert rows[0] == rows[1]


def test_the_search_sees_no_row_after_the_first_cutoff(panel, tmp_path):
    first = run(panel, tmp_path / "one")
    windows = first[0].windows * 6
    values = panel.values[:, 0].copy()
    values[-windows:] += 0.1 * np.cos(np.arange(windows))
    changed = Panel.from_arrays({"x": values}, "2024-01-01", "h")
    run(changed, tmp_path / "two")
    lines = [
        [line for line in file.read_text().splitlines() if '"number": 1,' in line]
        for file in sorted(tmp_path.glob("*/tuning/lightgbm_tuned/journal.jsonl"))
    ]
    assert len(lines) == 2
    scores = [line[0].split('"score": ')[1].split(",")[0] for line in lines]
    assert scores[0] == scores[1]


def test_without_time_for_a_few_trials_there_is_no_search(panel, monkeypatch):
    monkeypatch.setattr("forecasting.engine.race.tuned.FEWEST_TRIALS", 100_000)
    outcome = told(run(panel))
    assert "Searching settings of lightgbm needs about" in str(outcome.reason)
