"""Totals of the series of a dataset: asked for, forecast, and adding up in what is shown."""

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.urls import reverse

from forecasting import keeping, results, tasks
from forecasting.choosing import totals as choosing
from forecasting.choosing.limits import Bounds
from forecasting.engine import artifacts
from forecasting.engine.hierarchy.structure import BOTTOM
from forecasting.explaining import explain_jobs
from forecasting.models import PredictionTask, TrainedModel
from forecasting.portfolio import levels, summary
from forecasting.portfolio.rows import Portfolio, Wanted
from forecasting.refusals import ForecastProblem
from forecasting.serving.answering import fetched
from tests.datasets.made import read_dataset
from tests.forecasting.asked import ask_api, press
from tests.forecasting.made import again, ready_to_race

pytestmark = pytest.mark.django_db
REGIONS = {"a": "north", "b": "north", "c": "south", "d": "south", "e": "south"}


def shops(owner, days=140, moved=False):
    lines = ["date,store,region,sales"]
    random = np.random.default_rng(7)
    for place, (store, region) in enumerate(REGIONS.items()):
        for day in range(days):
            sales = 20 * (place + 1) + 5 * (day % 7) + random.normal(0, 4)
            where = "west" if moved and store == "b" and day > 50 else region
            lines.append(f"{date(2026, 1, 1) + timedelta(day)},{store},{where},{sales:.3f}")
    return read_dataset(owner, "\n".join(lines) + "\n", name="shops.csv")


def answer_of(client, dataset, **body):
    made = ask_api(client, dataset, horizon="7", targets=["sales"], **body)
    assert made.status_code == 202, made.json()
    task = PredictionTask.objects.get()
    tasks.instant_forecast(str(task.instant_job_id))
    return again(task)


def look(client, task, **query):
    answer = client.get(reverse("forecasting:portfolio", args=[task.pk]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def by_name(result):
    frame = results.table_of(result)
    return {name: rows["mean"].to_numpy() for name, rows in frame.groupby("unique_id", sort=False)}


def assert_adds_up(result):
    found = by_name(result)
    north = found["a"] + found["b"]
    south = found["c"] + found["d"] + found["e"]
    np.testing.assert_allclose(found["north"], north, rtol=1e-9)
    np.testing.assert_allclose(found["south"], south, rtol=1e-9)
    np.testing.assert_allclose(found["total"], north + south, rtol=1e-9)


def test_every_level_is_the_sum_of_the_one_below(owner, owner_client):
    task = answer_of(owner_client, shops(owner), hierarchy={"columns": ["region"]})
    for result in task.results.all():
        assert_adds_up(result)
    assert {one.type for one in task.results.exclude(name="seasonal_naive")} == {"reconciled"}


def test_the_numbers_that_are_shown_add_up(owner, owner_client):
    task = answer_of(owner_client, shops(owner), hierarchy={"columns": ["region"]})
    address = f"/api/v1/predictions/{task.pk}/series/"

    def total(level):
        rows = owner_client.get(address, {"level": level, "model": "linear"}).json()["results"]
        return sum(row["total"] for row in rows)

    assert total("total") == pytest.approx(total("region")) == pytest.approx(total(BOTTOM))
    html = look(owner_client, task, model="linear")
    card = html.split("Totals add up</h2>")[1].split("</table>")[0]
    shown = re.findall(r'<td class="num"><b>([\d,.]+)</b>', card)
    assert len(shown) == 3
    assert len(set(shown)) == 1
    assert "MinT" in html


@pytest.mark.slow
def test_the_own_forecasts_of_the_levels_differ_before_they_are_reconciled(owner):
    asked = {"columns": ["c3"], "names": ["region"]}
    task = ready_to_race(owner, "auto_theta", dataset=shops(owner), hierarchy=asked, horizon=7)
    tasks.train_forecast(str(task.training_job_id))
    assert_adds_up(task.results.get(name="auto_theta"))
    found = task.results.get(name="auto_theta").metrics["levels"]
    assert [row["level"] for row in found] == ["total", "region", "bottom"]
    assert [row["series"] for row in found] == [1, 2, 5]
    assert found[0]["own"] != pytest.approx(found[2]["own"], rel=1e-9)
    assert len({round(row["reconciled"], 6) for row in found}) == 1


def test_bottom_up_adds_the_forecasts_each_series_has_alone(owner, owner_client):
    asked = {"columns": ["region"], "method": "bottom_up"}
    task = answer_of(owner_client, shops(owner), hierarchy=asked)
    total, _, bottom = task.results.get(name="linear").metrics["levels"]
    assert total["reconciled"] == pytest.approx(bottom["own"])
    assert total["method"] == "bottom_up"


def test_a_mean_is_the_mean_of_its_series(owner, owner_client):
    asked = {"columns": ["region"], "how": "mean"}
    task = answer_of(owner_client, shops(owner), hierarchy=asked)
    found = by_name(task.results.get(name="linear"))
    np.testing.assert_allclose(found["north"], (found["a"] + found["b"]) / 2, rtol=1e-9)


def test_without_groups_there_is_one_total(owner, owner_client):
    task = answer_of(owner_client, shops(owner), hierarchy={"how": "sum"})
    found = by_name(task.results.get(name="linear"))
    assert list(found) == ["total", *REGIONS]
    np.testing.assert_allclose(found["total"], sum(found[name] for name in REGIONS), rtol=1e-9)


def test_totals_show_their_past_and_do_not_count_twice(owner, owner_client):
    task = answer_of(owner_client, shops(owner), hierarchy={"columns": ["region"]})
    result, naive = (task.results.get(name=name) for name in ("linear", "seasonal_naive"))
    portfolio = Portfolio(summary.path_of(task, result, [result, naive]), 80)
    bottom = portfolio.page(Wanted(sort="name")).rows
    assert [row["unique_id"] for row in bottom] == list(REGIONS)
    north, south = portfolio.page(Wanted(sort="name", level="region")).rows
    assert north["last_total"] == pytest.approx(sum(row["last_total"] for row in bottom[:2]))
    assert south["known"] == 140
    assert portfolio.totals().total == pytest.approx(sum(row["total"] for row in bottom))
    html = look(owner_client, task, level="region", model="linear")
    assert sorted(re.findall(r'data-series="([^"]+)"', html)) == ["north", "south"]
    assert html.count('<svg class="spark"') >= 2


def test_a_race_adds_up_too(owner):
    asked = {"columns": ["c3"], "names": ["region"], "how": "sum", "method": "wls_struct"}
    task = ready_to_race(owner, "window_mean", dataset=shops(owner), hierarchy=asked, horizon=7)
    tasks.train_forecast(str(task.training_job_id))
    task = again(task)
    assert task.status == "completed"
    assert_adds_up(task.results.get(name="window_mean"))
    assert task.results.get(name="window_mean").label == "Window mean, adding up"


def test_never_below_zero_is_kept_by_the_levels(owner, owner_client):
    asked = {"hierarchy": {"columns": ["region"]}, "bounds": {"low": 0}}
    task = answer_of(owner_client, shops(owner), **asked)
    result = task.results.get(name="linear")
    assert result.model.parameters["nonnegative"] is True
    assert_adds_up(result)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"columns": ["nothing"]}, "No column of groups is called nothing. There are: region"),
        ({"columns": ["sales"]}, "No column of groups is called sales"),
        ({"how": "most"}, "Use one of: sum, mean"),
        ({"method": "magic"}, "mint_shrink"),
        ({"columns": "region"}, "4 columns or fewer"),
    ],
)
def test_what_cannot_be_added_up_is_refused_in_a_sentence(owner, owner_client, asked, words):
    answer = ask_api(owner_client, shops(owner, days=40), horizon="3", hierarchy=asked)
    assert answer.status_code == 422
    assert words in answer.json()["error"]["message"]
    assert answer.json()["error"]["field"] == "hierarchy"


