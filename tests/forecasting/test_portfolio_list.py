"""The list of series: why each is hard, which model was closest, narrowing down, taking away."""

import csv
import io
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.problems import Problem
from datasets.building.duck import connect
from forecasting.models import ForecastDraft, PredictionTask
from forecasting.portfolio import again, contenders, summary
from forecasting.portfolio.listed import ListedSeries
from forecasting.portfolio.rows import Portfolio, Wanted
from forecasting.shown import ShownForecast
from tests.datasets.made import read_dataset
from tests.forecasting.made import answered, share
from tests.forecasting.test_portfolio import ROWS, look, names_of, portfolio_of
from tests.forecasting.test_portfolio import shops as plain_shops

pytestmark = pytest.mark.django_db
DAYS = 90


def usual(day):
    return 50 + 3 * (day % 7) + day * day % 11


# What each series is, by its name.
KINDS = {
    "closed": lambda day: 0 if day >= DAYS - 9 else usual(day),
    "constant": lambda _day: 8,
    "leaping": lambda day: usual(day) * (3 if day >= DAYS - 7 else 1),
    "plain": usual,
    "rare": lambda day: 5 if day % 4 == 0 else 0,
    "short": usual,
}


def shops(owner):
    lines = ["date,store,sales"] + [
        f"{date(2026, 1, 1) + timedelta(day)},{name},{sales(day)}"
        for name, sales in KINDS.items()
        for day in range(DAYS - 30 if name == "short" else 0, DAYS)
    ]
    return read_dataset(owner, "\n".join(lines) + "\n", name="shops.csv")


@pytest.fixture
def task(owner):
    return answered(owner, shops(owner), horizon=7)


def rows_of(client, task, **query):
    return client.get(ROWS.format(task.pk), query).json()


def test_each_row_says_what_makes_the_series_hard(owner, owner_client, task):
    rows = {row["series"]: row for row in rows_of(owner_client, task)["results"]}
    found = {name: (row["why"], row["reason"]) for name, row in rows.items()}
    assert found["closed"] == ("idle", "Zero for the last 9 days: closed, or missing?")
    assert found["constant"] == ("constant", "Never changed: always 8")
    assert found["rare"] == ("rare", "Not zero in 23 of 90 values: try Croston")
    assert found["short"] == ("short", "Short: 30 values of history")
    code, sentence = found["leaping"]
    assert code == "leap"
    before = [usual(day) for day in range(DAYS - 7)]
    last = [3 * usual(day) for day in range(DAYS - 7, DAYS)]
    share_above = (sum(last) / 7) / (sum(before) / len(before)) - 1
    assert sentence == f"Last 7 days: {100 * share_above:.0f}% above all before"
    assert (rows["closed"]["idle"], rows["closed"]["zeros"], rows["plain"]["idle"]) == (9, 9, 0)
    assert "Zero for the last 9 days" in look(owner_client, task)


def test_the_best_model_is_the_one_with_the_smallest_error_on_the_windows(
    owner, owner_client, task
):
    answer = rows_of(owner_client, task)
    scores = {one.name: one.metrics["per_series"] for one in task.results.all()}
    assert len(scores) == 3
    for row in answer["results"]:
        if row["series"] == "short":
            assert (row["best"], row["best_mae"], row["skill"]) == (None, None, None)
            continue
        errors = {name: found[row["series"]]["mae"] for name, found in scores.items()}
        assert errors[row["best"]] == min(errors.values())
        assert row["best_mae"] == pytest.approx(min(errors.values()))
    assert sum(answer["best"].values()) == len(KINDS) - 1
    html = look(owner_client, task)
    assert "Best model</h2>" in html
    name, count = next(iter(answer["best"].items()))
    assert len(names_of(look(owner_client, task, best=name))) == count


def test_a_model_that_met_fewer_windows_is_not_compared(owner, task):
    ranked = list(task.results.ranked())
    assert contenders.of(ranked) == ranked
    ranked[0].metrics["windows"] = ranked[0].metrics["windows"][1:]
    assert contenders.of(ranked) == ranked[1:]


def test_what_a_filter_leaves_is_added_up(owner, owner_client, task):
    answer = rows_of(owner_client, task, q="l")
    assert {row["series"] for row in answer["results"]} == {"closed", "leaping", "plain"}
    filtered, every = answer["filtered"], answer["totals"]
    assert (filtered["series"], every["series"]) == (3, 6)
    assert filtered["total"] == pytest.approx(sum(row["total"] for row in answer["results"]))
    assert every["total"] > filtered["total"]
    html = look(owner_client, task, q="l")
    assert "3 series together" in html
    assert "together</th>" not in look(owner_client, task)


