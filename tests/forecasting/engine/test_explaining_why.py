"""One call explains any model; flat forecasts, movements and choices come with their numbers."""

import dataclasses

import numpy as np
import pytest

from forecasting.engine import registry
from forecasting.engine.budget import TimeBudget
from forecasting.engine.comparison import compare
from forecasting.engine.errors import Cancelled, NotFittedError, TooShortError, UnknownModelError
from forecasting.engine.explaining import choice, flatness, movement
from forecasting.engine.explaining.choice import Choice
from forecasting.engine.explaining.components import components
from forecasting.engine.explaining.importance_settings import ImportanceSettings
from forecasting.engine.explaining.why import ExplainSettings, explain
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.significance import compare_windows
from tests.forecasting.engine import customs
from tests.forecasting.engine.series import seasonal
from tests.forecasting.engine.test_contract import NAMES, make

FEW = ExplainSettings(importance=ImportanceSettings(windows=2, repeats=1, refit=False))
# What is said without a number, where there is none.
PLAIN = {
    "Of the usual cycles (%(cycles)s) none repeats itself clearly in this series.",
    "A model that follows it may do better.",
    "The model had already learned from these cutoffs, which flatters it; the order of the inputs "
    "is surer than the numbers.",
}
BRIEF = ("naive", "drift", "linear", "linear_stack", "linear_many", "lightgbm", "custom_rule")


def said(found, section, place=0):
    return [str(s) for s in found.sections(place).get(section, [])]


@pytest.mark.parametrize(
    "name", [n if n in BRIEF else pytest.param(n, marks=pytest.mark.slow) for n in NAMES]
)
def test_every_model_can_be_explained(name, hourly, monkeypatch):
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    customs.register()
    model = make(name).fit(hourly, horizon=6)
    before = model.predict().mean
    found = explain(model, hourly, settings=FEW)
    assert found.labels == hourly.labels
    assert np.allclose(found.components.parts.sum(axis=1)[:, -6:], found.components.values[:, -6:])
    assert found.importance.names
    assert np.isfinite(found.importance.increase).all()
    assert found.movement is not None
    assert (found.weights is not None) == (name in ("linear", "linear_stack", "linear_many"))
    assert (found.contributions is not None) == (name in ("lightgbm", "xgboost"))
    assert (found.mixture is not None) == (name == "ensemble")
    for place in range(4):
        for sentence in found.sentences(place):
            assert any(letter.isdigit() for letter in str(sentence)) or sentence.template in PLAIN
    assert np.array_equal(model.predict().mean, before)


def test_a_level_is_called_flat_and_why():
    panel = Panel.from_arrays({"y": seasonal(400)}, "2024-01-01", "h")
    model = create("naive").fit(panel, horizon=24)
    lines = said(explain(model, panel, settings=FEW), "flat")
    last = panel.values[-1, 0]
    assert lines[0].startswith("The forecast is flat: over its 24 steps it moves by 0 ")
    assert f"the last value, here {last:.3g}." in lines[1]
    assert "has a daily cycle (strength 0.99" in lines[2]
    assert lines[3] == "A model that follows it may do better."


def test_a_series_without_a_cycle_explains_a_flat_forecast():
    noise = np.random.default_rng(1).normal(size=400)
    panel = Panel.from_arrays({"y": 10 + noise}, "2024-01-01", "D")
    model = create("auto_ets", max_rows=100).fit(panel, horizon=14)
    lines = said(explain(model, panel, settings=FEW), "flat")
    assert "The form ETS(" in lines[1]
    assert "has no cycle" in lines[1]
    assert "The cycles are weak" in lines[2]
    assert len(lines) == 3


def test_a_forecast_that_moves_is_not_called_flat(hourly):
    model = create("seasonal_naive").fit(hourly, horizon=24)
    assert said(explain(model, hourly, settings=FEW), "flat") == []
    # Of one step nobody can say whether it is flat.
    model = create("naive").fit(hourly, horizon=1)
    assert said(explain(model, hourly, settings=FEW), "flat") == []


