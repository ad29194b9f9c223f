"""Series split into parts: made-up parts come back, and they always add up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.engine.budget import TimeBudget
from forecasting.engine.errors import Cancelled
from forecasting.engine.explaining.component_words import sentences
from forecasting.engine.explaining.components import components
from forecasting.engine.explaining.cycles import cycles
from forecasting.engine.explaining.decomposing import Parts
from forecasting.engine.explaining.strengths import shares, strengths
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.engine.watch import Watch

ROWS = 24 * 60
HOURS = np.arange(ROWS)
DAILY = 3 * np.sin(2 * np.pi * HOURS / 24)
WEEKLY = 2 * np.sin(2 * np.pi * HOURS / 168)


def noise(size, seed=0, rows=ROWS):
    return size * np.random.default_rng(seed).normal(size=rows)


def panel_of(**columns):
    return Panel.from_arrays(columns, "2024-01-01", "h")


def worth(found):
    return dict(zip((str(name) for name in found.names), found.share[0], strict=True))


def test_a_trend_and_two_cycles_come_back():
    y = 50 + 0.004 * HOURS + DAILY + WEEKLY + noise(0.2)
    found = components(panel_of(y=y))
    assert found.seasons == (24, 168)
    trend, day, week, rest = found.past[0]
    assert np.abs(day - DAILY).mean() < 0.15
    assert np.abs(week - WEEKLY)[168:-168].mean() < 0.25
    assert np.abs(trend - 50 - 0.004 * HOURS)[168:-168].mean() < 0.15
    # Variances: daily 9/2 = 4.5, weekly 4/2 = 2, trend 0.004^2 * 1440^2 / 12 = 2.76, rest 0.04.
    assert worth(found)["daily cycle"] == pytest.approx(4.5 / 9.3, abs=0.03)
    assert worth(found)["weekly cycle"] == pytest.approx(2 / 9.3, abs=0.03)
    assert worth(found)["trend"] == pytest.approx(2.76 / 9.3, abs=0.03)
    assert rest.std() < 0.25


def test_the_parts_of_the_forecast_add_up_and_continue_those_of_the_past():
    panel = panel_of(y=50 + DAILY + noise(0.2))
    forecast = create("seasonal_naive").fit(panel, horizon=36).predict()
    found = components(panel, forecast)
    assert found.parts.shape == (1, 3, 1440 + 36)
    assert np.allclose(found.parts.sum(axis=1), found.values, rtol=0, atol=1e-9)
    assert np.array_equal(found.values[0, -36:], forecast.mean[0, :, 0])
    assert np.array_equal(found.times[0, -36:], forecast.times[0])
    trend, day, _ = found.ahead[0]
    assert np.array_equal(day[:24], found.past[0, 1, -24:])
    assert np.array_equal(day[24:], day[:12])
    assert abs(trend[0] - found.past[0, 0, -1]) < 0.3


@pytest.mark.parametrize("horizon", [13, 24, 36, 100])
def test_the_trend_of_a_forecast_goes_straight_on_to_its_last_step(horizon):
    # A cycle of another height than that of the past stays in the rest, not in the trend.
    parts = Parts.of(50 + 0.01 * HOURS + DAILY, [24])
    coming = np.arange(len(HOURS), len(HOURS) + horizon)
    ahead = 50 + 0.01 * coming + 1.5 * np.resize(DAILY, horizon)
    trend, _figures = parts.ahead(ahead)
    assert len(trend) == horizon
    assert np.abs(trend - 50 - 0.01 * coming).max() < 0.65
    assert np.abs(np.diff(trend)).max(initial=0.0) < 0.15


def test_without_a_cycle_the_trend_ahead_is_as_smooth_as_that_of_the_past():
    parts = Parts.of(50 + noise(1.0), [])
    trend, _none = parts.ahead(50 + 5.0 * (np.arange(28) % 7 == 0))
    assert np.abs(np.diff(trend)).max() < 0.1
    assert np.abs(trend - 50).max() < 2


def test_strength_and_share_by_hand():
    # part [1, -1, 1, -1] has variance 1; rest [.5, .5, -.5, -.5] 0.25, uncorrelated: 1.25 together.
    part = np.array([1.0, -1.0, 1.0, -1.0])
    rest = np.array([0.5, 0.5, -0.5, -0.5])
    assert strengths(part[None], rest) == pytest.approx([1 - 0.25 / 1.25])
    assert shares(np.stack([part, rest])) == pytest.approx([0.8, 0.2])
    assert shares(np.ones((2, 4))) == pytest.approx([0, 0])
    assert strengths(np.ones((1, 4)), np.zeros(4)) == pytest.approx([0])


def test_a_daily_cycle_alone_is_not_taken_for_a_weekly_one():
    assert cycles(DAILY + noise(0.5), (24, 168)) == (24,)
    assert cycles(DAILY + WEEKLY + noise(0.5), (24, 168)) == (24, 168)
    # Each test errs in one case of twenty; a hundred random walks should show about 5 + 5 cycles.
    walks = [cycles(noise(1.0, seed).cumsum(), (24, 168)) for seed in range(100)]
    assert sum(len(found) for found in walks) < 22


def test_missing_values_are_bridged_and_stay_unexplained():
    y = 50 + DAILY + noise(0.1)
    y[300:330] = np.nan
    found = components(panel_of(y=y))
    assert np.isnan(found.past[0, -1, 300:330]).all()
    assert np.isfinite(found.past[0, :-1]).all()
    assert np.abs(found.past[0, 1, 300:330] - DAILY[300:330]).max() < 0.5
    assert found.share[0].sum() == pytest.approx(1)


def test_a_known_covariate_has_a_part_of_its_own():
    random = np.random.default_rng(3)
    price = random.normal(size=1440 + 24).cumsum() * 0.3
    table = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=1464, freq="h")})
    table["y"] = np.r_[50 + DAILY + 4 * price[:1440] + noise(0.1), np.full(24, np.nan)]
    table["price"] = price
    panel = Panel.from_wide(table, "ds", ["y"], known=["price"])
    forecast = create("linear_stack", preset="fast").fit(panel, horizon=24).predict()
    found = components(panel, forecast)
    assert found.names[2] == "price"
    assert found.kinds == ("trend", "season", "covariate", "rest")
    moved = found.parts[0, 2]
    assert moved == pytest.approx(4 * (price - price[:1440].mean()), rel=0.05, abs=0.05)
    assert np.allclose(found.parts.sum(axis=1)[:, -24:], found.values[:, -24:], atol=1e-9)
    assert any("The covariate price explains" in str(s) for s in sentences(found))


def test_series_of_different_length_stand_at_the_right():
    panel = panel_of(long=50 + DAILY + noise(0.1), short=9 + noise(1.0, rows=100))
    found = components(panel)
    assert np.isnan(found.parts[1, :, : 1440 - 100]).all()
    assert np.isfinite(found.parts[1, :, 1440 - 100 :]).all()
    assert not found.parts[1, 1, -100:].any()
    assert str(found.times[1, -100]) == "2024-01-01T00:00:00.000000000"
    assert any("Of the usual cycles (daily cycle) none" in str(s) for s in sentences(found, 1))


def test_sentences_carry_the_numbers_and_keep_silent_without_them():
    said = " ".join(str(s) for s in sentences(components(panel_of(y=50 + DAILY + noise(0.1)))))
    assert "A strong daily cycle explains 99" in said
    assert "weekly" not in said
    assert "trend explains" not in said
    assert sentences(components(panel_of(y=np.full(200, 3.0)))) == []
    said = " ".join(str(s) for s in sentences(components(panel_of(y=noise(1.0)))))
    assert "Of the usual cycles (daily cycle, weekly cycle) none repeats itself" in said
    assert "is left unexplained by the trend and the usual cycles" in said


def test_given_seasons_are_taken_without_a_test():
    assert components(panel_of(y=noise(1.0)), seasons=[12]).seasons == (12,)


def test_it_stops_when_asked_and_when_time_is_over():
    panel = panel_of(a=DAILY, b=DAILY, c=DAILY)
    with pytest.raises(Cancelled):
        components(panel, watch=Watch(should_stop=lambda: True))
    found = components(panel, watch=Watch(budget=TimeBudget(0.0)))
    assert str(found.notes[0]) == "Time ran out: 1 of 3 series were split into parts."
    assert np.isfinite(found.parts[0]).all()
    assert np.isnan(found.parts[1:]).all()
    assert sentences(found, 1) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=2, max_size=90).filter(
        lambda values: any(v is not None for v in values)
    ),
    st.integers(1, 30),
)
def test_whatever_the_values_the_parts_add_up(values, horizon):
    column = np.array([np.nan if v is None else v for v in values])
    panel = Panel.from_arrays({"s": column}, "2024-01-01", "D")
    forecast = create("naive").fit(panel, horizon=horizon).predict()
    found = components(panel, forecast)
    size = max(1.0, np.nanmax(np.abs(found.values)))
    assert np.allclose(found.parts.sum(axis=1), found.values, atol=1e-9 * size, equal_nan=True)
    assert np.isfinite(found.parts[0, :-1]).all()
    assert found.share[0].sum() == pytest.approx(1) or not found.share.any()
    assert sentences(found) is not None