def test_a_name_that_totals_do_not_have_is_refused(owner, owner_client):
    answer = ask_api(owner_client, shops(owner, days=40), horizon="3", hierarchy={"rows": 1})
    assert answer.status_code == 400
    assert "rows" in answer.json()["error"]["message"]
    with pytest.raises(ForecastProblem, match="Give totals as"):
        choosing.check(shops(owner, days=40).current_version, {"rows": 1}, Bounds())


def test_other_bounds_and_series_of_two_groups_are_refused(owner, owner_client):
    said = {"horizon": "3", "hierarchy": {"columns": ["region"]}}
    bounded = ask_api(owner_client, shops(owner, days=40), bounds={"high": 9}, **said).json()
    assert "to no other bounds" in bounded["error"]["message"]
    moved = ask_api(owner_client, shops(owner, days=60, moved=True), **said).json()
    assert "Series b is in several groups of region" in moved["error"]["message"]


def test_the_page_asks_for_totals(owner, owner_client):
    dataset = shops(owner, days=60)
    html = owner_client.get(reverse("forecasting:new"), {"dataset": dataset.pk}).content.decode()
    assert 'id="fold-totals"' in html
    made = press(
        owner_client, dataset, targets="c4", horizon="3", totals="1", totals_columns="c3",
        totals_how="sum", totals_method="ols",
    )  # fmt: skip
    assert made.status_code == 302
    asked = PredictionTask.objects.get().parameters["hierarchy"]
    assert asked == {"columns": ["c3"], "names": ["region"], "how": "sum", "method": "ols"}


def test_levels_are_kept_with_every_member(owner, owner_client):
    task = answer_of(owner_client, shops(owner), hierarchy={"columns": ["region"]})
    kept = pq.read_table(levels.found(task)).to_pandas()
    assert kept.groupby("level").size().to_dict() == {"total": 5, "region": 5, "bottom": 5}
    assert set(kept[kept["unique_id"] == "north"]["member"]) == {"a", "b"}


