"""What a new user does: a file, a forecast at once, a better one live, the same by program."""

import json
import os
import re
import signal
import subprocess
import time

import pytest
from playwright.sync_api import expect

from tests.browser.person import SLOW, drop, hourly_file, press_forecast, wait_until_done


@pytest.fixture(params=["generated", "ETTh1"])
def data_file(request, tmp_path):
    if request.param == "ETTh1":
        return request.getfixturevalue("etth1")
    return hourly_file(tmp_path, hours=24 * 28)


def test_the_setup_link_dies_after_use(page, stack, chromium):
    context = chromium.new_context()
    answer = context.new_page().goto(stack.setup_url)
    assert answer.status == 404
    context.close()


def test_a_file_becomes_a_forecast_that_a_race_of_models_tries_to_beat(page, data_file):
    drop(page, data_file)
    facts = page.locator("dl.facts")
    expect(facts).to_contain_text("Hourly")
    rows = len(data_file.read_text().splitlines()) - 1
    expect(facts).to_contain_text(f"{rows:,}")
    expect(page.locator("#explorer-chart .main-svg").first).to_be_visible()

    press_forecast(page)
    expect(page.locator(".chart .main-svg").first).to_be_visible(timeout=SLOW)
    expect(page.locator("table").get_by_text("Seasonal naive").first).to_be_visible()
    wait_until_done(page)

    board = page.locator("table.board, table:has(th:text('MASE'))").first
    drift = board.locator("tr", has_text="Drift")
    expect(drift).to_contain_text(re.compile(r"[+−]\d+%"))
    # Judged, or left out with the reason.
    lstm = board.locator("tr", has_text="LSTM").first
    expect(lstm).to_contain_text(re.compile(r"[+−]\d+%|left out|failed"))
    expect(page.locator(".headline")).to_contain_text("seasonal naive")
    expect(page.locator(".headline")).to_contain_text(re.compile("Best of|No improvement"))
    for level in ("80%", "95%"):
        expect(page.get_by_text(f"{level} band")).to_be_visible()

    page.get_by_role("button", name="Save the chart").first.click()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Picture as SVG").first.click()
    picture = saving.value.path().read_text(encoding="utf-8")
    assert re.search(rf"{data_file.stem} v1 [0-9a-f]{{8}} · .+Balanced, seed 7", picture)

    before = page.locator(".headline").inner_text()
    page.reload()
    assert page.locator(".headline").inner_text() == before


def test_a_killed_worker_loses_nothing_and_the_page_says_how_it_went(page, stack, tmp_path):
    drop(page, hourly_file(tmp_path, hours=24 * 28))
    press_forecast(page)
    expect(page.locator("#forecast-board tr", has_text="Drift")).to_contain_text(
        "done", timeout=SLOW
    )
    deadline = time.monotonic() + 30
    while not (workers := stack.pids("-Q training")) and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(workers[0], signal.SIGKILL)
    page.goto("/jobs/")
    page.go_back()
    wait_until_done(page)
    expect(page.locator("table:has(th:text('MASE')) tr", has_text="Drift").first).to_be_visible()
    expect(page.locator("#forecast-events")).to_contain_text("Goes on elsewhere")


def test_the_snippet_of_the_result_page_runs_as_copied(page, tmp_path):
    drop(page, hourly_file(tmp_path, hours=24 * 28))
    press_forecast(page)
    wait_until_done(page)
    forecast = page.url
    page.goto("/account/")
    page.locator("#tokens input[type=text], #tokens input:not([type])").first.fill("notebook")
    page.get_by_role("button", name="New token").click()
    token = re.search(r"alm_\S+", page.locator("#new-token").inner_text()).group(0)
    page.goto(forecast)
    page.get_by_role("button", name="API").click()
    page.get_by_role("tab", name="curl").click()
    snippet = page.locator("[role=tabpanel]:visible pre, pre:visible").first.inner_text()
    done = subprocess.run(
        ["bash", "-c", snippet],
        env={**os.environ, "ALMANAC_TOKEN": token},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    answer = json.loads(done.stdout)
    assert answer["results"]


def test_cancel_stops_a_running_forecast_and_keeps_its_instant_answer(page, tmp_path):
    drop(page, hourly_file(tmp_path, hours=24 * 28))
    press_forecast(page)
    expect(page.locator("#fan .main-svg").first).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name=re.compile("Cancel")).click()
    confirm = page.get_by_role("dialog").get_by_role("button", name=re.compile("Stop|Cancel"))
    if confirm.count():
        confirm.last.click()
    expect(page.locator(".title .pill", has_text=re.compile("Cancelled"))).to_be_visible(
        timeout=SLOW
    )
    expect(page.locator("#fan .main-svg").first).to_be_visible()


def test_a_slow_press_on_cancel_counts_though_the_page_changes_meanwhile(page, tmp_path):
    drop(page, hourly_file(tmp_path, hours=24 * 300))
    press_forecast(page)
    page.get_by_role("button", name="Cancel").hover(timeout=SLOW)
    page.mouse.down()
    page.wait_for_timeout(2500)
    page.mouse.up()
    expect(page.locator(".title .pill", has_text="Cancelled")).to_be_visible(timeout=SLOW)


def test_a_refused_file_says_where_and_what_to_do(page, tmp_path):
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("time,y\n2026-01-01,1\n2026-01-02,2,3\n2026-01-03,4\n")
    page.goto("/")
    page.set_input_files("[data-upload] input[type=file]", ragged)
    told = page.locator("[role=alert]").first
    expect(told).to_be_visible(timeout=SLOW)
    expect(told).to_contain_text(re.compile("row 3|line 3", re.IGNORECASE))
