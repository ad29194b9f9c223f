"""A person moves what is known ahead, sees the forecast follow, keeps it, and throws it away."""

import random
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.person import SLOW, drop, press_start, wait_until_done

HOURS, HORIZON = 600, 24


@pytest.fixture
def planned_file(tmp_path):
    """Load is 100 plus three times the plan of its hour, which is known a day longer."""
    plans = random.Random(1)
    lines = ["time,load,plan"]
    for hour in range(HOURS + HORIZON):
        stamp = f"{datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour):%Y-%m-%d %H:%M}"
        plan = plans.randint(0, 20)
        lines.append(f"{stamp},{100 + 3 * plan if hour < HOURS else ''},{plan}")
    path = tmp_path / "plan.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def start(page, dataset):
    """A forecast of the load with its plan by a model that looks at it."""
    asked = {
        "dataset": dataset,
        "targets_shown": "1",
        "targets": "c2",
        "covariates_shown": "1",
        "cov-c3": "known",
        "horizon": str(HORIZON),
        "quality": "balanced",
        "models_of": "balanced",
        "models": "linear_stack",
        "seconds": "60",
    }
    page.goto(f"/forecasts/new/?{urlencode(asked)}")
    return press_start(page)


def drawn(page, name):
    """The values of a line of the chart."""
    lines = page.evaluate(
        "document.querySelector('#whatif-chart').data.map(l => [l.name, [...l.y]])"
    )
    return next(values for called, values in lines if called == name)


def test_the_forecast_follows_the_plan_and_is_kept_until_it_is_deleted(page, planned_file):
    start(page, drop(page, planned_file))
    wait_until_done(page)
    page.get_by_role("tab", name="What if").click()
    page.wait_for_url(re.compile("/what-if/"))
    expect(page.locator("#whatif-chart .main-svg").first).to_be_visible(timeout=SLOW)
    before = drawn(page, "What if")
    peak = page.locator("#whatif-peak")
    at_first = peak.locator("b").inner_text()

    slider = page.get_by_label("plan", exact=True)
    slider.press("End")
    expect(slider).to_have_value("20")
    expect(page.locator("output[for=slide-1]")).to_have_text("+20")
    expect(peak).to_contain_text("Peak becomes", timeout=SLOW)
    expect(peak.locator("b")).not_to_have_text(at_first)
    page.wait_for_function(
        "before => document.querySelector('#whatif-chart').data.at(-1).y[0] > before + 30",
        arg=before[0],
    )
    # Twenty more of the plan are sixty more of the load, at every step.
    moved = [now - was for now, was in zip(drawn(page, "What if"), before, strict=True)]
    assert all(abs(one - 60) < 6 for one in moved)
    assert drawn(page, "Forecast") == before

    page.get_by_label("Name", exact=True).fill("Busy day")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The scenario Busy day was saved")).to_be_visible(timeout=SLOW)
    page.reload()
    kept = page.locator("#whatif-kept")
    expect(slider).to_have_value("0")
    expect(kept).to_contain_text("Busy day")

    kept.get_by_role("link", name="Busy day").click()
    page.wait_for_url(re.compile("scenario="))
    expect(slider).to_have_value("20")
    expect(peak).to_contain_text("Peak becomes")

    kept.get_by_role("button", name="Delete Busy day").click()
    expect(kept).not_to_contain_text("Busy day", timeout=SLOW)
    page.reload()
    expect(kept).to_contain_text("None yet")
