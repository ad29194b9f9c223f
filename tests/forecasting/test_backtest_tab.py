"""The Backtest tab: every past window, any models beside each other, by page and by program."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from django.urls import reverse

from forecasting import backtests
from forecasting.proof.scores import proof_of
from tests.forecasting.made import answered, hourly_dataset, raced

pytestmark = pytest.mark.django_db


def look(client, task, **query):
    answer = client.get(reverse("forecasting:backtest", args=[task.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def figure_of(html, name):
    found = re.search(rf'id="{name}-figure" hidden>(.*?)</div>', html, re.S)
    return json.loads(found[1].replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&"))


def column(html, number):
    """The cells of one column of the table of windows."""
    table = html.split('id="backtest-table"')[1].split("</table>")[0]
    rows = re.findall(r"<tr[^>]*>(<td.*?)</tr>", table, re.S)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)[number] for row in rows]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


def test_there_is_one_row_a_window_and_its_error_is_that_of_the_stored_forecasts(
    owner, owner_client
):
    task = answered(owner)
    html = look(owner_client, task)
    rows = backtests.read(task.results.get(name="linear"))
    by_hand = (rows["y"] - rows["mean"]).abs().groupby(rows["window"]).mean()
    assert column(html, 0)[0] == "Wed 14 Jan 08:00"
    assert column(html, 0)[-1] == "Mon 19 Jan 23:00"
    assert [float(cell) for cell in column(html, 2)] == pytest.approx(by_hand.tolist(), abs=5e-3)
    assert len({len(cell.partition(".")[2]) for cell in column(html, 2)}) == 1


def test_the_headline_says_how_far_off_it_was_and_against_what(owner, owner_client):
    html = look(owner_client, answered(owner))
    assert re.search(r"Over 6 past windows of 24 hours Linear was off by <b>[\d.]+%</b>", html)
    assert re.search(r"<b>\d+% better</b> than seasonal naive", html)


def test_the_newest_window_is_open_and_any_other_can_be(owner, owner_client):
    task = answered(owner)
    assert "Window 6 of 6" in look(owner_client, task)
    html = look(owner_client, task, window="2")
    assert "Window 2 of 6" in html
    cutoff = figure_of(html, "backtest")["layout"]["shapes"][0]["x0"]
    assert cutoff == "2026-01-15T11:00:00"
    assert 'data-step="-1" href="/forecasts/' in html


@pytest.mark.parametrize("window", ["0", "7", "-1", "x", "999999999"])
def test_a_window_that_is_not_there_opens_the_newest(owner, owner_client, window):
    assert "Window 6 of 6" in look(owner_client, answered(owner), window=window)


def test_the_strip_names_days_and_the_clock_only_where_a_day_has_two_cutoffs(owner, owner_client):
    assert '<b class="clip">Mon 19 Jan</b>' in look(owner_client, answered(owner))
    short = answered(owner, horizon=6)
    assert '<b class="clip">Tue 20 Jan 17:00</b>' in look(owner_client, short)


def test_the_ends_cannot_be_stepped_over(owner, owner_client):
    task = answered(owner)
    assert 'data-step="-1"' not in look(owner_client, task, window="1")
    assert 'data-step="1"' not in look(owner_client, task, window="6")


def test_one_window_shows_what_came_beside_the_forecast_and_what_was_before(owner, owner_client):
    task = answered(owner)
    traces = {
        trace.get("name"): trace
        for trace in figure_of(look(owner_client, task, window="1"), "backtest")["data"]
    }
    rows = backtests.read(task.results.get(name="linear"), window=0)
    assert traces["Linear"]["y"] == pytest.approx(rows["mean"].tolist())
    assert traces["Observed"]["y"][-24:] == pytest.approx(rows["y"].tolist())
    assert len(traces["Observed"]["y"]) == 24 + 12
    assert traces["Seasonal naive"]["line"]["dash"] == "dash"
    assert traces["80%"]["y"] == pytest.approx(rows["hi-80"].tolist())


def test_any_model_of_the_leaderboard_is_drawn_beside_or_not(owner, owner_client):
    task = raced(owner, "window_mean", "drift")
    names = [trace.get("name") for trace in figures(owner_client, task, beside=["drift", "naive"])]
    assert {"Linear", "Naive"} <= set(names)
    assert "Seasonal naive" not in names
    alone = [trace.get("name") for trace in figures(owner_client, task, beside="")]
    assert [name for name in alone if name not in {None, "80%", "95%", "Observed"}] == ["Linear"]


def figures(client, task, **query):
    return figure_of(look(client, task, **query), "backtest")["data"]


def test_all_windows_stand_in_a_row_or_their_errors_over_each_other(owner, owner_client):
    task = answered(owner)
    row = {one.get("name"): one for one in figures(owner_client, task, view="all")}
    # Between two windows the line breaks; what came goes on.
    assert [value is None for value in row["Linear"]["y"]].count(True) == 6
    assert len(row["Linear"]["x"]) == 6 * 25
    assert row["Linear"]["x"] == sorted(row["Linear"]["x"])
    assert None not in row["Observed"]["y"]
    assert len(row["Observed"]["y"]) == 5 * 27 + 24
    errors = figures(owner_client, task, view="errors", window="3")
    assert len(errors) == 6
    proof = proof_of(task.results.get(name="linear"), "load")
    assert errors[-1]["y"] == pytest.approx((proof.mean - proof.actual)[2].tolist())


def test_the_error_by_step_is_the_mean_over_windows(owner, owner_client):
    task = answered(owner)
    drawn = figure_of(look(owner_client, task), "steps")["data"][0]
    steps = backtests.by_step(task.results.get(name="linear"))
    assert drawn["y"] == pytest.approx(steps["mae"].tolist())


def test_a_model_with_fewer_windows_is_compared_on_those_it_has(owner):
    task = answered(owner)
    own = proof_of(task.results.get(name="linear"), "load")
    short = proof_of(task.results.get(name="naive"), "load")
    assert short.aligned(own) is short
    cut = replace(short, cutoffs=short.cutoffs[1:], mean=short.mean[1:], numbers=[1, 2, 3, 4, 5])
    cut = replace(
        cut,
        lower={level: side[1:] for level, side in short.lower.items()},
        upper={level: side[1:] for level, side in short.upper.items()},
    )
    found = cut.aligned(own)
    assert np.isnan(found.mean[0]).all()
    assert found.mean[1:] == pytest.approx(short.mean[1:])


def test_each_series_has_windows_of_its_own(owner, owner_client):
    dataset = hourly_dataset(owner, columns=("load", "wind"))
    task = answered(owner, dataset, columns=["load", "wind"])
    html = look(owner_client, task, series="wind")
    rows = backtests.read(task.results.get(name="linear"), "wind", 5)
    traces = {one.get("name"): one for one in figure_of(html, "backtest")["data"]}
    assert traces["Linear"]["y"] == pytest.approx(rows["mean"].tolist())
    assert "for wind" in html


def test_a_forecast_that_could_not_be_tested_says_so(owner, owner_client):
    task = answered(owner, hourly_dataset(owner, hours=30))
    assert "Not tested on the past" in look(owner_client, task)
