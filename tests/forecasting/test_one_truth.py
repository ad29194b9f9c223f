"""Every number of a result: the page, the API and the engine in a notebook say the same."""

import re

import numpy as np
import pytest
from django.urls import reverse

import forecasting.engine as tfb
from forecasting.engine.backtest import backtest
from forecasting.engine.significance import compare_windows
from tests.conftest import browser_of
from tests.datasets.made import read_dataset
from tests.forecasting.made import answered, hourly_text

pytestmark = pytest.mark.django_db
HORIZON = 24


@pytest.fixture
def notebook():
    """The same file read and forecast without the product: plain text, numpy, the engine."""
    lines = [line.split(",") for line in hourly_text().splitlines()[1:]]
    times = np.array([time.replace(" ", "T") for time, _ in lines], dtype="datetime64[ns]")
    values = np.array([float(value) for _, value in lines])
    return tfb.Panel.from_arrays({"load": values}, start=times[0], frequency="h")


def model(name):
    return tfb.create(name)


@pytest.fixture
def task(owner):
    return answered(owner, read_dataset(owner, hourly_text()), horizon=HORIZON)


def cells(html, table):
    """Rows of cells without markup."""
    body = html.split(table)[1].split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    return [
        [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall("<td.*?</td>", row, re.S)]
        for row in rows
    ]


def number(text):
    return float(text.replace(",", "").replace("−", "-").rstrip("%"))


def test_the_forecast_is_the_engines_on_the_page_and_in_the_api(owner, owner_api, task, notebook):
    by_engine = model("linear").fit(notebook, horizon=HORIZON).predict(levels=(80, 95)).to_frame()
    rows = owner_api.get(f"/api/v1/predictions/{task.pk}/results/?columns=nixtla").json()["results"]
    assert list(rows[0]) == list(by_engine.columns)
    for name in by_engine.columns[2:]:
        assert [row[name] for row in rows] == pytest.approx(by_engine[name].tolist(), rel=1e-9)
    html = browser_of(owner).get(reverse("forecasting:data", args=[task.pk])).content.decode()
    shown = cells(html, 'id="forecast-data"')
    assert len(shown) == HORIZON
    for row, line in zip(rows, shown, strict=True):
        assert line[0].replace(" ", "T") == row["ds"][:16]
        assert [number(cell) for cell in line[1:]] == pytest.approx(
            list(row.values())[2:], abs=0.06
        )


def test_the_headline_is_computed_from_the_engines_numbers(owner, task, notebook):
    mean = model("linear").fit(notebook, horizon=HORIZON).predict().mean.ravel()
    last = notebook.values[-HORIZON:, 0]
    html = browser_of(owner).get(task.get_absolute_url()).content.decode()
    average, change, peak = re.findall(r"<b>([\d.,]+%?(?: above| below)?)</b>", html)[:3]
    assert number(average) == pytest.approx(mean.mean(), rel=1e-3)
    share = mean.mean() / last.mean() - 1
    assert number(change.split("%")[0]) == pytest.approx(100 * abs(share), abs=0.051)
    assert change.endswith("above" if share > 0 else "below")
    assert number(peak) == pytest.approx(mean.max(), rel=1e-3)


@pytest.mark.parametrize("name", ["linear", "seasonal_naive", "naive"])
def test_the_backtest_is_the_engines_on_the_page_and_in_the_api(
    owner, owner_api, task, notebook, name
):
    kept = owner_api.get(f"/api/v1/predictions/{task.pk}/backtest/?model={name}").json()
    tested = by_engine(notebook, name, kept["windows"])
    assert kept["whole"]["mae"] == pytest.approx(tested.metrics["mae"])
    assert kept["whole"]["mase"] == pytest.approx(tested.metrics["mase"])
    assert 100 * kept["whole"]["coverage-80"] == pytest.approx(tested.metrics["coverage"][80])
    assert [one["mae"] for one in kept["steps"]] == pytest.approx(tested.metrics["per_step"]["mae"])
    errors = np.abs(tested.actual - tested.mean).mean(axis=(1, 2, 3))
    assert [one["mae"] for one in kept["windows"]] == pytest.approx(errors.tolist())
    page = reverse("forecasting:backtest", args=[task.pk])
    html = browser_of(owner).get(page, {"model": name}).content.decode()
    shown = cells(html, 'id="backtest-table"')
    for line, window in zip(shown, kept["windows"], strict=True):
        assert number(line[1]) == pytest.approx(window["mase"], abs=0.0051)
        assert number(line[2]) == pytest.approx(window["mae"], rel=1e-3, abs=0.006)
        assert number(line[3]) == pytest.approx(window["mape"], abs=0.051)
        assert number(line[4]) == pytest.approx(window["bias"], abs=0.006)
        assert number(line[5]) == pytest.approx(100 * window["coverage-80"], abs=0.51)


def test_the_leaderboard_is_the_engines_on_the_page_and_in_the_api(
    owner, owner_api, task, notebook
):
    rows = owner_api.get(f"/api/v1/predictions/{task.pk}/metrics/").json()["metrics"]
    html = browser_of(owner).get(task.get_absolute_url()).content.decode()
    shown = cells(html, 'id="forecast-board"')
    windows = past_windows(owner_api, task, "linear")
    tested = {row["model"]: by_engine(notebook, row["model"], windows) for row in rows}
    naive = tested["seasonal_naive"]
    for row, line in zip(rows, shown, strict=True):
        own = tested[row["model"]]
        assert row["mase"] == pytest.approx(own.metrics["mase"])
        assert row["skill"] == pytest.approx(1 - own.metrics["mase"] / naive.metrics["mase"])
        assert 100 * row["coverage-95"] == pytest.approx(own.metrics["coverage"][95])
        assert number(line[3]) == pytest.approx(row["mase"], abs=0.0051)
        assert number(line[6]) == pytest.approx(100 * row["coverage-80"], abs=0.51)
        if row["model"] == "seasonal_naive":
            assert row["p_value"] is None
            continue
        test = compare_windows(own.actual, own.mean, naive.mean, stride=HORIZON, scales=own.scales)
        assert row["p_value"] == pytest.approx(test.p_value)
        assert number(line[4]) == pytest.approx(100 * row["skill"], abs=0.51)


def by_engine(panel, name, windows):
    """The backtest with the cutoffs that the API names, which lie evenly apart."""
    first, second = (np.datetime64(one["cutoff"]) for one in windows[:2])
    stride = int((second - first) / np.timedelta64(1, "h"))
    return backtest(
        model(name), panel, horizon=HORIZON, windows=len(windows), stride=stride, levels=(80, 95)
    )


def past_windows(owner_api, task, name):
    return owner_api.get(f"/api/v1/predictions/{task.pk}/backtest/?model={name}").json()["windows"]