def test_filters_stay_in_every_address_of_the_list(owner, owner_client):
    task = answered(owner, plain_shops(owner, stores=60, days=40), horizon=3)
    html = look(owner_client, task, q="shop", sort="mase", way="back")
    leads = re.findall(r'href="([^"]*/series/\?[^"]+)" hx-get', html)
    kept = [one for one in leads if "q=shop" in one]
    assert any("sort=mase" in one and "after=" in one for one in kept)
    first = names_of(html)
    following = next(one for one in kept if "after=" in one).replace("&amp;", "&")
    second = owner_client.get(following).content.decode()
    assert len(first) == len(names_of(second)) == 25
    previous = next(one for one in re.findall(r'href="([^"]+before=[^"]+)"', second))
    back = owner_client.get(previous.replace("&amp;", "&")).content.decode()
    assert names_of(back) == first
    assert 'value="shop"' in back


def test_programs_page_backwards_too(owner, owner_client, task):
    first = rows_of(owner_client, task, page_size=4)
    second = owner_client.get(first["next"]).json()
    assert first["previous"] is None
    assert second["next"] is None
    assert owner_client.get(second["previous"]).json()["results"] == first["results"]


def test_the_file_holds_what_is_listed(owner, owner_client, task):
    address = reverse("forecasting:portfolio_file", args=[task.pk])
    text = owner_client.get(address, {"only": "rare", "as": "csv"}).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["series"] for row in rows] == ["rare"]
    assert rows[0]["why"] == "rare"
    nothing = owner_client.get(address, {"q": "nobody"}).content.decode().splitlines()
    assert len(nothing) == 1
    assert nothing[0].startswith("series,first,level")
    assert "only=rare" in look(owner_client, task, only="rare").split("This 1 series, CSV")[0]


def test_a_search_without_a_match_offers_what_comes_close(owner, owner_client, task):
    html = look(owner_client, task, q="leeping")
    assert "No name holds “leeping”." in html
    assert re.search(r'href="[^"]+q=leaping"[^>]*>leaping</a>', html)
    assert "Close to it" not in look(owner_client, task, q="zzzzqq")


def test_a_search_that_other_filters_empty_says_so(owner, owner_client, task):
    html = look(owner_client, task, q="plain", only="rare")
    assert "1 series holds “plain” in its name, but the other filters leave it out." in html
    assert "Show them" in html


def ask_again(client, task, **data):
    return client.post(reverse("forecasting:portfolio_again", args=[task.pk]), data)


def test_ticked_series_are_asked_for_anew(owner, owner_client, task):
    answer = ask_again(owner_client, task, name=["rare", "closed"], how="croston")
    draft = ForecastDraft.objects.get()
    assert answer["Location"] == f"{reverse('forecasting:new')}?draft={draft.pk}"
    assert draft.body["series"] == ["rare", "closed"]
    assert draft.body["horizon"] == 7
    assert draft.body["models"] == list(again.CROSTONS)
    assert "Croston on 2 series" in draft.name
    html = owner_client.get(answer["Location"]).content.decode()
    ticked = re.findall(r'<input[^>]*name="models"[^>]*value="croston_sba"[^>]*checked', html)
    assert ticked
    started = owner_client.post(
        "/api/v1/predictions/", {**draft.body, "dataset": str(task.dataset_id)}, "application/json"
    )
    assert started.status_code == 202, started.json()
    asked = PredictionTask.objects.exclude(pk=task.pk).get().parameters
    assert sorted(asked["series"]) == ["closed", "rare"]


def test_without_a_tick_rare_series_are_meant_or_those_of_the_filter(owner, owner_client, task):
    assert "Try Croston on 1<" in look(owner_client, task)
    ask_again(owner_client, task, how="croston")
    assert ForecastDraft.objects.get().body["series"] == ["rare"]
    ForecastDraft.objects.all().delete()
    ask_again(owner_client, task, how="same", q="l")
    draft = ForecastDraft.objects.get()
    assert draft.body["series"] == ["closed", "leaping", "plain"]
    assert "models" not in draft.body


def test_no_series_and_too_many_are_refused_in_a_sentence(owner, task):
    said = {"dataset": task.dataset, "owner": owner}
    with pytest.raises(Problem, match="Tick at least one series"):
        again.draft(task, [], "same", **said)
    with pytest.raises(Problem, match="1,001 series are too many"):
        again.draft(task, [str(n) for n in range(1001)], "same", **said)
    assert not ForecastDraft.objects.exists()


def test_only_editors_ask_anew(task, collaborator, collaborator_client, stranger_client):
    share(task, collaborator)
    assert ask_again(collaborator_client, task, name=["rare"]).status_code == 403
    assert ask_again(stranger_client, task, name=["rare"]).status_code == 404
    assert 'form="again-form"' not in look(collaborator_client, task)
    assert not ForecastDraft.objects.exists()


