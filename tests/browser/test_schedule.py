"""A schedule from its first sentence to its end, by the keys alone wherever a form allows it."""

import re

from playwright.sync_api import expect

from tests.browser.person import SLOW, drop, hourly_file, press_start, wait_until_done

HOURS, NEW = 900, 48


def files(folder):
    """The load of five weeks, and of the two days that come after."""
    whole = hourly_file(folder, hours=HOURS + NEW).read_text().splitlines()
    old, new = folder / "grid.csv", folder / "more.csv"
    old.write_text("\n".join(whole[: HOURS + 1]) + "\n")
    new.write_text("\n".join([whole[0], *whole[HOURS + 1 :]]) + "\n")
    return old, new


def make(page, task):
    """Say when, and save with Enter; the forecast is chosen already."""
    page.goto(f"/schedules/new/?forecast={task}")
    page.wait_for_load_state()
    # A letter chooses in a list that has the focus.
    page.get_by_label("What it does").press("t")
    page.get_by_label("How often").press_sequentially("every day")
    time = page.get_by_label("Time", exact=True)
    time.press("Control+a")
    time.press_sequentially("07:30")
    time.press("Enter")
    page.wait_for_url(re.compile("/schedules/$"))


def row_of(page):
    return page.locator("#schedule-table tbody tr")


def reload_until(page, address, words):
    """Look again until the page says so."""
    for _ in range(90):
        page.goto(address)
        found = page.get_by_text(words).first
        if found.is_visible():
            return found
        page.wait_for_timeout(1000)
    return page.get_by_text(words).first


def pause_and_go_on(page):
    """It owes nothing while it is paused, and knows its next time afterwards."""
    page.goto("/schedules/")
    page.wait_for_load_state()
    row_of(page).get_by_role("button", name="Pause").press("Enter")
    expect(row_of(page)).to_contain_text("paused")
    row_of(page).get_by_role("button", name="Go on").press("Enter")
    expect(row_of(page)).to_contain_text(re.compile("(today|tomorrow) 07:30"))


def delete(page):
    """The question has the safe answer under the finger."""
    page.wait_for_load_state()
    row_of(page).get_by_role("link", name="Delete").press("Enter")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No schedules yet")).to_be_visible()


def test_a_schedule_is_made_run_paused_and_deleted(page, tmp_path):
    old, new = files(tmp_path)
    dataset = drop(page, old)
    page.goto(f"/forecasts/new/?dataset={dataset}&quality=instant")
    task = press_start(page)
    wait_until_done(page)

    make(page, task)
    row = row_of(page)
    expect(row).to_have_count(1)
    expect(row).to_contain_text("every day 07:30")
    expect(row).to_contain_text(re.compile("(today|tomorrow) 07:30"))

    # Nothing has come yet: it says so, and trains nothing.
    page.wait_for_load_state()
    row.get_by_role("button", name="Run now").press("Enter")
    expect(page.get_by_text("Nothing new since run 1.").first).to_be_visible()

    # Two days arrive: the forecast moves by itself, without training.
    page.goto(f"/data/{dataset}/append/")
    page.set_input_files("main input[type=file]", new)
    page.locator("main form button[type=submit]").first.click()
    moved = reload_until(page, f"/forecasts/{task}/", "Go to run 2")
    moved.press("Enter")
    expect(page.locator("#forecast-fresh")).to_contain_text("run 2, new data")
    expect(page.locator("#forecast-fresh")).to_contain_text("48 values have come since run 1")
    expect(page.locator("#forecast-fresh")).to_contain_text("every day 07:30")

    # Run now trains anew on them.
    page.goto("/schedules/")
    page.wait_for_load_state()
    row_of(page).get_by_role("button", name="Run now").press("Enter")
    page.wait_for_url(re.compile(r"/forecasts/[0-9a-f-]{36}/"))
    expect(page.locator("#forecast-fresh")).to_contain_text("run 3, schedule", timeout=SLOW)
    wait_until_done(page)

    pause_and_go_on(page)
    delete(page)
    page.goto(f"/forecasts/{task}/")
    expect(page.locator("main h1")).to_be_visible()
