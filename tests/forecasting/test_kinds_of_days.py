"""The tab Components says how weekdays differ from weekends, and names every holiday."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from forecasting.engine.explaining.components import components
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create
from forecasting.explaining import days, explain_jobs, figures
from forecasting.receipts import rows_of
from tests.datasets.made import read_dataset
from tests.forecasting.made import answered

pytestmark = pytest.mark.django_db


def parts_of(column, start="2026-01-05"):
    panel = Panel.from_arrays({"y": column}, start, "h")
    return components(panel, create("seasonal_naive").fit(panel, horizon=24).predict())


def hours(weekend_height, shift=0):
    """Eight weeks from a Monday on; weekends move as much less as is said."""
    at = np.arange(24 * 56) + shift
    free = at // 24 % 7 >= 5
    wave = np.sin(2 * np.pi * at / 24)
    noise = np.random.default_rng(1).normal(0, 0.05, len(at))
    return 50 + np.where(free, weekend_height, 10) * wave + noise


def test_weekdays_and_weekends_are_told_apart_by_the_clock():
    found = parts_of(hours(4))
    told = days.told(found, 0, 24, days.local_times(found, 0, ""))
    wave = np.sin(2 * np.pi * np.arange(24) / 24)
    assert told["weekday"] == pytest.approx(10 * wave, abs=0.6)
    assert told["weekend"] == pytest.approx(4 * wave, abs=0.6)
    assert told["times"][6].endswith("06:00:00")


def test_weekends_are_those_of_the_place():
    # Times are kept in UTC: a Saturday in Shanghai begins on Friday at 16:00.
    found = parts_of(hours(4, shift=8))
    told = days.told(found, 0, 24, days.local_times(found, 0, "Asia/Shanghai"))
    wave = np.sin(2 * np.pi * np.arange(24) / 24)
    assert told["weekend"] == pytest.approx(4 * wave, abs=0.6)


@pytest.mark.parametrize(("height", "season"), [(10, 24), (4, 168)])
def test_alike_days_and_other_cycles_are_drawn_once(height, season):
    found = parts_of(hours(height))
    assert days.told(found, 0, season, days.local_times(found, 0, "")) is None


def test_every_holiday_of_the_country_is_told_and_drawn_the_largest_on_top(owner):
    lines = ["day,visits"]
    first = datetime(2023, 1, 1, tzinfo=UTC)
    noise = np.random.default_rng(3).normal(0, 2, 800)
    for number in range(800):
        day = first + timedelta(days=number)
        closed = (day.month, day.day) in {(12, 25), (12, 26), (1, 1), (5, 1), (10, 3)}
        lines.append(f"{day:%Y-%m-%d},{200 - 80 * closed + noise[number]:.2f}")
    dataset = read_dataset(owner, "\n".join(lines), name="visits.csv")
    task = answered(owner, dataset, horizon=14, place=("DE", ""))
    result = task.results.ranked().first()
    found = explain_jobs.find(result, "visits")
    assert "holiday" in [one["kind"] for one in found["parts"]]
    names = {one["name"]: one for one in found["holidays"]}
    assert names["Labor Day"]["mean"] == pytest.approx(-80, abs=4)
    # A day on which nothing was different takes nothing over from the others.
    assert names["Good Friday"]["mean"] == pytest.approx(0, abs=4)
    assert names["Labor Day"]["times"] == 2
    assert dict(rows_of(task))["Covariates"] == "dates of the calendar"
    assert {one["name"] for one in found["covariates"]} >= {"holiday", "weekend"}
    assert not [one for one in found["covariates"] if "_sin_" in one["name"]]
    assert not [one for one in found["inside"]["effects"] if "_cos_" in one["name"]]
    [bars] = figures.holidays(found["holidays"])["data"]
    sizes = [abs(x) for x in bars["x"]]
    assert sizes == sorted(sizes)
    assert bars["y"][-1] == found["holidays"][0]["name"]
    assert bars["error_x"]["array"][bars["y"].index("Labor Day")] > 0
