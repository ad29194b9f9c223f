"""A race looked at and steered: the best so far at once, one stopped, all stopped, ended."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.person import (
    LONG,
    SLOW,
    drop,
    hourly_file,
    start_long_race,
    store_file,
    wait_until,
)


@pytest.fixture(scope="module")
def dataset(stack, chromium, signed_in, tmp_path_factory):
    """The key of 100 days of hours."""
    context = chromium.new_context(storage_state=signed_in, base_url=stack.url)
    page = context.new_page()
    key = drop(page, hourly_file(tmp_path_factory.mktemp("files")))
    context.close()
    return key


def row_of(page, label):
    """A line of the live leaderboard."""
    return page.locator("#forecast-board tbody tr", has=page.get_by_text(label, exact=True))


def points_of(row):
    """How the sparkline of a model is drawn."""
    return row.locator("svg").first.evaluate("one => one.innerHTML")


def test_a_race_is_looked_at_live_one_is_stopped_and_the_best_so_far_is_kept(page, dataset):
    start_long_race(page, dataset, "lstm", "nhits")
    # The best so far, before any network has learned a thing.
    expect(page.locator("#fan .main-svg").first).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("link", name="Best so far:")).to_be_visible(timeout=SLOW)
    expect(row_of(page, "Seasonal naive")).to_contain_text("done")

    lstm, nhits = row_of(page, "LSTM"), row_of(page, "N-HiTS")
    expect(nhits).to_contain_text(re.compile("waits|training"))
    expect(lstm).to_contain_text("training, epoch", timeout=SLOW)
    expect(lstm.locator("svg").first).to_be_visible(timeout=SLOW)
    expect(lstm).to_contain_text(re.compile(r"\d:\d\d left"), timeout=SLOW)
    before = points_of(lstm)
    expect(lstm.locator("svg").first).not_to_have_js_property("innerHTML", before, timeout=SLOW)
    expect(page.locator("#forecast-overall")).to_contain_text("left")

    lstm.get_by_role("button", name="Stop LSTM").click()
    expect(lstm).to_contain_text("stopped", timeout=SLOW)
    expect(nhits).to_contain_text("training", timeout=SLOW)
    wait_until(page, "Running")

    page.get_by_role("button", name="Finish now with the best so far").click()
    wait_until(page, "Done")
    expect(page.locator("[role=tabpanel] .main-svg").first).to_be_visible()
    expect(page.get_by_text("You finished early")).to_be_visible()
    expect(page.locator("#forecast-board tr", has_text="LSTM")).to_contain_text("stopped")


def test_cancelling_all_keeps_the_answer_and_leads_back_to_the_settings(page, dataset):
    task = start_long_race(page, dataset, "lstm")
    expect(row_of(page, "LSTM")).to_contain_text("training", timeout=SLOW)
    page.get_by_role("button", name="Cancel").click()
    wait_until(page, "Cancelled")
    expect(page.locator("#forecast-board")).not_to_contain_text("failed")
    expect(page.locator("[role=tabpanel] .main-svg").first).to_be_visible()
    page.get_by_role("link", name="Forecast again").first.click()
    page.wait_for_url(re.compile(f"copy={task}"))
    expect(page.locator("#contract .say")).to_contain_text("next 24 hours")
    expect(page.locator("#set-lstm")).to_contain_text("500")


@pytest.mark.slow
def test_the_list_of_series_follows_a_race_and_keeps_its_place(page, tmp_path):
    stores = drop(page, store_file(tmp_path, stores=12, days=150))
    quick = {"lstm": LONG | {"max_seconds": 2}, "nhits": LONG}
    task = start_long_race(page, stores, "lstm", "nhits", column="c3", settings=quick)
    expect(page.get_by_role("link", name="Best so far:")).to_be_visible(timeout=SLOW)
    page.goto(f"/forecasts/{task}/series/?q=store&sort=name")
    page.wait_for_load_state()
    rows = page.locator("#portfolio-rows")
    expect(rows.locator("tbody tr")).to_have_count(12)
    rows.get_by_label("Choose store 004").check()
    rows.get_by_role("link", name="store 007").focus()
    # This list, and not one that took its place.
    rows.evaluate("one => { one.dataset.first = 'yes'; }")
    expect(page.locator("#portfolio-rows[data-first]")).to_have_count(0, timeout=SLOW)
    wait_until(page, "Running")
    assert page.url.endswith("/series/?q=store&sort=name")
    expect(page.locator("#q")).to_have_value("store")
    expect(rows.get_by_label("Choose store 004")).to_be_checked()
    expect(rows.get_by_role("link", name="store 007")).to_be_focused()
    expect(page.locator("#announcements")).not_to_be_empty()

    page.get_by_role("button", name="Finish now with the best so far").click()
    wait_until(page, "Done")
    expect(page.locator("#portfolio-live")).to_have_count(0, timeout=SLOW)
    expect(page.get_by_role("tab", name="Series")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#q")).to_have_value("store")
    expect(rows.locator("tbody tr")).to_have_count(12)
