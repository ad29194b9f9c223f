"""Look inside a model: weights by lag, contributions of trees, members, effects of covariates."""

import json

import numpy as np
import pandas as pd
import pytest

from forecasting.engine import explain
from forecasting.engine.explaining.contributions import contributions
from forecasting.engine.explaining.importance_settings import ImportanceSettings
from forecasting.engine.explaining.lag_weights import lag_weights
from forecasting.engine.explaining.why import ExplainSettings
from forecasting.engine.panel import Panel
from forecasting.engine.registry import create, model_types
from forecasting.explaining import explain_jobs, inside
from forecasting.explaining.days import local_times
from forecasting.explaining.telling import told
from forecasting.models import Explanation
from tests.forecasting.engine.series import seasonal
from tests.forecasting.engine.test_contract import QUICK
from tests.forecasting.made import answered, raced

FEW = ExplainSettings(importance=ImportanceSettings(windows=2, repeats=1))
NAMES = [entry.name for entry in model_types()]


@pytest.fixture(scope="module")
def panel():
    """Two series, 240 hours, a daily cycle."""
    values = {name: seasonal(rows=240, seed=place) for place, name in enumerate("ab")}
    return Panel.from_arrays(values, "2026-01-01", "h")


def asked(name, panel, **settings):
    model = create(name, **QUICK.get(name, {}) | settings).fit(panel, horizon=8)
    return model, explain(model, panel, settings=FEW)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_model_says_what_its_forecast_rests_on(name, panel):
    _model, found = asked(name, panel)
    for place in range(2):
        kept = json.loads(
            json.dumps(
                told(found, place, local_times(found.components, place, "")), allow_nan=False
            )
        )
        drivers = kept["drivers"]["rows"]
        assert drivers
        assert all(0 <= one["share"] <= 1 for one in drivers)
        shares = sum(one["share"] for one in drivers)
        assert shares == pytest.approx(1) or shares == 0
        assert len(kept["inside"]["times"]) == 8


@pytest.mark.parametrize("hours", [240, 244, 251])
def test_one_turn_of_a_day_begins_at_midnight_and_peaks_when_the_series_does(hours):
    clock = np.arange(hours) % 24
    values = {
        "a": 10 + 5 * np.exp(-((clock - 7.0) ** 2) / 8) + 1e-3 * np.sin(np.arange(hours) ** 2)
    }
    days = Panel.from_arrays(values, "2026-01-01", "h")
    _model, found = asked("seasonal_naive", days)
    [turn] = [
        one["turn"]
        for one in told(found, 0, local_times(found.components, 0, ""))["parts"]
        if one["season"] == 24
    ]
    assert [time[11:13] for time in turn["times"]] == [f"{hour:02d}" for hour in range(24)]
    assert int(np.argmax(turn["values"])) == 7


def test_kept_contributions_add_up_to_the_forecast(panel):
    model, found = asked("lightgbm", panel)
    kept = inside.told(found, 1)["contributions"]
    steps = np.sum([one["steps"] for one in kept["groups"]], axis=0)
    forecast = model.predict(panel).mean[1, :, 0]
    whole = contributions(model, panel)
    assert np.allclose(whole.anchor[1] + whole.bias[1] + steps, forecast)
    total = kept["anchor"] + kept["bias"] + sum(one["mean"] for one in kept["groups"])
    assert total == pytest.approx(kept["forecast"]) == forecast.mean()
    sizes = [abs(np.array(one["steps"])).mean() for one in kept["groups"]]
    assert sizes == sorted(sizes, reverse=True)


def test_kept_weights_make_the_forecast(panel):
    model, found = asked("linear", panel)
    kept = inside.told(found, 0)["weights"]
    near, far = kept["blocks"][0], kept["blocks"][-1]
    past = panel.at(0)[::-1, 0][: len(kept["lags"])]
    forecast = model.predict(panel).mean[0, :, 0]
    for block in (near, far):
        mean = past @ np.array(block["weights"]) + block["constant"]
        assert mean == pytest.approx(forecast[block["first"] - 1 : block["last"]].mean())
    assert kept["exact"]
    assert sum(one["first"] for one in kept["bands"]) == pytest.approx(1)
    assert abs(kept["top"][0]["weight"]) == max(map(abs, near["weights"]))
    assert lag_weights(model, panel).blocks[0] == (near["first"] - 1, near["last"])


def test_members_of_an_ensemble_weigh_one_together(panel):
    _model, found = asked("ensemble", panel, how="simplex")
    members = inside.told(found, 0)["members"]
    assert sum(one["weight"] for one in members) == pytest.approx(1)
    _model, found = asked("ensemble", panel, how="median")
    assert all(one["weight"] is None for one in inside.told(found, 0)["members"])


def test_a_covariate_shows_what_it_adds_to_every_step():
    times = pd.date_range("2026-01-01", periods=308, freq="h")
    price = np.sin(np.arange(308) * 1.7) + np.cos(np.arange(308) * 0.31)
    load = 50 + 4 * price + seasonal(rows=308)
    frame = pd.DataFrame({"ds": times, "load": np.where(np.arange(308) < 300, load, np.nan)})
    frame["price"] = price
    _model, found = asked("lightgbm", Panel.from_wide(frame, "ds", ["load"], known=["price"]))
    [effect] = inside.told(found, 0)["effects"]
    assert effect["name"] == "price"
    assert len(effect["steps"]) == 8
    # Trees round, but a high price lifts the step that has it.
    ahead = price[300:]
    assert np.corrcoef(effect["steps"], ahead)[0, 1] > 0.8


def test_a_rule_without_an_inside_shows_none(panel):
    _model, found = asked("seasonal_naive", panel)
    kept = inside.told(found, 0)
    assert [kept[name] for name in ("weights", "contributions", "effects", "members")] == [None] * 4


@pytest.mark.django_db
def test_the_page_shows_the_weights_of_a_linear_model_and_nothing_of_a_rule(owner, owner_client):
    task = answered(owner)
    assert page_of(owner_client, task, "linear") == {"weights-figure"}
    assert page_of(owner_client, task, "naive") == set()


@pytest.mark.slow
@pytest.mark.django_db
def test_page_and_api_show_the_inside_of_trees(owner, owner_client, owner_api):
    trees = {"name": "lightgbm", "type": "lightgbm", "settings": {"rounds": 10}}
    task = raced(owner, trees)
    assert page_of(owner_client, task, "lightgbm") == {"contributions-figure"}
    answer = owner_api.get(f"/api/v1/predictions/{task.pk}/explanation/?model=lightgbm").json()
    kept = Explanation.objects.get(result__name="lightgbm").found["inside"]
    assert answer["found"]["inside"] == kept


def page_of(client, task, name):
    """Ids of the figures of the inside on the tab, once the model was asked."""
    client.post(f"/forecasts/{task.pk}/explain/?model={name}", {"to": "drivers"})
    row = Explanation.objects.get(result__name=name)
    explain_jobs.explain_result(str(row.job_id))
    page = client.get(f"/forecasts/{task.pk}/drivers/?model={name}").content.decode()
    names = ("weights-figure", "contributions-figure", "effects-figure")
    return {one for one in names if f'id="{one}"' in page}


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["components", "drivers", "residuals"])
def test_each_tab_lets_people_choose_any_model_of_the_leaderboard(owner, owner_client, page):
    task = answered(owner)
    found = owner_client.get(f"/forecasts/{task.pk}/{page}/?model=naive").content.decode()
    for result in task.results.all():
        assert f'<option value="{result.name}"' in found
    assert '<option value="naive" selected>' in found
