"""Columns of a forecast called as other programs expect, on the page, in files and in the API."""

import io
import json

import openpyxl
import pandas as pd
import pytest
from django.urls import reverse

from forecasting import naming
from tests.forecasting.made import answered, hourly_dataset

pytestmark = pytest.mark.django_db

PLAIN = ["unique_id", "ds", "mean", "lo-80", "hi-80", "lo-95", "hi-95"]
CALLED = {
    "plain": PLAIN,
    "nixtla": [
        "unique_id", "ds", "linear",
        "linear-lo-80", "linear-hi-80", "linear-lo-95", "linear-hi-95",
    ],
    "quantiles": ["unique_id", "ds", "mean", "0.025", "0.1", "0.9", "0.975"],
    "prophet": [
        "unique_id", "ds", "yhat",
        "yhat_lower", "yhat_upper", "yhat_lower_95", "yhat_upper_95",
    ],
}  # fmt: skip


def export(client, task, **query):
    answer = client.get(reverse("forecasting:export", args=[task.pk]), query)
    assert answer.status_code == 200
    return answer.content


@pytest.mark.parametrize("way", list(CALLED))
def test_every_way_names_the_same_numbers(owner, owner_client, owner_api, way):
    task = answered(owner)
    plain = owner_api.get(f"/api/v1/predictions/{task.pk}/results/").json()["results"]
    rows = owner_api.get(f"/api/v1/predictions/{task.pk}/results/?columns={way}").json()["results"]
    assert list(rows[0]) == CALLED[way]
    assert sorted(map(str, rows[5].values())) == sorted(map(str, plain[5].values()))
    file = export(owner_client, task, columns=way, **{"as": "csv"})
    assert pd.read_csv(io.BytesIO(file)).columns.tolist() == CALLED[way]
    html = owner_client.get(reverse("forecasting:data", args=[task.pk]), {"columns": way})
    for name in CALLED[way][2:]:
        assert f'<th scope="col" class="num mono">{name}</th>' in html.content.decode()


def test_the_lowest_tenth_is_the_lower_end_of_the_80_percent_interval():
    called = naming.names(PLAIN, "quantiles", "linear")
    assert (called["lo-80"], called["hi-80"], called["lo-95"]) == ("0.1", "0.9", "0.025")


def test_an_odd_level_keeps_its_decimals():
    called = naming.names(["lo-99", "hi-99"], "quantiles", "linear")
    assert called == {"lo-99": "0.005", "hi-99": "0.995"}


@pytest.mark.parametrize("way", ["plain", "nixtla"])
def test_parquet_and_excel_hold_typed_columns_with_the_same_numbers(owner, owner_client, way):
    task = answered(owner)
    csv = pd.read_csv(io.BytesIO(export(owner_client, task, columns=way)))
    parquet = pd.read_parquet(
        io.BytesIO(export(owner_client, task, columns=way, **{"as": "parquet"}))
    )
    sheet = openpyxl.load_workbook(
        io.BytesIO(export(owner_client, task, columns=way, **{"as": "xlsx"}))
    ).active
    assert parquet.columns.tolist() == CALLED[way]
    assert parquet["ds"].dtype.kind == "M"
    assert str(parquet["ds"][0]) == "2026-01-21 00:00:00"
    number = CALLED[way][2]
    assert parquet[number].tolist() == pytest.approx(csv[number].tolist())
    cells = list(sheet.iter_rows(values_only=True))
    assert list(cells[0]) == CALLED[way]
    assert [row[2] for row in cells[1:]] == pytest.approx(csv[number].tolist())
    assert str(cells[1][1]) == "2026-01-21 00:00:00"


def test_past_windows_can_be_taken_away(owner, owner_client):
    task = answered(owner)
    rows = pd.read_csv(io.BytesIO(export(owner_client, task, what="backtest")))
    assert rows.columns.tolist()[:7] == [
        "window", "cutoff", "unique_id", "step", "ds", "y", "mean",
    ]  # fmt: skip
    assert len(rows) == 6 * 24
    named = json.loads(
        export(owner_client, task, what="backtest", columns="nixtla", **{"as": "json"})
    )
    assert named["results"][0]["linear"] == pytest.approx(rows["mean"][0])


def test_a_naming_that_is_none_is_refused_with_those_there_are(owner, owner_client, owner_api):
    task = answered(owner)
    answer = owner_api.get(f"/api/v1/predictions/{task.pk}/results/?columns=sas")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "columns"
    assert "plain, nixtla, quantiles, prophet" in answer.json()["error"]["message"]
    page = owner_client.get(reverse("forecasting:data", args=[task.pk]), {"columns": "sas"})
    assert page.status_code == 200


def test_all_series_stand_in_one_long_table_in_pages(owner, owner_client):
    dataset = hourly_dataset(owner, columns=("load", "wind"))
    task = answered(owner, dataset, columns=["load", "wind"], horizon=72)
    page = reverse("forecasting:data", args=[task.pk])
    first = owner_client.get(page, {"all": "1"}).content.decode()
    assert "1 to 100 of 144" in first
    assert first.count('<td class="mono nowrap">load</td>') == 72
    assert first.count('<td class="mono nowrap">wind</td>') == 28
    second = owner_client.get(page, {"all": "1", "page": "2"}).content.decode()
    assert second.count('<td class="mono nowrap">wind</td>') == 44
    one = owner_client.get(page, {"series": "wind"}).content.decode()
    assert "72 rows" in one


def test_the_code_in_the_popover_asks_for_the_chosen_columns_and_the_latest_run(
    owner, owner_client
):
    task = answered(owner)
    page = reverse("forecasting:snippet", args=[task.pk])
    html = owner_client.get(page, {"columns": "prophet", "run": "latest"}).content.decode()
    assert f"/{task.pk}/results/?columns=prophet&amp;run=latest" in html
    assert '<th scope="col" class="num mono">yhat_lower</th>' in html
    plain = owner_client.get(page).content.decode()
    assert f"/{task.pk}/results/&quot;" in plain


def test_the_latest_run_answers_under_the_key_of_the_first(owner, owner_api):
    first = answered(owner)
    second = answered(owner, first.dataset)
    type(second).objects.filter(pk=second.pk).update(origin=first, run=2)
    for key in (first.pk, second.pk):
        found = owner_api.get(f"/api/v1/predictions/{key}/results/?run=latest").json()
        assert found["forecast"] == str(second.pk)
    assert owner_api.get(f"/api/v1/predictions/{first.pk}/results/").json()["forecast"] == str(
        first.pk
    )
    refused = owner_api.get(f"/api/v1/predictions/{first.pk}/results/?run=oldest")
    assert refused.json()["error"]["field"] == "run"
