"""Every page of the product, with something on it to look at."""

import re

from playwright.sync_api import expect

from tests.browser.person import SLOW, drop, hourly_file, press_start, store_file, wait_until_done

KEY = "[0-9a-f-]{36}"


def forecast(page, dataset):
    """An instant forecast of a dataset; its key."""
    page.goto(f"/forecasts/new/?dataset={dataset}&quality=instant")
    key = press_start(page)
    wait_until_done(page)
    return key


def explain(page, task):
    """Its first visitor asks why; the answer is kept for the next."""
    page.goto(f"/forecasts/{task}/components/")
    expect(page.locator(".component").first).to_be_visible(timeout=SLOW)


def watch(page, dataset):
    """A watch that has judged the history."""
    page.goto(f"/data/{dataset}/anomalies/new/")
    page.locator("input[name=targets]").first.check()
    page.get_by_role("button", name="Judge the history").click()
    expect(page.locator("#anomaly-chart")).to_be_visible(timeout=SLOW)


def schedule(page, task):
    """A schedule that is due tomorrow; its address."""
    page.goto(f"/schedules/new/?forecast={task}")
    page.get_by_role("button", name="Save schedule").click()
    page.wait_for_url("**/schedules/")
    return page.locator("#schedule-table tbody a[href^='/schedules/']").first.get_attribute("href")


def alert(page, task):
    """A rule on a forecast; its address."""
    page.goto(f"/alerts/new/?task={task}")
    page.get_by_label("Limit", exact=True).fill("1")
    page.get_by_role("button", name="Save rule").click()
    page.wait_for_url(re.compile(f"/alerts/{KEY}/"))
    return re.search(f"/alerts/{KEY}/", page.url)[0]


def arrived(page, path):
    """A file that waits for its columns to be mapped; where."""
    page.goto("/")
    page.set_input_files("[data-upload] input[type=file]", path)
    page.wait_for_selector("[data-mapper]", timeout=SLOW)
    return re.search(f"/data/{KEY}/[a-z]*/?", page.url)[0]


def models(page):
    """Two models of the registry."""
    page.goto("/models/")
    found = page.locator("main table a[href^='/models/']").evaluate_all(
        "all => all.map((one) => one.getAttribute('href'))"
    )
    keys = [match[1] for one in found if (match := re.fullmatch(f"/models/({KEY})/", one))]
    return list(dict.fromkeys(keys))[:2]


def furnish(page, folder):
    """Make one of everything and name the pages that show it."""
    shops, path = store_file(folder, stores=4, days=60), hourly_file(folder, hours=24 * 28)
    mapper, stores, load = arrived(page, shops), drop(page, shops), drop(page, path)
    many, single = forecast(page, stores), forecast(page, load)
    explain(page, single)
    watch(page, load)
    planned, rule, (one, other) = schedule(page, single), alert(page, single), models(page)
    return [
        "/",
        "/data/",
        "/data/?q=nothing-like-it",
        "/data/upload/",
        mapper,
        *(f"/data/{load}/{one}" for one in ABOUT_DATA),
        f"/data/sql/?dataset={load}",
        "/forecasts/",
        f"/forecasts/new/?dataset={load}",
        *(f"/forecasts/{single}/{part}" for part in ABOUT_FORECASTS),
        f"/forecasts/{many}/",
        f"/forecasts/{many}/series/",
        "/models/",
        f"/models/{one}/",
        f"/models/compare/?a={one}&b={other}",
        "/alerts/",
        rule,
        f"/alerts/new/?task={single}",
        "/alerts/history/",
        "/schedules/",
        planned,
        *ABOUT_PEOPLE,
    ]


def clear_away(page, addresses):
    """Schedules and rules, which other tests expect none of but their own."""
    for address in addresses:
        if re.fullmatch(f"/(schedules|alerts)/{KEY}/", address):
            page.goto(f"{address}delete/")
            page.locator("main button.danger-solid").click()
            page.wait_for_url(re.compile("/(schedules|alerts)/$"))


ABOUT_DATA = (
    "",
    "rows/",
    "columns/",
    "columns/edit/",
    "quality/",
    "anomalies/",
    "anomalies/new/",
    "versions/",
    "activity/",
    "append/",
    "convert/",
)
ABOUT_FORECASTS = (
    "",
    "backtest/",
    "components/",
    "residuals/",
    "drivers/",
    "what-if/",
    "accuracy/",
    "data/",
)
ABOUT_PEOPLE = (
    "/jobs/",
    "/notifications/",
    "/account/",
    "/account/notifications/",
    "/search/?q=load",
)
