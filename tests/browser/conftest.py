"""A real browser on the real stack."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.browser.stack import ROOT, Stack

NAME, EMAIL, PASSWORD = "ada", "ada@example.org", "tide-and-paper-52"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

playwright = pytest.importorskip("playwright.sync_api")


# Its driver keeps an event loop in this thread, so it ends with the tests of this folder.
@pytest.fixture(scope="package")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def stack():
    running = Stack(
        ALMANAC_RATE_USER="100000/min",
        ALMANAC_RATE_ANON="100000/min",
        # A lost worker is noticed sooner than in use, so that tests need not wait a minute.
        ALMANAC_JOB_HEARTBEAT="0.5",
        ALMANAC_JOB_LOST="4",
        ALMANAC_JOB_REAP="1",
        # Long enough for a model or two, on busy machines too.
        ALMANAC_BALANCED_SECONDS="15",
        # Where the tests listen for webhooks.
        ALMANAC_EGRESS_ALLOW="127.0.0.1",
    ).start()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def signed_in(stack, chromium):
    """Cookies of the first administrator, made through the one-time link."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(stack.setup_url)
    page.fill("input[name=username]", NAME)
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password1]", PASSWORD)
    page.fill("input[name=password2]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{stack.url}/")
    state = context.storage_state()
    context.close()
    return state


# How htmx tells that a request was under way when the page was left.
LEFT_BEHIND = ("htmx:afterRequest", "htmx:sendError", "htmx:sendAbort")
# How Chromium and htmx tell of what was refused with a sentence that the person reads.
REFUSED = re.compile(r"responded with a status of 4(09|22)|Response Status Error Code 409")


def is_trouble(message):
    """An error in the console that a person could have met."""
    text = message.text
    return message.type == "error" and not text.startswith(LEFT_BEHIND) and not REFUSED.search(text)


@pytest.fixture
def page(stack, chromium, signed_in):
    """A signed-in page; console errors and broken requests fail the test."""
    context = chromium.new_context(
        storage_state=signed_in, viewport={"width": 1440, "height": 900}, base_url=stack.url
    )
    opened = context.new_page()
    trouble = []
    opened.on("pageerror", lambda error: trouble.append(f"page error: {error}"))
    opened.on("console", lambda m: trouble.append(m.text) if is_trouble(m) else None)
    yield opened
    context.close()
    assert trouble == [], stack.errors()


@pytest.fixture(scope="session")
def etth1():
    folder = Path(os.environ.get("ALMANAC_DATA", str(ROOT.parent / "shared" / "data")))
    path = folder / "ett" / "ETTh1.csv"
    if not path.exists():
        pytest.skip("the public benchmark data is not here")
    return path
