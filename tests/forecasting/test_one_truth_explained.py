"""Every number of the tabs that explain: the page, the API and the engine in a notebook agree."""

import html
import json
import re

import numpy as np
import pytest
from scipy import stats

from forecasting import recipe
from forecasting.engine import artifacts
from forecasting.engine.backtest import backtest
from forecasting.engine.explaining.components import components
from forecasting.engine.explaining.contributions import contributions
from forecasting.engine.explaining.covariate_effects import covariate_effects
from forecasting.engine.explaining.holiday_effects import holiday_effects
from forecasting.engine.explaining.importance import importance
from forecasting.engine.explaining.importance_settings import ImportanceSettings
from forecasting.engine.explaining.lag_weights import lag_weights
from forecasting.engine.explaining.movement import movement
from forecasting.engine.registry import create
from forecasting.explaining import explain_jobs
from forecasting.explaining.shown import LEAST_SHARE
from forecasting.models import Explanation
from forecasting.serving.answering import fetched
from tests.conftest import browser_of
from tests.datasets.made import read_dataset
from tests.forecasting.made import answered, hourly_text, raced
from tests.forecasting.test_one_truth import cells, number
from tests.forecasting.test_scenarios import plan_text

pytestmark = pytest.mark.django_db
HORIZON = 24
# Two decimals, or four digits.
CLOSE = {"rel": 6e-4, "abs": 0.006}


class Walk:
    """One explained answer, by all three doors."""

    def __init__(self, owner, api, task, model):
        self.browser, self.api, self.task, self.name = browser_of(owner), api, task, model
        self.result = task.results.get(name=model)
        self.model = artifacts.load(fetched(self.result.model.model_path)[0])
        self.panel = recipe.of_task(task).panel

    def explain(self):
        explain_jobs.start(self.result, self.panel.labels[0])
        explain_jobs.explain_result(str(Explanation.objects.get(result=self.result).job_id))
        return self

    def page(self, tab):
        answer = self.browser.get(f"/forecasts/{self.task.pk}/{tab}/", {"model": self.name})
        return answer.content.decode()

    def found(self, name):
        url = f"/api/v1/predictions/{self.task.pk}/explanation/?model={self.name}"
        return self.api.get(url).json()["found"][name]


def drawn(page, name):
    text = page.split(f'<div id="{name}" hidden>')[1].split("</div>")[0]
    return json.loads(html.unescape(text))["data"]


def named(name):
    """What `spoken` makes of a name of the engine, which a column's name does not need."""
    return name["text"] if isinstance(name, dict) else name


def tag(page, pattern):
    return [html.unescape(found) for found in re.findall(pattern, page, re.S)]


def percent(text):
    return number(text) / 100


def card(page, title):
    return page.split(f"<h2>{title}</h2>")[1].split("</section>")[0]


def waterfall(page, title):
    """Names and numbers of a sum, in their order."""
    lines = card(page, title).split('class="waterfall"')[1]
    return tag(lines, '<span>([^<]*)</span><b class="num">([^<]*)</b>')


@pytest.fixture
def linear(owner, owner_api):
    task = answered(owner, read_dataset(owner, hourly_text()), horizon=HORIZON)
    return Walk(owner, owner_api, task, "linear").explain()


@pytest.fixture
def trees(owner, owner_api):
    """Trees that know a plan a day ahead."""
    dataset = read_dataset(owner, plan_text(), name="plan.csv")
    keys = {column.name: column.key for column in dataset.current_version.columns.all()}
    asked = {"targets": [keys["load"]], "names": ["load"], "windows": 2}
    asked["covariates"] = {"known": [keys["plan"]], "past": []}
    small = {"type": "lightgbm", "settings": {"rounds": 15}}
    return Walk(owner, owner_api, raced(owner, small, dataset=dataset, **asked), "lightgbm")


@pytest.fixture(params=["linear", "trees"])
def walk(request):
    found = request.getfixturevalue(request.param)
    return found if request.param == "linear" else found.explain()


