"""Series of one value or none in a forecast of many: answered or named, and no other suffers."""

import csv
import io
from datetime import date, timedelta

import pytest

from forecasting import left_out, results, stood_in
from forecasting.engine.errors import EngineError
from forecasting.stood_in import StoodIn
from tests.datasets.made import read_dataset
from tests.forecasting.made import answered, raced, share

pytestmark = pytest.mark.django_db
ROWS = "/api/v1/predictions/{}/series/"
ONE = "Only one value is known. It is repeated, with errors as large for its size as those of the"


def shops(owner, *more, days=60):
    lines = ["date,store,region,sales"]
    for day in range(days):
        when = date(2026, 1, 1) + timedelta(day)
        lines += [f"{when},{name},north,{10 * place + day % 7 + day * day % 5}"
                  for place, name in enumerate("abc")]  # fmt: skip
        if "gone" in more:
            lines.append(f"{when},gone,north,")
    if "new" in more:
        lines.append(f"{date(2026, 1, 1) + timedelta(days - 1)},new,north,4")
    return read_dataset(owner, "\n".join(lines) + "\n", name="shops.csv")


def rows_of(client, task, **asked):
    return client.get(ROWS.format(task.pk), asked).json()


def test_every_model_answers_the_others_and_a_single_value_is_repeated(owner):
    asked = ("auto_ets", "auto_theta", "linear_many", "lightgbm")
    task = raced(owner, *asked, dataset=shops(owner, "new", "gone"), horizon=7)
    assert task.status == "completed"
    states = {one["name"]: one["state"] for one in task.receipt["race"]["models"]}
    assert {states[name] for name in asked} == {"done"}, task.receipt["race"]
    for name in (*asked, "linear", "seasonal_naive", "naive"):
        result = task.results.get(name=name)
        assert results.labels_of(result) == ["a", "b", "c", "new"]
        assert results.line_of(result, "new").mean == [4.0] * 7
        kept = result.metrics["stood_in"]
        assert (kept["series"], kept["left_out"]) == (1, 1)
    assert task.receipt["series"] == 4


def test_rows_say_what_stands_in_and_who_is_left_out(owner, owner_client):
    task = answered(owner, shops(owner, "new", "gone"), horizon=7)
    told = rows_of(owner_client, task, sort="place")
    reasons = {row["series"]: row["stood_in"] for row in told["results"]}
    assert reasons == {"a": None, "b": None, "c": None, "new": reasons["new"]}
    assert reasons["new"].startswith(ONE)
    assert told["left_out"] == {"gone": "No values: no forecast."}
    assert told["totals"]["series"] == 4
    assert told["totals"]["stood_in"] == 1
    only = rows_of(owner_client, task, only="stood_in")
    assert [row["series"] for row in only["results"]] == ["new"]


def test_the_page_names_them_with_their_reasons(owner, owner_client):
    task = answered(owner, shops(owner, "new", "gone"), horizon=7)
    html = owner_client.get(f"/forecasts/{task.pk}/series/").content.decode()
    assert "Left out" in html
    assert "No values: no forecast." in html
    assert ONE in html


def test_the_result_of_such_a_series_says_so_and_that_of_another_does_not(owner, owner_client):
    task = answered(owner, shops(owner, "new"), horizon=7)
    page = task.get_absolute_url()
    assert ONE in owner_client.get(page, {"series": "new"}).content.decode()
    assert ONE not in owner_client.get(page, {"series": "a"}).content.decode()


def test_where_all_are_known_nothing_is_said(owner, owner_client):
    task = answered(owner, shops(owner), horizon=7)
    assert "stood_in" not in task.results.ranked().first().metrics
    told = rows_of(owner_client, task)
    assert {row["stood_in"] for row in told["results"]} == {None}
    assert told["left_out"] == {}
    assert "Left out" not in owner_client.get(f"/forecasts/{task.pk}/series/").content.decode()


def test_totals_leave_out_what_has_too_few_values_and_still_add_up(owner, owner_client):
    dataset = shops(owner, "new", "gone")
    asked = {"columns": ["c3"], "names": ["region"], "how": "sum", "method": "bottom_up"}
    task = raced(owner, "auto_theta", dataset=dataset, horizon=7, hierarchy=asked)
    assert task.status == "completed"
    result = task.results.get(name="auto_theta")
    found = results.table_of(result).groupby("unique_id")["mean"].sum()
    assert set(found.index) >= {"total", "a", "b", "c"}
    assert not set(found.index) & {"new", "gone"}
    assert found["total"] == pytest.approx(found[["a", "b", "c"]].sum())
    left_out = rows_of(owner_client, task, model="auto_theta")["left_out"]
    assert set(left_out) == {"new", "gone"}
    assert "not in the totals" in left_out["new"]


