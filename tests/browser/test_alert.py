"""An alert from the rule to the pager: made on the page, fired by a forecast, heard at once."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.accounts.receiver import listening
from tests.browser.person import SLOW, drop, hourly_file, start_long_race, wait_until

SETTINGS = "/account/notifications/"


@pytest.fixture
def receiver():
    """A program of one's own that listens for webhooks."""
    with listening() as found:
        yield found


def bodies(receiver):
    return [json.loads(one["body"]) for one in receiver.received]


def add_webhook(page, receiver):
    """Name the program, and press Test beside it."""
    page.goto(SETTINGS)
    hooks = page.locator("#webhooks")
    hooks.get_by_label("Address").fill(receiver.url)
    hooks.get_by_role("button", name="Add webhook").click()
    hooks.get_by_role("button", name="Test 127.0.0.1").click()
    expect(hooks.get_by_role("status").last).to_contain_text("200")
    assert len(receiver.received) == 1


def make_rule(page, task):
    """When the forecast passes 1, say so in Almanac and to the program."""
    page.goto(f"/alerts/new/?task={task}")
    page.get_by_label("Limit", exact=True).fill("1")
    page.get_by_label("In Almanac").check()
    page.get_by_label("Webhook").check()
    page.get_by_role("button", name="Save rule").click()
    page.wait_for_url(re.compile(r"/alerts/[0-9a-f-]{36}/"))
    expect(page.locator(".pill", has_text="Quiet").first).to_be_visible()


def test_a_forecast_that_passes_the_limit_rings_the_bell_and_the_pager(page, receiver, tmp_path):
    add_webhook(page, receiver)
    dataset = drop(page, hourly_file(tmp_path, hours=24 * 60))
    task = start_long_race(page, dataset, "lstm")
    expect(page.locator("#fan .main-svg").first).to_be_visible(timeout=SLOW)
    make_rule(page, task)

    # Elsewhere, and without a reload from here on.
    page.goto("/jobs/")
    badge = page.locator("[data-bell-badge]")
    page.evaluate("document.body.dataset.stays = 'here'")
    other = page.context.new_page()
    other.goto(f"/forecasts/{task}/")
    other.get_by_role("button", name="Finish now with the best so far").click()
    wait_until(other, "Done")
    other.close()

    expect(badge).to_be_visible(timeout=SLOW)
    assert page.locator("body[data-stays=here]").count() == 1
    page.locator("#bell").click()
    expect(page.locator("#notes")).to_contain_text("load passes 1 ", timeout=SLOW)
    page.locator("#notes a", has_text="load passes 1 ").click()
    page.wait_for_url(re.compile(task))

    page.goto("/alerts/")
    expect(page.locator(".pill", has_text="Firing").first).to_be_visible()
    history = page.locator("section.card", has_text="Delivery history")
    for _ in range(60):
        if history.get_by_text("200").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(history.get_by_text(re.compile("Webhook .*200"))).to_be_visible()
    assert "load passes 1 " in json.dumps(bodies(receiver)[-1])
