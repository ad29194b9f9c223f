"""What a person does on many journeys: give a file, ask for a forecast, wait for it."""

import json
import math
import random
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from playwright.sync_api import expect

# Long enough for a busy machine; nobody waits for it where things go well.
SLOW = 90_000
# Two networks that would go on for minutes, so that a race can be looked at and steered; with a
# budget of windows instead of all of them they would end within seconds on a fast machine.
LONG = {"epochs": 500, "patience": 500, "max_seconds": 300, "all_windows": True}


def hourly_file(folder, hours=2400):
    """A daily and a weekly cycle with noise that is always the same."""
    noise = random.Random(7)
    lines = ["time,load,temperature"]
    for hour in range(hours):
        day, clock = divmod(hour, 24)
        stamp = f"{datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour):%Y-%m-%d %H:%M}"
        load = 500 + 90 * math.sin(clock / 24 * 6.283) - 60 * (day % 7 > 4) + noise.gauss(0, 12)
        warm = 10 + 8 * math.sin((clock - 4) / 24 * 6.283) + noise.gauss(0, 1)
        lines.append(f"{stamp},{load:.2f},{warm:.1f}")
    path = folder / "load.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def store_file(folder, stores=230, days=30):
    """Sales of many stores, one under another."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    lines = ["date,store,sales"]
    for store in range(1, stores + 1):
        for day in range(days):
            date = first + timedelta(days=day)
            lines.append(f"{date:%Y-%m-%d},store {store:03d},{store + 3 * (day % 7) + day % 2}")
    path = folder / "stores.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def drop(page, path):
    """Give the file on Home, import it as it was understood; the key of the dataset."""
    page.goto("/")
    page.set_input_files("[data-upload] input[type=file]", path)
    page.wait_for_selector("[data-mapper]", timeout=SLOW)
    # Nobody hears a key before the page's own modules run.
    page.wait_for_load_state()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Overview")).to_be_visible(timeout=SLOW)
    return re.search(r"/data/([0-9a-f-]{36})/", page.url)[1]


def press_forecast(page):
    """From a dataset page to the running forecast, with the defaults."""
    page.wait_for_load_state()
    page.keyboard.press("f")
    page.wait_for_url(re.compile("/forecasts/new/"))
    press_start(page)


def press_start(page):
    """From the form to the running forecast; its key."""
    page.get_by_role("button", name=re.compile("Start forecast")).click()
    page.wait_for_url(re.compile(r"/forecasts/[0-9a-f-]{36}/"))
    return re.search(r"/forecasts/([0-9a-f-]{36})/", page.url)[1]


def start_long_race(page, dataset, *nets, column="c2", settings=None):
    """A race of the fixed models and these networks, which ends only when somebody ends it, or
    when their settings do.
    """
    asked = {
        "dataset": dataset,
        "targets_shown": "1",
        "targets": column,
        "horizon": "24",
        "quality": "balanced",
        "models_of": "balanced",
        "models": nets,
        "settings": json.dumps(settings or dict.fromkeys(nets, LONG)),
        "seconds": "600",
    }
    page.goto(f"/forecasts/new/?{urlencode(asked, doseq=True)}")
    return press_start(page)


def wait_until(page, state, timeout=SLOW):
    """The forecast says so beside its name."""
    expect(page.locator(".title .pill", has_text=state)).to_be_visible(timeout=timeout)


def wait_until_done(page):
    wait_until(page, "Done")