NOT_COUNTED = "2 series are in no sum here, as they have too few values for a forecast: new, gone."


@pytest.fixture
def summed(owner):
    asked = {"columns": ["c3"], "names": ["region"], "how": "sum", "method": "bottom_up"}
    dataset = shops(owner, "new", "gone")
    return raced(owner, "window_mean", dataset=dataset, horizon=7, hierarchy=asked)


def test_every_page_of_a_total_says_which_series_it_does_not_count(owner_client, summed):
    page = summed.get_absolute_url()
    assert NOT_COUNTED in owner_client.get(f"{page}series/").content.decode()
    for tab in ("", "backtest/", "data/"):
        told = owner_client.get(f"{page}{tab}", {"series": "total"}).content.decode()
        assert told.count(NOT_COUNTED) == 1, tab
        assert NOT_COUNTED not in owner_client.get(f"{page}{tab}", {"series": "a"}).content.decode()


def test_programs_and_files_say_the_same(owner_client, summed):
    facts = {"count": 2, "series": ["new", "gone"], "reason": NOT_COUNTED}
    api = f"/api/v1/predictions/{summed.pk}"
    assert owner_client.get(f"{api}/series/").json()["not_in_totals"] == facts
    assert owner_client.get(f"{api}/results/").json()["not_in_totals"] == facts
    said = {"what": "predictions", "as": "json"}
    assert owner_client.get(f"{api}/export/", said).json()["not_in_totals"] == facts
    files = f"{summed.get_absolute_url()}series/file/"
    told = owner_client.get(files, {"as": "json"}).json()
    assert told["not_in_totals"] == facts
    assert set(told["left_out"]) == {"new", "gone"}
    text = owner_client.get(files, {"as": "csv"}).content.decode()
    rows = {row["series"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["new"]["why"], rows["new"]["total"], rows["a"]["why"]) == ("left_out", "", "")
    assert rows["gone"]["reason"].startswith("Fewer than two values")
    total = float(rows["total"]["total"])
    assert total == pytest.approx(sum(float(rows[one]["total"]) for one in "abc"))
    only = owner_client.get(files, {"as": "csv", "level": "region"}).content.decode()
    assert "left_out" not in only


def test_sums_without_groups_say_it_too_and_only_where_it_is_so(owner, owner_client):
    task = answered(owner, shops(owner, "gone"), horizon=7)
    said = "1 series is in no sum here, as it has too few values for a forecast: gone."
    page = "{}series/"
    assert said in owner_client.get(page.format(task.get_absolute_url())).content.decode()
    full = answered(owner, shops(owner), horizon=7)
    told = owner_client.get(page.format(full.get_absolute_url())).content.decode()
    assert "in no sum" not in told
    assert rows_of(owner_client, full)["not_in_totals"] is None


def test_many_names_are_counted(owner):
    task = answered(owner, shops(owner), horizon=7)
    result = task.results.ranked().first()
    why = EngineError(stood_in.NOT_IN_TOTALS)
    names = [f"s{number}" for number in range(150)]
    result.metrics["stood_in"] = StoodIn(left_out=dict.fromkeys(names, why)).keep(task)
    assert left_out.sentence(result).endswith("forecast: s0, s1, s2 and 147 more.")
    facts = left_out.facts(result)
    assert (facts["count"], len(facts["series"])) == (150, left_out.MOST_NAMES)


def test_a_series_that_its_model_gave_up_on_is_named(owner):
    task = answered(owner, shops(owner), horizon=7)
    result = task.results.ranked().first()
    why = EngineError(stood_in.NOT_FITTED, model="auto_ets")
    result.metrics["stood_in"] = StoodIn({"b": why}).keep(task)
    (group,) = stood_in.groups_of(result, answered=True)
    assert (group.count, group.names) == (1, ["b"])
    assert group.reason == "ETS could not be fitted to it. It repeats its last season instead."


def test_a_stranger_sees_none_of_it_and_a_viewer_all(
    owner, owner_client, viewer, viewer_client, stranger_client
):
    task = answered(owner, shops(owner, "gone"), horizon=7)
    share(task, viewer)
    assert "gone" in rows_of(viewer_client, task)["left_out"]
    assert stranger_client.get(ROWS.format(task.pk)).status_code == 404
