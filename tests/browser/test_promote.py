"""A person compares challenger and champion, promotes, sees it everywhere, and takes it back."""

import math
import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.person import SLOW, drop

HOURS, NEW = 900, 240


def rows(first, last, turned_from=10**9):
    """A daily cycle; from one hour on a turn takes 17 hours."""
    lines = ["time,load"]
    for hour in range(first, last):
        noise = random.Random(hour).gauss(0, 8)
        turns = min(hour, turned_from) / 24 + max(0, hour - turned_from) / 17
        stamp = f"{datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour):%Y-%m-%d %H:%M}"
        lines.append(f"{stamp},{500 + 90 * math.sin(6.283185 * turns) + noise:.2f}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def files(tmp_path):
    old, new = tmp_path / "grid.csv", tmp_path / "more.csv"
    old.write_text(rows(0, HOURS))
    new.write_text(rows(HOURS, HOURS + NEW, turned_from=HOURS + 20))
    return old, new


def test_a_challenger_is_compared_promoted_and_taken_back(page, files):
    old, new = files
    drop(page, old)
    dataset = re.search(r"/data/[0-9a-f-]{36}/", page.url).group(0)
    page.goto(f"/forecasts/new/?dataset={dataset.split('/')[2]}")
    page.get_by_text("Instant", exact=True).first.click()
    page.get_by_role("button", name=re.compile("Start forecast")).click()
    expect(page.locator(".title .pill", has_text="Done")).to_be_visible(timeout=SLOW)
    forecast = re.search(r"/forecasts/[0-9a-f-]{36}/", page.url).group(0)
    page.get_by_role("tab", name="Accuracy").click()
    expect(page.get_by_text("Nothing to compare yet")).to_be_visible()

    page.goto(f"{dataset}append/")
    page.set_input_files("main input[type=file]", new)
    page.locator("main form button[type=submit]").first.click()
    expect(
        once_it_says(page, f"{forecast}accuracy/", "steps of this run are known")
    ).to_be_visible()

    page.goto("/models/")
    page.locator("main table a").first.click()
    page.goto(page.locator("#model-panel a[href^='/models/']").last.get_attribute("href"))
    champion = page.url
    watch = once_it_says(page, champion, "Drifting")
    expect(watch).to_be_visible()
    promote = page.locator(".actions button", has_text=re.compile(r"Promote v\d+"))
    once_it_says(page, champion, re.compile("than the champion on"))
    page.get_by_role("link", name="Compare windows").click()
    expect(page.locator("main")).to_contain_text(re.compile("shared windows?"))

    page.goto(champion)
    number = re.search(r"v(\d+)", promote.first.inner_text()).group(1)
    promote.first.click()
    expect(page.get_by_text(re.compile(f"v{number} is the champion now"))).to_be_visible()
    back = page.get_by_role("button", name=re.compile(r"Roll back to v\d+"))
    expect(back).to_be_visible(timeout=SLOW)
    back.click()
    expect(page.get_by_text(re.compile(r"is back at v\d+"))).to_be_visible()


def once_it_says(page, address, words, tries=60):
    """Look at a page again until it says something that the workers bring about."""
    for _ in range(tries):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        found = page.get_by_text(words).first
        if found.count():
            return found
        page.wait_for_timeout(1000)
    raise AssertionError(f"{address} never said {words}")