def test_columns_of_a_wide_table_are_asked_for_by_their_keys(owner):
    lines = [f"{date(2026, 1, 1) + timedelta(day)},{usual(day)},{day % 5}" for day in range(60)]
    dataset = read_dataset(owner, "date,load,wind\n" + "\n".join(lines) + "\n")
    task = answered(owner, dataset, horizon=3, columns=["load", "wind"])
    draft = again.draft(task, ["wind"], "same", dataset=dataset, owner=owner)
    assert draft.body["targets"] == [dataset.current_version.column("c3").key]
    assert "series" not in draft.body


def test_the_first_page_of_100000_series_reads_little_of_their_file(tmp_path):
    path = tmp_path / "rows.parquet"
    skill = "hash(i + 7)::DOUBLE / 18446744073709551615 AS skill"
    with connect() as connection:
        summary.write(
            connection,
            "SELECT i AS place, 'sku-' || i AS unique_id, 'bottom' AS level, NULL AS \"group\", "  # noqa: S608
            f'{skill}, 1.0 AS mae, 100 AS known, 0 AS zeros, 80.0 AS "coverage-80", '
            "NULL::VARCHAR AS stood_in, NULL::VARCHAR AS best FROM range(100000) AS t(i)",
            path,
        )
        portfolio = Portfolio(path, 80)
        assert len(portfolio.page(Wanted()).rows) == 25
        # With several at work, how much is read before the first bound is known is luck.
        connection.execute("SET threads = 1")
        tap = Tap(connection)
        portfolio._beyond(tap, Wanted(), None, is_back=False)
        read = [one for sql, given in tap.asked for one in tap.parts_read(sql, given)]
    assert {every for _, every in read} == {25}
    assert all(some <= 3 for some, _ in read), read


class Tap:
    """Hears what is asked of a connection, and says how many parts of the file an answer reads."""

    def __init__(self, connection):
        self.connection, self.asked = connection, []

    def execute(self, sql, given):
        self.asked.append((sql, given))
        return self.connection.execute(sql, given)

    def parts_read(self, sql, given):
        plan = self.connection.execute(f"EXPLAIN ANALYZE {sql}", given).fetchall()[0][1]
        found = re.findall(r"Row Groups Scanned: (\d+) / (\d+)", plan)
        assert found, plan
        return [(int(some), int(every)) for some, every in found]


def test_the_list_of_a_page_is_that_of_programs(owner, owner_client, task):
    listed = ListedSeries(ShownForecast(task), {"sort": "why", "only": "rare"})
    names = [row["unique_id"] for row in listed.rows]
    found = rows_of(owner_client, task, sort="why", only="rare")["results"]
    assert names == [row["series"] for row in found] == ["rare"]
    assert portfolio_of(task).page(Wanted(only="rare")).count == 1


def test_why_is_a_column_of_its_own_and_on_a_phone_a_line_under_the_name(owner_client, task):
    html = look(owner_client, task, sort="why")
    head = re.search(
        r'<th scope="col" class="hide-s" aria-sort="(\w+)"><a [^>]*id="sort-why"', html
    )
    assert head[1] == "ascending"
    rows = dict(re.findall(r'<tr data-series="([^"]+)">(.*?)</tr>', html, re.S))
    said = re.search(r'<td class="quiet xs hide-s why">(.*?)</td>', rows["constant"])[1]
    small = re.search(r'<div class="xs faint only-s">(.*?)</div>', rows["constant"])[1]
    assert said == small == "Never changed: always 8"
    cells = {name: len(re.findall("<t[dh][ >]", row)) for name, row in rows.items()}
    assert set(cells.values()) == {
        len(re.findall(r"<th[ >]", html.partition("</thead>")[0].rpartition("<thead>")[2]))
    }


def test_files_hold_the_code_and_the_sentence_of_each_reason(owner_client, task):
    file = owner_client.get(reverse("forecasting:portfolio_file", args=[task.pk]), {"as": "csv"})
    rows = {row["series"]: row for row in csv.DictReader(io.StringIO(file.content.decode()))}
    assert (rows["constant"]["why"], rows["constant"]["reason"]) == (
        "constant",
        "Never changed: always 8",
    )
    assert rows["closed"]["best"]


def test_columns_that_wait_for_a_wide_screen_do_not_where_the_list_is_about_them(
    owner_client, task
):
    usual = look(owner_client, task)
    assert usual.count("roomy") == 2 * (1 + len(KINDS))
    assert look(owner_client, task, sort="bias").count("roomy") == 1 + len(KINDS)
    off = look(owner_client, task, only="off")
    assert off.count("roomy") == 2 + len(names_of(off))
