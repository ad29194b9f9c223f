"""Sentences of an explanation say no more than the numbers behind them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.explaining import (
    choice,
    component_words,
    count_words,
    covariate_words,
    flatness,
    movement,
)
from forecasting.engine.explaining.choice import Choice
from forecasting.engine.explaining.components import components
from forecasting.engine.explaining.covariate_effects import CovariateEffects
from forecasting.engine.explaining.direction import direction
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create


def panel_of(column, frequency="D"):
    return Panel.from_arrays({"y": np.asarray(column, dtype=float)}, "2024-01-01", frequency)


def flat_words(column, frequency="D", **asked):
    panel = panel_of(column, frequency)
    model = create("naive").fit(panel, horizon=14)
    parts = components(panel, model.predict())
    said = flatness.sentences(flatness.flatness(model, parts), parts, 0, **asked)
    return [str(one) for one in said]


def part_words(column, frequency="D"):
    return [str(one) for one in component_words.sentences(components(panel_of(column, frequency)))]


def noise(rows, seed=0):
    return np.random.default_rng(seed).normal(size=rows)


def test_a_line_with_noise_has_a_direction_and_a_random_walk_has_none():
    line = direction(10 + 0.5 * np.arange(300) + noise(300))
    assert line.is_sure
    assert line.change == pytest.approx(0.5, abs=0.02)
    walks = [direction(np.cumsum(noise(400, seed))) for seed in range(200)]
    assert np.mean([one.is_sure for one in walks]) < 0.05
    assert not direction(noise(300)).is_sure
    assert not direction(np.r_[np.zeros(200), np.full(40, 30.0)] + noise(240)).is_sure
    assert direction(3 - 2 * np.arange(50.0)).is_sure


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), max_size=40), st.booleans())
def test_whatever_comes_has_a_direction_or_none(values, gap):
    column = np.array([np.nan, *values] if gap else values, dtype=float)
    found = direction(column)
    if len(values) < 10:
        assert found is None
        return
    assert np.isfinite(found.change)
    assert not np.isnan(found.errors)
    assert not (len(set(values)) == 1 and found.is_sure)


def test_a_flat_forecast_of_a_trend_is_told_what_it_misses():
    said = flat_words(10 + 0.5 * np.arange(300) + noise(300))
    assert said[2].startswith("The series rises by 0.50")
    assert said[3] == "A model that follows it may do better."
    falling = flat_words(900 - 2 * np.arange(300.0) + noise(300))
    assert falling[2].startswith("The series falls by ")


def test_nobody_is_told_to_change_the_best_model():
    best = Choice("naive", "seasonal_naive", "mase", 0.8, 1.0, 6, rank=1, models=5)
    trend = 10 + 0.5 * np.arange(300) + noise(300)
    assert flat_words(trend, choice=best)[3].startswith("At past cutoffs none of the other models")
    second = Choice("naive", "seasonal_naive", "mase", 0.8, 1.0, 6, rank=2, models=5)
    assert flat_words(trend, choice=second)[3] == "A model that follows it may do better."


def test_without_a_cycle_no_strength_and_no_seasonal_model_are_named():
    for column in (noise(300), np.cumsum(noise(300))):
        said = " ".join(flat_words(column))
        assert "Of the usual cycles (weekly cycle) none repeats itself clearly" in said
        assert "0 of 1" not in said
        assert "may do better" not in said


def test_a_wandering_trend_is_not_sold_as_a_direction():
    assert "no lasting direction is seen in it" in part_words(np.cumsum(noise(400, 3)))[0]
    steady = part_words(10 + 0.5 * np.arange(300) + noise(300))[0]
    assert steady.startswith("The trend explains 99.9% of the variation")
    assert "direction" not in steady


def test_only_cycles_that_were_looked_for_are_said_to_be_missing():
    # An hourly wave of minutes is none of the usual cycles, and a day takes 4,320 rows.
    wave = 40 + 20 * np.sin(2 * np.pi * np.arange(1500) / 60) + noise(1500)
    assert part_words(wave, "min")[0] == (
        "The series is too short to look for its usual cycle (daily cycle): that takes 3 turns."
    )
    yearly = part_words(np.cumsum(noise(40)), "YS")
    assert "Series of this frequency have no usual cycle." in yearly


def test_what_nobody_gave_is_not_said_to_be_without_effect():
    assert part_words(noise(300))[-1].endswith(
        "is left unexplained by the trend and the usual cycles."
    )


def lead(**changed):
    numbers = {"model": "linear", "yardstick": "seasonal_naive", "metric": "mase", "error": 0.8}
    numbers |= {"yardstick_error": 1.0, "windows": 6, "models": 3, **changed}
    return [str(one) for one in choice.sentences(Choice(**numbers))]


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (None, "; no test can tell this from luck (6 past cutoffs)."),
        (0.2, ", which may be luck (p = 0.2)."),
        (0.0465, ", which is unlikely to be luck (p = 0.0465)."),
        (0.004, ", which is hardly luck (p = 0.004)."),
        (1.9e-7, ", which is hardly luck (p < 0.001)."),
    ],
)
def test_a_lead_is_as_sure_as_its_test(p, words):
    assert lead(p_better=p)[1] == f"Its errors are 20% smaller than those of seasonal_naive{words}"


def test_a_yardstick_without_errors_is_not_passed_over():
    said = lead(metric="mae", error=0.0, yardstick_error=0.0, windows=1)
    assert said[0].endswith("with a mean absolute error (MAE) of 0 at 1 past cutoff.")
    assert said[1] == "seasonal_naive made no errors there, so that nothing can do better."
    assert lead(error=1.0)[1] == "Its errors are as large as those of seasonal_naive."


def test_one_is_not_written_as_many():
    assert str(count_words.cutoffs(1)) == "1 past cutoff"
    assert str(count_words.cutoffs(1200)) == "1,200 past cutoffs"
    column = np.r_[np.full(30, 5.0) + 0.01 * noise(30), 9.0]
    panel = panel_of(column)
    found = movement.movement(create("naive").fit(panel, horizon=2), panel, back=1)
    assert str(movement.sentences(found)[-1]).startswith("The new value came in ")


def effects(*names, moved, per_unit):
    count = len(names)
    return CovariateEffects(
        ("y",),
        names,
        ("known",) * count,
        np.array([moved], dtype=float),
        np.zeros((1, 2)),
        np.full((1, count), 0.1),
        np.array([per_unit], dtype=float),
        np.full((1, count), np.nan),
        np.array([10.0]),
    )


def test_kinds_of_days_are_said_as_days_and_only_where_one_comes():
    found = effects(
        "holiday", "weekend", "price",
        moved=[[-0.8, 7.2], [0.2, 0.2], [0.0, 0.0]], per_unit=[8.0, -2.0, 0.0],
    )  # fmt: skip
    assert [str(one) for one in covariate_words.sentences(found)] == [
        "On holidays the forecast is higher by 8 than it would be otherwise.",
        "price does not move this forecast.",
    ]