def test_flatness_by_hand():
    # The past 0 2 0 2 … has spread 1 over any even stretch; the forecast is 2 2 2 2, spread 0.
    panel = Panel.from_arrays({"y": np.tile([0.0, 2.0], 30)}, "2024-01-01", "D")
    model = create("naive").fit(panel, horizon=4)
    found = flatness.flatness(model, components(panel, model.predict(levels=())))
    assert (found.spread[0], found.usual[0], found.level[0]) == pytest.approx((0, 1, 2))
    assert found.is_flat(0)


def stepped():
    """A daily cycle at 10 that stands at 16 in its last 12 hours."""
    y = seasonal(400, noise=0.05)
    y[-12:] += 6
    return Panel.from_arrays({"y": y}, "2024-01-01", "h")


def test_a_step_in_the_series_moves_the_forecast_and_the_parts_add_up():
    panel = stepped()
    model = create("naive").fit(panel, horizon=24)
    found = movement.movement(model, panel, back=12)
    then, now = model.predict(panel.drop_last(12)).mean, model.predict(panel).mean
    assert found.before[0] == pytest.approx(then[0, 12:, 0].mean())
    assert found.now[0] == pytest.approx(now[0, :12, 0].mean())
    assert found.changes.sum(axis=1) == pytest.approx(found.now - found.before, abs=1e-9)
    came = panel.values[-12:, 0] - then[0, :12, 0]
    assert found.surprise[0] == pytest.approx(came.mean())
    lines = [str(s) for s in movement.sentences(found)]
    assert "higher by" in lines[0]
    assert "12 hours ago (12 steps)" in lines[0]
    assert lines[1].startswith("The parts that changed: ")
    assert "came in" in lines[2]


def test_only_rows_that_had_come_moved_it():
    panel = stepped()
    model = create("window_mean").fit(panel.drop_last(48), horizon=24)
    early, late = (movement.movement(model, panel.drop_last(n), back=12) for n in (12, 0))
    assert abs(early.now[0] - early.before[0]) < 0.5
    # Twelve of the 24 averaged values stand 6 higher.
    assert late.now[0] - late.before[0] == pytest.approx(3, abs=0.1)
    assert movement.sentences(early) == []
    with pytest.raises(TooShortError, match="look back fewer rows"):
        movement.movement(model, panel, back=24)


def test_a_fall_is_told_as_a_fall():
    y = seasonal(400, noise=0.05)
    y[-12:] -= 6
    panel = Panel.from_arrays({"y": y}, "2024-01-01", "h")
    model = create("naive").fit(panel, horizon=24)
    lines = [str(s) for s in movement.sentences(movement.movement(model, panel, back=12))]
    assert "lower by" in lines[0]
    assert "lower on average than they were forecast" in lines[2]


@pytest.fixture(scope="module")
def compared():
    panel = Panel.from_arrays({"y": seasonal(600)}, "2024-01-01", "h")
    models = [create("seasonal_naive"), create("naive"), create("linear")]
    return compare(models, panel, horizon=12, windows=8)


def test_the_numbers_of_the_leaderboard_are_taken_over(compared):
    found = Choice.of(compared, "linear")
    own, other = compared.results["linear"], compared.results["seasonal_naive"]
    assert found.skill == pytest.approx(own.skill(other, "mase"))
    assert (found.rank, found.models, found.windows) == (1, 3, 8)
    assert found.coverage == own.metrics["coverage"]
    wanted = compare_windows(own.actual, own.mean, other.mean, 12, scales=own.scales)
    assert found.p_better == wanted.p_better == compared.significance.p_better
    assert Choice.of(compared) == found
    lines = [str(s) for s in choice.sentences(found)]
    assert lines[0].startswith("linear is number 1 of 3 models, with a scaled error (MASE) of")
    assert "% smaller than those of seasonal_naive, which is hardly luck (p = " in lines[1]
    assert lines[2].startswith("Its 80% intervals held ")
    share = float(lines[2].split("held ")[1].split("%")[0])
    assert share == pytest.approx(own.metrics["coverage"][80], abs=0.1)