def test_one_short_series_keeps_no_model_from_the_totals(owner, owner_client):
    lines = ["date,store,region,sales"] + [
        f"{date(2026, 1, 1) + timedelta(day)},{store},{region},{10 * place + day % 7 + day % 5}"
        for place, (store, region) in enumerate(REGIONS.items(), 1)
        for day in range(105 if store == "b" else 0, 140)
    ]
    dataset = read_dataset(owner, "\n".join(lines) + "\n", name="shops.csv")
    task = answer_of(owner_client, dataset, hierarchy={"columns": ["region"]})
    assert {one.name for one in task.results.all()} == {"linear", "seasonal_naive", "naive"}
    for result in task.results.all():
        assert_adds_up(result)
        assert result.metrics["windows"]


@pytest.mark.parametrize(
    ("count", "method", "words"),
    [
        (30_000, "mint_shrink", ""),
        (30_001, "mint_shrink", "MinT reconciles up to 30,000 series, not 30,001."),
        (50_000, "wls_struct", ""),
        (50_001, "bottom_up", "Totals of 50,001 series are too many to reconcile."),
    ],
)
def test_how_many_series_add_up_depends_on_the_method(owner, count, method, words):
    version = shops(owner, days=40).current_version
    version.profile = version.profile | {"series_count": count}
    given = {"columns": ["region"], "method": method}
    if not words:
        assert choosing.check(version, given, Bounds()).method == method
        return
    with pytest.raises(ForecastProblem, match=re.escape(words)):
        choosing.check(version, given, Bounds())


def test_many_series_draw_fewer_paths_and_still_add_up(owner, owner_client, monkeypatch):
    monkeypatch.setattr(levels, "MANY_SERIES", 4)
    task = answer_of(owner_client, shops(owner), hierarchy={"columns": ["region"]})
    result = task.results.get(name="linear")
    assert result.model.parameters["samples"] == levels.FEWER_PATHS
    assert_adds_up(result)


def test_why_is_told_of_a_model_that_needs_all_levels(owner, owner_client, monkeypatch):
    monkeypatch.setattr(explain_jobs, "MOST_SERIES", 3)
    task = answer_of(owner_client, shops(owner, days=60), hierarchy={"columns": ["region"]})
    found = explain_jobs.find(task.results.get(name="linear"), "north")
    assert found["series"] == "north"
    assert found["parts"]


def test_the_sums_of_levels_are_those_of_the_answer_after_a_last_fit(owner, owner_client):
    task = answer_of(owner_client, shops(owner, days=60), hierarchy={"columns": ["region"]})
    result = task.results.get(name="linear")
    folder, _size = fetched(result.model.model_path)
    model = artifacts.load(folder)
    forecast = model.predict(levels=(80, 95))
    renewed = replace(forecast, mean=2 * forecast.mean)
    TrainedModel.objects.filter(pk=result.model_id).update(parameters={})
    keeping.renew(task, "linear", keeping.Said(model, renewed))
    result = task.results.get(name="linear")
    answer = by_name(result)
    for level, names in (("total", ["total"]), ("bottom", list(REGIONS))):
        (row,) = [one for one in result.metrics["levels"] if one["level"] == level]
        assert row["reconciled"] == pytest.approx(sum(answer[name].sum() for name in names))


def uneven(owner, *, stores=5, days=150, short=60, once=False):
    """The first store began late; one more may have a single day."""
    lines = ["date,store,region,sales"]
    for store in range(stores):
        for day in range(days - short if store == 0 else 0, days):
            sales = 20 * (store % 7 + 1) + 5 * (day % 7) + day * day % 9
            region = "north" if store % 2 else "south"
            lines.append(f"{date(2026, 1, 1) + timedelta(day)},s{store:03d},{region},{sales}")
    if once:
        lines.append(f"{date(2026, 1, 1) + timedelta(days - 1)},once,north,4")
    return read_dataset(owner, "\n".join(lines) + "\n", name="uneven.csv")


def announced(client, dataset, **said):
    """How many past windows New forecast says that every model is tested on, in both places."""
    page = client.get(reverse("forecasting:new"), {"dataset": dataset.pk, **said}).content.decode()
    contract = page.split('id="contract"')[1]
    promised = re.search(r"tests each on <b>(\d+) past window", contract)
    folded = re.search(r'id="fold-tests".*?(\d+) past window', page, re.S)
    assert (promised is None) == (folded is None)
    assert promised is None or promised[1] == folded[1]
    return int(promised[1]) if promised else 0


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("totals", [False, True])
def test_as_many_past_windows_run_as_new_forecast_says(owner, owner_client, totals, once):
    dataset = uneven(owner, once=once)
    fields = {"totals": "1", "totals_columns": "c3"} if totals else {}
    promised = announced(owner_client, dataset, horizon="7", quality="balanced", **fields)
    parameters = {"hierarchy": {"columns": ["c3"], "names": ["region"]}} if totals else {}
    task = ready_to_race(owner, "window_mean", dataset=dataset, horizon=7, **parameters)
    tasks.train_forecast(str(task.training_job_id))
    ran = task.results.get(name="window_mean").metrics["windows"]
    assert len(ran) == promised > 0
