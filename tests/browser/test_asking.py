"""Asking for a forecast: every choice follows at once, nothing typed is lost, errors say where."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.person import SLOW, drop, hourly_file, press_start, store_file


def said(page):
    """The sentence at the right."""
    return page.locator("#contract .say")


def opened(page, fold):
    page.locator(f"#fold-{fold} > summary").click()
    return page.locator(f"#fold-{fold}")


def asked_of(page, task):
    """What the forecast was asked for, as programs see it."""
    return page.request.get(f"/api/v1/predictions/{task}/").json()["parameters"]


@pytest.fixture(scope="module")
def datasets(stack, chromium, signed_in, tmp_path_factory):
    """Keys of a table of one series and of one of 230."""
    folder = tmp_path_factory.mktemp("files")
    context = chromium.new_context(storage_state=signed_in, base_url=stack.url)
    page = context.new_page()
    found = {"load": drop(page, hourly_file(folder, hours=24 * 28))}
    found["stores"] = drop(page, store_file(folder))
    context.close()
    return found


def test_every_choice_changes_the_sentence_and_reaches_the_forecast(page, datasets):
    page.goto(f"/forecasts/new/?dataset={datasets['load']}")
    page.locator("[name=targets][value=c2]").check()
    page.locator("[name=targets][value=c3]").uncheck()
    expect(said(page)).to_contain_text("forecast load for")
    page.get_by_role("button", name="Next 24 hours").click()
    expect(said(page)).to_contain_text("next 24 hours")
    page.locator("#horizon").fill("2 days")
    expect(said(page)).to_contain_text("next 2 days")

    models = opened(page, "models")
    models.locator("[value=drift]").uncheck()
    expect(page.locator("#words-models")).to_contain_text("chosen by you")
    models.locator("#set-lstm").click()
    page.get_by_role("dialog").get_by_label("hidden_size").fill("32")
    page.get_by_role("button", name="Use these settings").click()
    expect(models.locator("#set-lstm")).to_contain_text("hidden_size 32")

    opened(page, "holidays").get_by_label("Country").select_option("DE")
    page.get_by_label("Region").select_option("BY")
    opened(page, "bounds").get_by_role("button", name="Never below 0").click()
    opened(page, "tests").get_by_label("Number of past windows").fill("3")
    expect(said(page)).to_contain_text("3 past windows")

    task = press_start(page)
    asked = asked_of(page, task)
    named = {one["name"]: one["settings"] for one in asked["models"]}
    assert (asked["targets"], asked["horizon"], asked["windows"]) == (["c2"], 48, 3)
    assert asked["calendar"] == {"country": "DE", "subdivision": "BY"}
    assert asked["bounds"]["low"] == 0
    assert named["lstm"]["hidden_size"] == 32
    assert "drift" not in named
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".title .pill")).to_have_text("Cancelled", timeout=SLOW)


def test_a_mistake_is_said_at_its_field_and_gone_once_it_is_mended(page, datasets):
    page.goto(f"/forecasts/new/?dataset={datasets['load']}")
    page.locator("#horizon").fill("next week")
    alert = page.locator("#horizon-note [role=alert]")
    expect(alert).to_contain_text("is not a horizon")
    expect(page.locator("#horizon")).to_have_attribute("aria-invalid", "true")
    opened(page, "tests").get_by_label("Number of past windows").fill("9000")
    page.locator("#horizon").fill("24")
    expect(alert).to_have_count(0)
    expect(page.locator("#windows-note [role=alert]")).to_be_visible()
    page.get_by_role("button", name=re.compile("Start forecast")).click()
    expect(page.locator("#windows-note [role=alert]")).to_be_visible()
    assert "/forecasts/new/" in page.url


def test_what_was_filled_in_is_still_there_after_a_reload(page, datasets):
    page.goto(f"/forecasts/new/?dataset={datasets['load']}")
    page.locator("#horizon").fill("36")
    expect(said(page)).to_contain_text("36 hours")
    opened(page, "bounds").get_by_label("Highest value").fill("900")
    expect(page.locator("#words-bounds")).to_contain_text("900")
    page.reload()
    expect(said(page)).to_contain_text("36 hours")
    assert page.locator("#horizon").input_value() == "36"
    assert page.locator("#high").input_value() == "900"


def test_a_series_of_many_is_found_and_ticked_without_the_mouse(page, datasets):
    page.goto(f"/forecasts/new/?dataset={datasets['stores']}")
    page.get_by_label("Chosen ones").check()
    page.get_by_label("Find series").click()
    page.keyboard.type("22")
    found = page.locator("[data-series-found]")
    expect(found).to_have_count(12)
    page.keyboard.press("Enter")
    ticked = page.locator("#series-ticked input")
    expect(ticked).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(ticked).to_have_count(2)
    expect(said(page)).to_contain_text("2 series")
    page.get_by_text("Instant", exact=True).first.click()
    expect(said(page)).to_contain_text("3 models")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/forecasts/[0-9a-f-]{36}/"))
    task = re.search(r"/forecasts/([0-9a-f-]{36})/", page.url)[1]
    assert asked_of(page, task)["series"] == ["store 022", "store 220"]