def test_the_parts_are_the_engines_on_the_page_and_in_the_api(walk):
    by_engine = components(walk.panel, walk.model.predict(walk.panel, levels=()))
    places = [n for n in range(len(by_engine.names)) if np.nanmax(np.abs(by_engine.parts[0, n]))]
    page, rows = walk.page("components"), walk.found("parts")
    shares = re.findall(r"([\d.,]+)% of the movement", page)
    assert [named(row["name"]) for row in rows] == [str(by_engine.names[n]) for n in places]
    assert len(shares) == len(rows)
    for place, (n, row, shown) in enumerate(zip(places, rows, shares, strict=True)):
        past, ahead = by_engine.past[0, n], by_engine.ahead[0, n]
        assert row["values"] == pytest.approx(past.tolist())
        assert row["ahead"] == pytest.approx(ahead.tolist())
        assert row["share"] == pytest.approx(by_engine.share[0, n])
        assert percent(shown) == pytest.approx(abs(by_engine.share[0, n]), abs=5.1e-3)
        before, after = drawn(page, f"part-{place}-figure")
        assert before["y"] == row["values"]
        assert after["y"] == [row["values"][-1], *row["ahead"]]
        if row["turn"]:
            turns = past[: len(past) // row["season"] * row["season"]].reshape(-1, row["season"])
            [line] = drawn(page, f"turn-{place}-figure")
            assert line["x"] == row["turn"]["times"]
            assert sorted(line["y"]) == pytest.approx(sorted(turns.mean(axis=0)))


def test_what_moved_the_forecast_is_the_engines_on_the_page_and_in_the_api(walk):
    by_engine = movement(walk.model, walk.panel)
    known = walk.found("moved")
    assert known["now"] == pytest.approx(by_engine.now[0])
    assert known["before"] == pytest.approx(by_engine.before[0])
    changes = dict(zip(map(str, by_engine.names), by_engine.changes[0], strict=True))
    told = {named(row["name"]): row["change"] for row in known["changes"]}
    assert told == pytest.approx({name: value for name, value in changes.items() if value})
    (_, before), *rows, (_, now) = waterfall(walk.page("components"), "What moved it")
    assert [number(before), number(now)] == pytest.approx([known["before"], known["now"]], **CLOSE)
    assert [number(text) for _, text in rows] == pytest.approx(list(told.values()), **CLOSE)


def test_the_drivers_are_the_engines_on_the_page_and_in_the_api(walk):
    known = walk.found("drivers")
    settings = ImportanceSettings(windows=known["windows"], repeats=known["repeats"])
    by_engine = importance(walk.model, walk.panel, settings)
    total = np.clip(by_engine.increase, 0, None).sum()
    page = walk.page("drivers")
    shown = cells(card(page, "Drivers"), "<table")
    assert known["base"] == pytest.approx(by_engine.base)
    for place, row in zip(by_engine.ranking(), known["rows"], strict=True):
        assert row["increase"] == pytest.approx(by_engine.increase[place])
        assert row["percent"] == pytest.approx(by_engine.percent[place])
        assert row["share"] == pytest.approx(max(0, by_engine.increase[place]) / total)
        assert row["p"] == pytest.approx(by_engine.p_values[place])
        assert row["significant"] == by_engine.significant[place]
    used = [row for row in known["rows"] if row["share"] >= LEAST_SHARE]
    for (_, _, share, grows, chance), row in zip(shown, used, strict=True):
        assert percent(share) == pytest.approx(row["share"], abs=5.1e-3)
        assert percent(grows.replace("+", "")) == pytest.approx(row["percent"] / 100, abs=5.1e-3)
        assert ("unclear" in chance) == (not row["significant"])
        told = chance.removesuffix(" unclear").removeprefix("p ")
        if told == "&lt; 0.001":
            assert row["p"] < 0.001
        else:
            assert number(told.removeprefix("= ")) == pytest.approx(row["p"], abs=5.1e-3)
    beside = tag(walk.page("components"), r'<b class="num">([\d.]+)%</b></li>')
    assert [percent(text) for text in beside] == [percent(line[2]) for line in shown]


def test_what_is_said_on_the_page_is_said_in_the_api(walk):
    url = f"/api/v1/predictions/{walk.task.pk}/explanation/?model={walk.name}"
    said = walk.api.get(url).json()["sentences"]
    for tab, section in (("components", "parts"), ("drivers", "drivers")):
        page = html.unescape(walk.page(tab))
        assert said[section]
        assert all(f"<li>{sentence}</li>" in page for sentence in said[section])


def test_weights_are_the_engines_on_the_page_and_in_the_api(linear):
    by_engine = lag_weights(linear.model, linear.panel)
    known = linear.found("inside")["weights"]
    page = linear.page("drivers")
    lines = drawn(page, "weights-figure")
    ends = sorted({0, len(by_engine.blocks) - 1})
    for end, block, line in zip(ends, known["blocks"], lines, strict=True):
        assert block["weights"] == pytest.approx(by_engine.weights[0, :, end].tolist())
        assert block["total"] == pytest.approx(by_engine.totals[0, end])
        assert line["y"] == block["weights"]
    by_name = dict(zip(map(str, by_engine.bands), by_engine.band_shares[0], strict=True))
    shown = cells(page, 'aria-label="Weight by group"')
    for (name, *texts), row in zip(shown, known["bands"], strict=True):
        assert name.lower() == row["name"]["text"].lower()
        own = by_name[row["name"]["text"]][ends]
        assert [row["first"], row["last"]] == pytest.approx([own[0], own[-1]])
        assert [percent(text) for text in texts] == pytest.approx(own[: len(texts)], abs=5.1e-3)
    largest, *_aria = tag(page, r"The largest weight is (\S+), that")
    [total] = tag(page, r"The weights of the first steps sum to ([\d.,−]+?)\.\s")
    assert number(largest) == pytest.approx(by_engine.top(0, count=1)[0].weight, **CLOSE)
    assert number(total) == pytest.approx(by_engine.totals[0, 0], **CLOSE)


def test_contributions_are_the_engines_on_the_page_and_in_the_api(trees):
    trees.explain()
    by_engine = contributions(trees.model, trees.panel)
    known = trees.found("inside")["contributions"]
    names, sums = by_engine.groups()
    page = trees.page("drivers")
    assert known["forecast"] == pytest.approx(by_engine.forecast[0].mean())
    (_, anchor), (_, bias), *groups, (_, forecast) = waterfall(page, "What the inputs add")
    assert number(anchor) == pytest.approx(by_engine.anchor[0].mean(), **CLOSE)
    assert number(bias) == pytest.approx(by_engine.bias[0].mean(), **CLOSE)
    assert number(forecast) == pytest.approx(by_engine.forecast[0].mean(), **CLOSE)
    sizes = np.abs(sums[0]).mean(axis=0)
    order = [g for g in np.argsort(-sizes, kind="stable") if sizes[g]]
    for g, row, (_, shown) in zip(order, known["groups"], groups, strict=True):
        assert row["steps"] == pytest.approx(sums[0, :, g].tolist())
        assert number(shown) == pytest.approx(sums[0, :, g].mean(), **CLOSE)
    assert len(names) == sums.shape[2]
    assert [one["y"] for one in drawn(page, "contributions-figure")][: len(groups)] == [
        row["steps"] for row in known["groups"]
    ]
    means = {str(one.name): by_engine.values[0, :, f] for f, one in enumerate(by_engine.features)}
    table = cells(page, 'aria-label="Largest inputs"')
    for (_, *shown), row in zip(table, known["features"], strict=True):
        own = means[named(row["name"])]
        ends = [own.mean(), own.min(), own.max()]
        assert [row["mean"], row["low"], row["high"]] == pytest.approx(ends)
        assert [number(text) for text in shown] == pytest.approx(ends, rel=6e-4, abs=0.06)


def test_effects_of_covariates_are_the_engines_on_the_page_and_in_the_api(trees):
    trees.explain()
    by_engine = covariate_effects(trees.model, trees.panel)
    [known], page = trees.found("covariates"), trees.page("drivers")
    [(name, _, moved, unit)] = cells(card(page, "Covariates"), "<table")
    assert name == known["name"] == by_engine.names[0] == "plan"
    assert known["moved"] == pytest.approx(by_engine.moved[0, 0].mean())
    assert known["usual"] == pytest.approx(by_engine.usual[0, 0])
    assert number(moved) == pytest.approx(known["moved"], **CLOSE)
    assert number(unit) == pytest.approx(by_engine.per_unit[0, 0], **CLOSE)
    [line] = drawn(page, "effects-figure")
    assert line["y"] == pytest.approx(by_engine.moved[0, 0].tolist())


def test_holidays_are_the_engines_on_the_page_and_in_the_api(owner, owner_api):
    days = np.arange(np.datetime64("2023-01-01"), np.datetime64("2024-12-20"))
    closed = np.isin(days, [np.datetime64(day) for day in ("2023-10-03", "2024-10-03")])
    values = 200 - 80 * closed + np.random.default_rng(3).normal(0, 2, len(days))
    text = "day,visits\n" + "\n".join(f"{d},{v:.2f}" for d, v in zip(days, values, strict=True))
    dataset = read_dataset(owner, f"{text}\n", name="visits.csv")
    task = answered(owner, dataset, horizon=7, place=("DE", ""))
    walk = Walk(owner, owner_api, task, "linear").explain()
    by_engine = components(walk.panel, walk.model.predict(walk.panel, levels=()))
    dates = by_engine.times[0].astype("datetime64[D]")
    own = {one.name: one for one in holiday_effects(by_engine, 0, dates, "DE")}
    known, page = walk.found("holidays"), walk.page("components")
    for row in known:
        one = own[row["name"]]
        ends = [one.mean, one.low, one.high]
        assert [row["mean"], row["low"], row["high"]] == pytest.approx(ends)
        assert (row["times"], row["coming"]) == (one.times, one.coming)
    place = [row["kind"] for row in walk.found("parts")].index("holiday")
    [bars] = drawn(page, f"turn-{place}-figure")
    assert dict(zip(bars["y"], bars["x"], strict=True)) == {
        row["name"]: row["mean"] for row in known
    }
    assert own["German Unity Day"].mean == pytest.approx(-80, abs=4)


@pytest.mark.parametrize("name", ["linear", "seasonal_naive"])
def test_residuals_are_those_of_the_engines_backtest_on_the_page_and_in_the_api(
    owner, owner_api, name
):
    task = answered(owner, read_dataset(owner, hourly_text()), horizon=HORIZON)
    walk = Walk(owner, owner_api, task, name)
    url = f"/api/v1/predictions/{task.pk}"
    windows = owner_api.get(f"{url}/backtest/?model={name}").json()["windows"]
    first, second = (np.datetime64(one["cutoff"]) for one in windows[:2])
    stride = int((second - first) / np.timedelta64(1, "h"))
    tested = backtest(
        create(name), walk.panel, horizon=HORIZON, windows=len(windows), stride=stride
    )
    errors = (tested.actual - tested.mean)[:, 0, :, 0]
    known = owner_api.get(f"{url}/residuals/?model={name}").json()
    assert known["values"] == errors.size
    assert known["mean"] == pytest.approx(errors.mean())
    assert known["spread"] == pytest.approx(errors.std(ddof=1))
    assert known["skewness"] == pytest.approx(stats.skew(errors, axis=None))
    assert known["excess_kurtosis"] == pytest.approx(stats.kurtosis(errors, axis=None))
    centred = errors - errors.mean()
    by_hand = [
        (centred[:, :-lag] * centred[:, lag:]).mean() / (centred**2).mean()
        for lag in range(1, HORIZON)
    ]
    assert known["autocorrelation"] == pytest.approx(by_hand)
    assert known["tests"]["bias"]["p"] == pytest.approx(
        stats.ttest_1samp(errors.mean(axis=1), 0).pvalue
    )
    assert known["tests"]["normality"]["p"] == pytest.approx(stats.shapiro(errors).pvalue)
    page = walk.page("residuals")
    shown = [number(text) for text in tag(card(page, "Figures"), "<dd>([^<]*)</dd>")]
    own = [errors.size, errors.mean(), errors.std(ddof=1), known["skewness"]]
    assert shown == pytest.approx([*own, known["excess_kurtosis"]], abs=5.1e-3)
    assert drawn(page, "lags-figure")[0]["y"] == known["autocorrelation"]
    assert sorted(drawn(page, "errors-figure")[0]["y"]) == pytest.approx(sorted(errors.ravel()))
    assert sum(drawn(page, "sizes-figure")[0]["y"]) == errors.size
    for sentence in known["sentences"]:
        assert sentence in html.unescape(page)
