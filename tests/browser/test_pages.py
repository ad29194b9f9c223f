"""Every page, in both themes, both widths and both languages: accessible and never too wide."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.places import clear_away, furnish
from tests.browser.settled import wait_until_settled

# What sticks out, for whoever has to find it.
WIDE = """[...document.querySelectorAll('main *')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 5).map((one) => one.outerHTML.slice(0, 120))"""
WIDTHS = {"wide": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def addresses(stack, chromium, signed_in, tmp_path_factory):
    """The pages, with one of everything that they can show."""
    context = chromium.new_context(storage_state=signed_in, base_url=stack.url)
    found = furnish(context.new_page(), tmp_path_factory.mktemp("places"))
    yield found
    clear_away(context.new_page(), found)
    context.close()


QUICK = {("light", "wide", "en"), ("dark", "phone", "zh-hans")}
LOOKS = [
    pytest.param(*look, marks=() if look in QUICK else pytest.mark.slow)
    for look in itertools.product(("light", "dark"), WIDTHS, ("en", "zh-hans"))
]


@pytest.mark.parametrize(("theme", "width", "language"), LOOKS)
def test_pages_are_accessible_and_fit(
    stack, chromium, signed_in, addresses, theme, width, language
):
    context = chromium.new_context(
        storage_state=signed_in,
        base_url=stack.url,
        color_scheme=theme,
        viewport=WIDTHS[width],
        locale={"en": "en-GB", "zh-hans": "zh-CN"}[language],
    )
    page, found = context.new_page(), []
    page.on("pageerror", lambda error: found.append(f"{page.url} {error}"))
    page.on("console", lambda m: found.append(f"{page.url} {m.text}") if m.type == "error" else 0)
    for path in addresses:
        page.goto(path)
        wait_until_settled(page)
        found += violations(page)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} is wider than the screen: {page.evaluate(WIDE)}")
    lang = page.evaluate("document.documentElement.lang")
    context.close()
    assert found == []
    assert lang.startswith(language[:2])


def test_sign_in_is_accessible_in_both_themes(stack, chromium, signed_in):
    for theme in ("light", "dark"):
        context = chromium.new_context(base_url=stack.url, color_scheme=theme)
        page = context.new_page()
        page.goto("/")
        assert "/accounts/login/" in page.url
        assert violations(page) == []
        context.close()


def test_the_palette_finds_and_opens_by_keyboard(page):
    page.goto("/jobs/")
    page.keyboard.press("Control+k")
    page.keyboard.type("go to models")
    expect(page.locator("dialog .entry")).to_have_count(1)
    expect(page.locator("dialog .entry")).to_contain_text("Go to models")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/models/"))


# The focused element, or the box drawn around it, has a ring that it lacks without the focus.
RINGLESS = """() => {
  const focused = document.activeElement;
  const rings = (one) => getComputedStyle(one).boxShadow + getComputedStyle(one).outline;
  const chain = [focused, focused.parentElement, focused.parentElement?.parentElement];
  const before = chain.map((one) => one && rings(one));
  focused.blur();
  const isSame = chain.every((one, at) => !one || rings(one) === before[at]);
  focused.focus();
  return isSame && focused !== document.body ? focused.outerHTML.slice(0, 160) : "";
}"""


def test_every_control_shows_where_the_keyboard_is(stack, chromium, signed_in, addresses):
    context = chromium.new_context(
        storage_state=signed_in, base_url=stack.url, reduced_motion="reduce"
    )
    page, found = context.new_page(), set()
    for path in filter(
        re.compile(r"/((data/[0-9a-f-]{36}|data/.*/rows|jobs|account)/)?").fullmatch, addresses
    ):
        page.goto(path)
        for _ in range(40):
            page.keyboard.press("Tab")
            found.add(page.evaluate(RINGLESS))
    context.close()
    assert found == {""}
