"""The portfolio: one row a series, the worst first, by page and by program."""

import itertools
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse

from datasets.frames import read_frame
from forecasting import backtests, results
from forecasting.portfolio import summary
from forecasting.portfolio.rows import SORTS, Portfolio, Wanted
from tests.datasets.made import read_dataset
from tests.forecasting.made import answered, hourly_dataset, share, start_forecast

pytestmark = pytest.mark.django_db
ROWS = "/api/v1/predictions/{}/series/"


def shops(owner, stores=7, days=90):
    lines = ["date,store,sales"]
    for store in range(1, stores + 1):
        for day in range(days):
            sales = store * 10 + day % 7 + day * day % (store + 8)
            lines.append(f"{date(2026, 1, 1) + timedelta(day)},shop {store},{sales}")
    return read_dataset(owner, "\n".join(lines) + "\n", name="shops.csv")


@pytest.fixture
def task(owner):
    return answered(owner, shops(owner), horizon=7)


def portfolio_of(task, model="linear"):
    ranked = list(task.results.ranked())
    chosen = next(one for one in ranked if one.name == model)
    return Portfolio(summary.path_of(task, chosen, ranked), 80)


def look(client, task, **query):
    answer = client.get(reverse("forecasting:portfolio", args=[task.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def names_of(html):
    return re.findall(r'data-series="([^"]+)"', html)


def test_a_row_holds_what_the_stored_numbers_say(owner, task):
    row = portfolio_of(task).page(Wanted(sort="name")).rows[2]
    assert row["unique_id"] == "shop 3"
    result = task.results.get(name="linear")
    ahead = results.table_of(result, "shop 3")
    assert row["total"] == pytest.approx(ahead["mean"].sum())
    past = read_frame(task.version)
    sales = past[past["store"] == "shop 3"]["sales"]
    assert row["last_total"] == sales.iloc[-7:].sum()
    assert row["change"] == pytest.approx(row["total"] / row["last_total"] - 1)
    assert (row["known"], row["zeros"]) == (90, 0)
    tested = backtests.read(result, "shop 3")
    assert row["mae"] == pytest.approx((tested["mean"] - tested["y"]).abs().mean())
    assert row["bias"] == pytest.approx((tested["mean"] - tested["y"]).mean())
    inside = (tested["y"] >= tested["lo-80"]) & (tested["y"] <= tested["hi-80"])
    assert row["coverage"] == pytest.approx(100 * inside.mean())
    naive = backtests.read(task.results.get(name="seasonal_naive"), "shop 3")
    against = (naive["mean"] - naive["y"]).abs().mean()
    assert row["skill"] == pytest.approx(1 - row["mae"] / against)
    assert row["mase"] == pytest.approx(result.metrics["per_series"]["shop 3"]["mase"])


def test_a_span_with_a_step_that_is_not_known_has_no_sum(owner):
    text = "date,store,sales\n" + "".join(
        f"{date(2026, 1, 1) + timedelta(day)},{store},{'' if day == 37 and store == 'b' else day}\n"
        for store in "ab"
        for day in range(40)
    )
    task = answered(owner, read_dataset(owner, text, name="gap.csv"), horizon=4)
    a, b = portfolio_of(task).page(Wanted(sort="name")).rows
    assert (a["last_total"], b["last_total"], b["change"]) == (36 + 37 + 38 + 39, None, None)
    totals = portfolio_of(task).totals()
    assert totals.last_total == 150
    assert totals.compared_total == pytest.approx(a["total"])


def test_totals_are_the_sums_of_the_rows(owner, task):
    portfolio = portfolio_of(task)
    rows, totals = portfolio.page(Wanted()).rows, portfolio.totals()
    assert (totals.series, totals.tested, totals.skilled) == (7, 7, 7)
    assert totals.total == pytest.approx(sum(row["total"] for row in rows))
    assert totals.last_total == sum(row["last_total"] for row in rows)
    assert totals.below == sum(row["skill"] < 0 for row in rows)
    assert totals.median_skill == pytest.approx(sorted(row["skill"] for row in rows)[3])


def test_pages_give_every_series_once_in_order_and_the_same_ones_backwards(owner, task):
    portfolio = portfolio_of(task)
    for wanted in (Wanted(sort=sort, reverse=way) for sort in SORTS for way in (False, True)):
        pages = [portfolio.page(replace(wanted, size=3))]
        while pages[-1].next is not None:
            pages.append(portfolio.page(replace(wanted, size=3, after=pages[-1].next)))
        seen = [row for page in pages for row in page.rows]
        assert sorted(row["unique_id"] for row in seen) == [f"shop {n}" for n in range(1, 8)]
        name = "unique_id" if wanted.sort == "name" else wanted.sort
        keys = [abs(row[name]) if name == "bias" else row[name] for row in seen]
        known = [key for key in keys if key is not None]
        assert keys == sorted(known, reverse=wanted.largest_first) + [None] * keys.count(None)
        assert pages[0].previous is None
        for before, page in itertools.pairwise(pages):
            back = portfolio.page(replace(wanted, size=3, before=page.previous))
            assert back.rows == before.rows
            assert portfolio.page(replace(wanted, size=3, after=back.next)).rows == page.rows


def test_a_cursor_that_makes_no_sense_is_page_one(owner, task):
    portfolio = portfolio_of(task)
    first = portfolio.page(Wanted(size=2)).rows
    for cursor in ("x", "W10", "bm90IGpzb24", "WyJ4IiwgMV0", "é"):
        assert portfolio.page(Wanted(after=cursor, size=2)).rows == first


def test_the_page_lists_the_worst_series_first_and_leads_to_each(owner, owner_client, task):
    html = look(owner_client, task)
    rows = portfolio_of(task, task.results.ranked().first().name).page(Wanted()).rows
    assert names_of(html) == [row["unique_id"] for row in rows]
    assert f'href="/forecasts/{task.pk}/?series=shop+1"' in html
    assert "7 series" in html


def test_series_are_found_by_a_part_of_their_name(owner, owner_client, task):
    assert names_of(look(owner_client, task, q="OP 5")) == ["shop 5"]
    assert "No series here" in look(owner_client, task, q="nobody%")


def test_filters_keep_what_they_say(owner, owner_client, task):
    portfolio = portfolio_of(task)
    below = portfolio.page(Wanted(only="below"))
    assert below.count == portfolio.totals().below
    assert all(row["skill"] < 0 for row in below.rows)
    off = portfolio.page(Wanted(only="off"))
    assert all(abs(row["coverage"] - 80) > 10 for row in off.rows)
    assert portfolio.page(Wanted(only="rare")).count == 0


def test_an_address_that_makes_no_sense_shows_the_usual(owner, owner_client, task):
    for name in ("sort", "only", "after", "way"):
        assert len(names_of(look(owner_client, task, **{name: "x"}))) == 7


def test_one_series_has_no_portfolio_tab(owner, owner_client):
    task = answered(owner, hourly_dataset(owner))
    html = owner_client.get(task.get_absolute_url()).content.decode()
    assert "/series/" not in html


def test_columns_of_a_wide_table_are_series_too(owner, owner_client):
    task = answered(
        owner, hourly_dataset(owner, columns=("load", "wind")), columns=["load", "wind"]
    )
    assert sorted(names_of(look(owner_client, task))) == ["load", "wind"]
    row = portfolio_of(task).page(Wanted(sort="name")).rows[0]
    assert row["last_total"] == pytest.approx(read_frame(task.version)["load"].iloc[-24:].sum())


def test_programs_get_the_same_rows_page_by_page(owner, owner_client, task):
    first = owner_client.get(ROWS.format(task.pk), {"page_size": 3, "sort": "mase"}).json()
    assert (first["count"], len(first["results"]), first["model"]) == (7, 3, task.model.type)
    second = owner_client.get(first["next"]).json()
    third = owner_client.get(second["next"]).json()
    assert third["next"] is None
    seen = [row["series"] for part in (first, second, third) for row in part["results"]]
    assert sorted(seen) == [f"shop {n}" for n in range(1, 8)]
    assert first["totals"]["series"] == 7


def test_programs_are_told_what_they_may_ask(owner, owner_client, task):
    for name, value in {"sort": "x", "only": "x", "page_size": "0"}.items():
        answer = owner_client.get(ROWS.format(task.pk), {name: value})
        assert answer.status_code == 422
        assert answer.json()["error"]["field"] == name


def test_all_rows_come_as_a_file(owner, owner_client, task):
    answer = owner_client.get(reverse("forecasting:portfolio_file", args=[task.pk]))
    lines = answer.content.decode().splitlines()
    assert lines[0].startswith("series,first,level,group,total,last_total,change")
    assert [line.split(",")[0] for line in lines[1:]] == [f"shop {n}" for n in range(1, 8)]


def test_a_reader_of_the_forecast_sees_it_and_a_stranger_does_not(
    task, collaborator, collaborator_client, stranger_client
):
    share(task, collaborator)
    assert len(names_of(look(collaborator_client, task))) == 7
    for address in (reverse("forecasting:portfolio", args=[task.pk]), ROWS.format(task.pk)):
        assert stranger_client.get(address).status_code == 404


def test_the_rows_of_many_series_are_made_before_anybody_looks(owner, owner_client, monkeypatch):
    monkeypatch.setattr(summary, "MANY_SERIES", 7)
    task = answered(owner, shops(owner), horizon=7)

    def late(*_given):
        raise AssertionError("a page made the rows")

    monkeypatch.setattr(summary, "_make", late)
    assert len(names_of(look(owner_client, task))) == 7


def test_a_series_of_one_row_keeps_no_other_from_its_forecast(owner, owner_client):
    lines = ["date,store,sales", "2026-03-01,new,4"]
    for day in range(60):
        lines += [f"{date(2026, 1, 1) + timedelta(day)},{name},{day % 7}" for name in "ab"]
    dataset = read_dataset(owner, "\n".join(lines) + "\n", name="new.csv")
    task = answered(owner, dataset, horizon=4)
    assert task.receipt["left_out"] == {}
    assert {one.name for one in task.results.all()} == {"linear", "seasonal_naive", "naive"}
    for name in ("seasonal_naive", "naive"):
        line = results.line_of(task.results.get(name=name), "new")
        assert line.mean == [4.0] * 4
    assert "new" in names_of(look(owner_client, task))


def test_a_forecast_without_an_answer_says_so(owner, owner_client):
    task = start_forecast(owner, shops(owner))
    answer = owner_client.get(reverse("forecasting:portfolio", args=[task.pk]))
    assert answer.status_code == 409
