"""Holidays by name, weekdays beside weekends, and calendar covariates as one part."""

import holidays
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from forecasting.engine.explaining.component_words import sentences
from forecasting.engine.explaining.components import components
from forecasting.engine.explaining.decomposing import Parts
from forecasting.engine.explaining.holiday_effects import holiday_effects
from forecasting.engine.explaining.model_inputs import inputs_of
from forecasting.engine.future.frames import with_calendar
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create

DAYS = pd.date_range("2022-01-01", periods=365 * 2, freq="D")
GERMAN = holidays.country_holidays("DE", years=range(2022, 2027), language="en_US")


def daily():
    """100 a day, 10 less on weekends, 25 less on holidays, 40 less at Christmas."""
    names = [GERMAN.get(day.date(), "") for day in DAYS]
    fewer = np.array([0 if not name else 40 if name == "Christmas Day" else 25 for name in names])
    noise = np.random.default_rng(0).normal(0, 1, len(DAYS))
    return 100 - 10.0 * (DAYS.dayofweek >= 5) - fewer + noise


@pytest.fixture(scope="module")
def found():
    panel = with_calendar(Panel.from_arrays({"y": daily()}, "2022-01-01", "D"), 28, "DE")
    forecast = create("seasonal_naive").fit(panel, horizon=28).predict()
    return components(panel, forecast)


def test_covariates_of_the_calendar_are_two_parts_and_still_add_up(found):
    assert found.kinds == ("trend", "season", "calendar", "holiday", "rest")
    assert np.allclose(found.parts.sum(axis=1), found.values)
    holiday = found.share[0, found.kinds.index("holiday")]
    assert holiday > 0.3
    assert any(str(one).startswith("Holidays explain ") for one in sentences(found))


def test_every_holiday_has_its_own_effect_with_its_interval(found):
    days = found.times[0].astype("datetime64[D]")
    effects = {one.name: one for one in holiday_effects(found, 0, days, "DE")}
    assert next(iter(effects)) == "Christmas Day"
    assert effects["Christmas Day"].mean == pytest.approx(-40, abs=2)
    assert effects["Good Friday"].mean == pytest.approx(-25, abs=2)
    good = effects["Good Friday"]
    assert good.times == 2
    assert good.low < good.mean < good.high
    # The forecast ends on 28 January: New Year's Day is in it, Christmas is not.
    assert effects["New Year's Day"].coming
    assert not effects["Christmas Day"].coming


def test_the_interval_is_that_of_students_t(found):
    days = found.times[0].astype("datetime64[D]")
    past = len(days) - found.horizon
    column = found.past[0, [0, 1, 3, 4]].sum(axis=0)
    free = np.isin(days[:past], np.array(list(GERMAN), dtype="datetime64[D]"))
    usual = Parts.of(np.where(free, np.nan, column), found.cycles(0)).whole
    left = column - usual - (column - usual)[~free].mean()
    dates = [np.datetime64(day) for day in GERMAN if GERMAN[day] == "Labor Day"]
    seen = np.array([left[days[:past] == day].mean() for day in dates if day in days[:past]])
    half = stats.t.ppf(0.9, len(seen) - 1) * seen.std(ddof=1) / len(seen) ** 0.5
    effect = next(one for one in holiday_effects(found, 0, days, "DE") if one.name == "Labor Day")
    assert effect.times == len(seen) == 2
    assert (effect.mean, effect.low, effect.high) == pytest.approx(
        (seen.mean(), seen.mean() - half, seen.mean() + half)
    )


def test_a_holiday_that_was_seen_once_has_no_interval():
    panel = Panel.from_arrays({"y": daily()[:200]}, "2022-01-01", "D")
    found = components(panel, create("naive").fit(panel, horizon=3).predict())
    days = found.times[0].astype("datetime64[D]")
    effects = holiday_effects(found, 0, days, "DE")
    assert {one.times for one in effects} == {1}
    assert {(one.low, one.high) for one in effects} == {(None, None)}


def test_days_before_the_first_row_count_for_nothing():
    column = daily()[:400].copy()
    column[:100] = np.nan
    panel = Panel.from_arrays({"y": column}, "2022-01-01", "D")
    found = components(panel, create("naive").fit(panel, horizon=3).predict())
    days = found.times[0].astype("datetime64[D]")
    effects = {one.name: one for one in holiday_effects(found, 0, days, "DE")}
    assert "New Year's Day" in effects
    assert effects["New Year's Day"].times == 1
    assert np.isfinite(effects["New Year's Day"].mean)


def test_columns_of_the_calendar_are_shuffled_together():
    panel = with_calendar(Panel.from_arrays({"y": daily()}, "2022-01-01", "D"), 7, "DE")
    model = create("linear").fit(panel, horizon=7)
    items = [item for item in inputs_of(model, panel) if item.kind == "known"]
    assert [str(item.name) for item in items] == ["other dates of the calendar", "holidays"]
    assert sorted(np.concatenate([item.places for item in items])) == list(
        range(len(panel.known.names))
    )