def test_overlapping_windows_are_tested_as_such():
    panel = Panel.from_arrays({"y": seasonal(600)}, "2024-01-01", "h")
    models = [create("seasonal_naive"), create("linear")]
    found = compare(models, panel, horizon=12, windows=9, stride=4)
    assert Choice.of(found, "linear").p_better == found.significance.p_better


def test_what_the_numbers_do_not_support_is_not_said(compared):
    best = Choice.of(compared, "linear")

    def line(**changes):
        return str(choice.sentences(dataclasses.replace(best, **changes))[1])

    assert "which may be luck (p = 0.3)" in line(p_better=0.3)
    assert "no test can tell this from luck (8 past cutoffs)" in line(p_better=None)
    assert "as large as those" in line(error=best.yardstick_error * 1.001)
    assert "larger than those" in line(error=best.yardstick_error * 2)
    yardstick = Choice.of(compared, "seasonal_naive")
    assert yardstick.p_better is None
    assert not any("smaller" in str(s) for s in choice.sentences(yardstick))
    with pytest.raises(UnknownModelError, match="there are seasonal_naive"):
        Choice.of(compared, "lstm")


def test_the_choice_is_part_of_the_explanation(compared):
    panel = Panel.from_arrays({"y": seasonal(600)}, "2024-01-01", "h")
    model = create("linear").fit(panel, horizon=12)
    found = explain(model, panel, comparison=compared, settings=FEW)
    assert said(found, "choice")[0].startswith("linear is number 1")
    drift = create("drift").fit(panel, horizon=12)
    assert explain(drift, panel, comparison=compared, settings=FEW).choice is None


def test_the_memory_of_a_model_is_enough_to_explain_it(single):
    model = create("linear").fit(single, horizon=6)
    found = explain(model)
    assert said(found, "drivers")
    assert said(found, "parts")


def test_some_series_of_many_are_explained():
    values = {f"s{n}": seasonal(200, seed=n) for n in range(25)}
    panel = Panel.from_arrays(values, "2024-01-01", "h")
    model = create("linear").fit(panel, horizon=6)
    found = explain(model, panel, settings=dataclasses.replace(FEW, importance=None))
    assert found.labels == panel.ids[:20]
    assert said(found, "notes")[0].startswith("Explained: 20 of 25 series;")
    named = dataclasses.replace(FEW, ids=("s24", "s3"), importance=None)
    found = explain(model, panel, settings=named)
    assert found.labels == ("s24", "s3")
    assert np.array_equal(found.components.values[0, -6:], model.predict().mean[24, :, 0])


def test_it_stops_when_asked_and_says_what_time_did_not_allow(single):
    model = create("linear").fit(single, horizon=6)
    told = []
    explain(model, single, settings=FEW, progress=lambda done, _: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1
    with pytest.raises(Cancelled):
        explain(model, single, settings=FEW, should_stop=lambda: True)
    notes = said(explain(model, single, budget=TimeBudget(0.0)), "notes")
    assert notes[0] == "Time ran out before what moved the forecast could be found."
    assert len(notes) == 3
    with pytest.raises(NotFittedError):
        explain(create("linear"), single)


def test_a_past_too_short_for_a_part_leaves_it_out():
    panel = Panel.from_arrays({"y": [1.0, 4.0, 2.0, 5.0]}, "2024-01-01", "D")
    found = explain(create("naive").fit(panel, horizon=1), panel)
    assert found.movement is None
    found = explain(create("naive").fit(panel, horizon=4), panel)
    assert found.importance is None
