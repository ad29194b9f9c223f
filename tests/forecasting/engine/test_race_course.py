"""Which windows a race is run on, and who takes part."""

import numpy as np
import pytest

from forecasting.engine import registry
from forecasting.engine.baselines import Naive
from forecasting.engine.budget import TimeBudget
from forecasting.engine.capabilities import Capabilities
from forecasting.engine.errors import EngineError
from forecasting.engine.panel import Panel
from forecasting.engine.race.asking import Asked
from forecasting.engine.race.costs import fit_seconds
from forecasting.engine.race.course import Course
from forecasting.engine.race.field import PROMISING, Starter, require_suited, starters_of
from forecasting.engine.race.presets import PRESETS, plain
from forecasting.engine.race.record import Record
from forecasting.engine.race.state import State
from forecasting.engine.race.turns import cheap_first
from forecasting.engine.registry import model_type, model_types
from tests.forecasting.engine.series import seasonal


def names(preset, panel):
    return [one.entrant.name for one in starters_of(PRESETS[preset], panel)]


def panel_of(*lengths, frequency="h"):
    return Panel.from_arrays(
        {f"s{i}": seasonal(n) for i, n in enumerate(lengths)}, "2024", frequency
    )


def test_twelve_windows_are_spread_over_the_newest_fifth():
    # A fifth of 10,000 rows is 2,000; twelve windows of 24 begin (2,000 - 24) / 11 = 179 apart.
    course = Course.plan(panel_of(10_000), 24)
    assert (course.windows, course.origin.stride) == (12, 179)
    assert course.ends[0] == 24 + 11 * 179
    assert int(course.past.lengths[0]) == 10_000 - course.ends[0]


def test_cutoffs_do_not_all_fall_on_the_same_hour():
    # (2,304 - 96) / 11 is 200; of 264 = 11 * 24 hours one is taken off.
    assert Course.plan(panel_of(15_000), 96).origin.stride == 263


def test_windows_never_overlap_and_take_no_more_than_a_third_of_a_short_series():
    course = Course.plan(panel_of(300), 24)
    # A third are 100 rows, which hold four windows of 24.
    assert (course.windows, course.origin.stride) == (4, 25)


def test_series_too_short_for_the_windows_are_left_out_of_the_test():
    course = Course.plan(panel_of(*[400] * 9, 40), 24)
    assert len(course.tested) == 9
    assert course.windows == 5
    assert len(course.panel) == 10


def test_asked_for_windows_stand_side_by_side():
    course = Course.plan(panel_of(1_000), 24, windows=3)
    assert course.ends == [72, 48, 24]


def test_few_long_series_get_the_stack_and_many_short_ones_the_model_for_many():
    few, many = panel_of(500), panel_of(*[120] * 25)
    assert "linear_stack" in names("balanced", few)
    assert "linear_many" not in names("balanced", few)
    assert "linear_many" in names("balanced", many)
    assert "linear_stack" not in names("balanced", many)


def test_instant_is_part_of_balanced_and_balanced_of_thorough():
    few = panel_of(500)
    assert set(names("instant", few)) < set(names("balanced", few)) < set(names("thorough", few))


def test_thorough_runs_every_net_that_is_built_in():
    nets = {
        entry.name
        for entry in model_types()
        if entry.name in registry.BUILT_IN and entry.capabilities.trains_long
    }
    assert "lstm" in nets
    assert nets <= set(names("thorough", panel_of(500)))


def test_thorough_leaves_ensembles_and_models_of_ones_own_to_those_who_name_them(monkeypatch):
    monkeypatch.setattr(registry, "_TYPES", dict(registry._TYPES))
    registry.register_model("mine", type("Mine", (Naive,), {}))
    found = names("thorough", panel_of(500))
    assert not {"mine", "ensemble"} & set(found)


def test_the_models_of_balanced_run_before_what_thorough_adds():
    course = Course.plan(panel_of(500), 12)
    starters = starters_of(PRESETS["thorough"], course.panel)
    state = State(PRESETS["thorough"], course, TimeBudget(60.0), Asked(), Record(None))
    order = [one.entrant.name for one in cheap_first(state, starters)]
    assert order[:2] == ["naive", "seasonal_naive"]
    core = [one.name for one in PRESETS["thorough"].entrants if one.shape != "many"]
    assert set(order[: len(core)]) == set(core)
    assert order.index("linear_stack") < order.index("linear_stack_thorough")
    assert order[-1] not in PROMISING or order.index("patchtst") < order.index("tft")


def test_models_for_rare_demand_run_where_demand_is_rare():
    rare = np.where(np.arange(400) % 5 == 0, 3.0, 0.0)
    assert "croston_sba" in names("thorough", Panel.from_arrays({"r": rare}, frequency="D"))
    assert "croston_sba" not in names("thorough", panel_of(400))


def test_a_model_that_needs_torch_says_so_where_there_is_none(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    starter = Starter(plain("lstm"))
    with pytest.raises(EngineError, match="lstm needs PyTorch, which is not installed here"):
        require_suited(starter, Course.plan(panel_of(300), 12))


def test_the_price_of_models_is_known_where_it_can_be():
    panel = panel_of(2_000)
    assert fit_seconds("naive", {}, panel, 24) < 0.1
    assert fit_seconds("auto_arima", {}, panel, 24) > fit_seconds("auto_ets", {}, panel, 24)
    assert fit_seconds("auto_ets", {"max_rows": 200}, panel, 24) < 1
    assert fit_seconds("lstm", {}, panel, 24) is None
    stack = fit_seconds("linear_stack", {}, panel, 24)
    assert fit_seconds("linear_stack", {"preset": "thorough"}, panel, 24) > 2 * stack


def test_every_entrant_of_every_preset_is_a_model_with_its_settings():
    for preset in PRESETS.values():
        for entrant in preset.entrants:
            kind = model_type(entrant.kind)
            assert isinstance(kind.capabilities, Capabilities)
            kind.settings(**entrant.settings)


def test_many_series_need_fewer_windows_than_few():
    rows = np.arange(400.0)
    few, many = (
        Panel.from_arrays({f"s{i}": rows for i in range(count)}, frequency="D")
        for count in (3, 1_000)
    )
    assert Course.plan(few, 7).windows == 11
    assert Course.plan(many, 7).windows == 4


def test_series_that_begin_to_be_known_within_the_windows_are_left_out_of_the_test():
    late = seasonal(600)
    late[:550] = np.nan
    panel = Panel.from_arrays({"a": seasonal(600), "late": late, "b": seasonal(600)}, "2024", "h")
    course = Course.plan(panel, 24)
    assert course.ends[0] > 50
    assert course.tested.ids == ("a", "b")
    alone = Course.plan(panel.select(["late"]), 24)
    assert (alone.windows, alone.past.ids) == (0, ("late",))


@pytest.mark.parametrize("more", [40, 400, 900])
def test_a_sketch_of_many_series_gets_the_windows_of_all_of_them(more):
    every = Course.plan(panel_of(*[600] * more), 6)
    assert Course.plan(panel_of(*[600] * 20), 6, series=more).windows == every.windows
    # 4,000 tests are shared by so many series: twelve windows each, ten, or at least four.
    assert every.windows == {40: 12, 400: 10, 900: 4}[more]
