"""Ask why a forecast is what it is: by page, by API and by the engine."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats import diagnostic

from datasets.frames import read_panel
from forecasting.engine import artifacts
from forecasting.engine.explaining.components import components
from forecasting.engine.explaining.forecast_parts import of_series
from forecasting.engine.explaining.sentence import Sentence
from forecasting.explaining import explain_jobs, leftover_words, shown
from forecasting.explaining.leftovers import Leftovers
from forecasting.explaining.sentences import kept, said
from forecasting.models import Explanation
from forecasting.serving.answering import fetched
from jobs.models import Job
from tests.datasets.made import read_dataset
from tests.forecasting.made import answered, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(owner):
    return answered(owner)


@pytest.fixture
def explained(owner_client, task, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=False):
        owner_client.post(f"/forecasts/{task.pk}/explain/", {"to": "components"})
    row = Explanation.objects.get()
    explain_jobs.explain_result(str(row.job_id))
    return Explanation.objects.select_related("job").get()


def test_the_parts_on_the_page_are_those_of_the_engine(task, explained):
    result = explained.result
    panel = read_panel(task.version, ["load"])
    model = artifacts.load(fetched(result.model.model_path)[0])
    forecast = of_series(model.predict(panel, levels=()), panel.ids[:1])
    parts = components(panel, forecast)
    kinds = [one["kind"] for one in explained.found["parts"]]
    assert kinds[0] == "trend"
    assert kinds[-1] == "rest"
    total = np.sum([one["ahead"] for one in explained.found["parts"]], axis=0)
    assert np.allclose(total, parts.values[0, -task.horizon :])
    [stored] = result.predictions["series"]
    assert np.allclose(total, stored["mean"])
    assert sum(one["share"] for one in explained.found["parts"]) == pytest.approx(1)


def test_the_page_shows_what_was_found(owner_client, task, explained):
    assert explained.job.state == Job.State.SUCCEEDED
    page = owner_client.get(f"/forecasts/{task.pk}/components/").content.decode()
    assert "What is left" in page
    assert "Drivers" in page
    assert 'id="part-0-figure"' in page
    drivers = owner_client.get(f"/forecasts/{task.pk}/drivers/").content.decode()
    assert "Share" in drivers
    why = owner_client.get(f"/forecasts/{task.pk}/why/").content.decode()
    assert "Why this model" in why
    assert "is number 1 of" in why


def without_text(known):
    if isinstance(known, dict):
        return {name: without_text(value) for name, value in known.items() if name != "text"}
    return [without_text(one) for one in known] if isinstance(known, list) else known


def test_the_api_says_the_same(owner_api, task, explained):
    answer = owner_api.get(f"/api/v1/predictions/{task.pk}/explanation/").json()
    assert answer["ready"]
    assert answer["found"]["parts"][0]["name"]["text"] == "trend"
    assert without_text(answer["found"]["parts"]) == explained.found["parts"]
    assert without_text(answer["found"]["drivers"]) == explained.found["drivers"]
    rows = answer["found"]["drivers"]["rows"]
    page = owner_api.get(f"/forecasts/{task.pk}/drivers/").content.decode()
    for row in rows:
        text = row["name"]["text"]
        assert "%(" not in text
        assert f"<td>{text[:1].upper()}{text[1:]}</td>" in page
    assert any("is number 1 of" in one for one in answer["sentences"]["choice"])


def test_what_an_older_almanac_found_is_not_shown_and_asked_anew(owner_client, task, explained):
    page = f"/forecasts/{task.pk}/components/"
    assert 'id="part-0"' in owner_client.get(page).content.decode()
    older = {**explained.found, "edition": explained.found["edition"] - 1}
    Explanation.objects.update(found=older)
    assert 'id="part-0"' not in owner_client.get(page).content.decode()
    owner_client.post(f"/forecasts/{task.pk}/explain/", {"to": "components"})
    asked = Explanation.objects.get()
    assert asked.job_id != explained.job_id
    explain_jobs.explain_result(str(asked.job_id))
    assert 'id="part-0"' in owner_client.get(page).content.decode()


def test_it_is_asked_once(owner_api, task, explained):
    url = f"/api/v1/predictions/{task.pk}/explanation/"
    assert owner_api.post(url).status_code == 200
    assert Explanation.objects.count() == Job.objects.filter(kind="explanation").count() == 1
    other = owner_api.post(f"{url}?model=naive")
    assert other.status_code == 202
    assert other.json()["job"]["state"] == "queued"
    owner_api.post(f"{url}?model=naive")
    assert Job.objects.filter(kind="explanation").count() == 2


def test_who_may_look_reads_it_and_who_may_not_finds_nothing(
    task, explained, collaborator_client, collaborator, stranger_client
):
    share(task, collaborator)
    assert (
        "What is left"
        in collaborator_client.get(f"/forecasts/{task.pk}/components/").content.decode()
    )
    drivers = collaborator_client.get(f"/forecasts/{task.pk}/drivers/?model=naive").content.decode()
    assert "Its owner can ask for it." in drivers
    assert stranger_client.get(f"/forecasts/{task.pk}/components/").status_code == 404


@pytest.mark.parametrize("name", ["naive", "seasonal_naive", "linear"])
def test_every_instant_model_can_be_asked(owner_client, task, name):
    result = task.results.get(name=name)
    found = explain_jobs.find(result, "load")
    assert found["parts"]
    assert found["sections"]["choice"]


def test_a_model_that_was_removed_is_said_so(owner_client, task):
    result = task.results.ranked().first()
    result.model.delete()
    page = owner_client.get(f"/forecasts/{task.pk}/components/").content.decode()
    assert "This model was removed" in page
    answer = owner_client.post(f"/forecasts/{task.pk}/explain/")
    assert answer.status_code in {400, 409, 422}


def test_an_explanation_goes_with_its_forecast(owner_api, task, explained):
    assert owner_api.delete(f"/api/v1/predictions/{task.pk}/").status_code == 204
    assert not Explanation.objects.exists()


def test_sentences_are_kept_as_numbers_and_said_in_the_language_of_the_reader():
    one = Sentence.of("%(model)s made %(error)s of %(inner)s", model="linear", error=1234.5,
                      inner=(Sentence.of("trend"), np.float64(2.0)))  # fmt: skip
    back = kept(one)
    assert back["details"]["inner"][1] == 2.0
    assert said(back) == "Ridge made 1,234 of trend, 2" or "1,23" in said(back)
    assert kept(Sentence.of("x %(v)s", v=float("nan")))["details"]["v"] == "nan"


def leftovers(windows):
    """Rows of windows given as lists of errors."""
    start = pd.Timestamp("2026-01-01")
    rows = [
        {
            "window": w,
            "step": s + 1,
            "ds": start + pd.Timedelta(hours=24 * w + s),
            "residual": value,
        }
        for w, window in enumerate(windows)
        for s, value in enumerate(window)
    ]  # fmt: skip
    return Leftovers(pd.DataFrame(rows))


def test_the_autocorrelation_by_hand():
    left = leftovers([[1, 2, 3], [-1, -2, -3]])
    values, pairs = left.autocorrelation
    variance = (1 + 4 + 9) * 2 / 6
    assert values[0] == pytest.approx(((1 * 2 + 2 * 3) * 2 / 4) / variance)
    assert values[1] == pytest.approx(((1 * 3) * 2 / 2) / variance)
    assert pairs.tolist() == [4, 2]
    assert left.bounds.tolist() == pytest.approx([1.96 / 2, 1.96 / math.sqrt(2)])


@pytest.mark.parametrize("odd", [1e-300, 1.0, 1e12])
def test_errors_that_are_nearly_all_alike_are_counted_by_size_too(odd):
    left = leftovers([[0.0] * 50 + [odd], [0.0] * 51])
    counts, edges = left.histogram()
    assert counts.sum() == 102
    assert 1 <= len(counts) <= 40
    assert edges[0] <= 0 <= edges[-1]


def test_bias_is_tested_over_windows_and_normality_over_errors():
    rng = np.random.default_rng(3)
    windows = (rng.normal(0, 1, (12, 24)) + 2).tolist()
    left = leftovers(windows)
    means = [np.mean(window) for window in windows]
    assert left.bias.p == pytest.approx(stats.ttest_1samp(means, 0).pvalue)
    assert left.normality.name == "Shapiro–Wilk"
    assert left.normality.p == pytest.approx(stats.shapiro(np.ravel(windows)).pvalue)
    words = leftover_words.sentences(left)
    assert words[0].startswith("Forecasts were too low, by 2")
    assert any("No departure from a normal distribution" in one for one in words)
    many = leftovers(rng.normal(0, 1, (60, 96)).tolist())
    assert many.normality.name == "Jarque–Bera"


def test_windows_that_err_alike_are_noticed_by_ljung_box():
    rng = np.random.default_rng(5)
    level = np.cumsum(rng.normal(0, 1, 40))
    left = leftovers((level[:, None] + rng.normal(0, 0.1, (40, 6))).tolist())
    assert left.togetherness.p < 0.01
    peer = diagnostic.acorr_ljungbox(left.windows, lags=[5])
    assert left.togetherness.statistic == pytest.approx(peer["lb_stat"].iloc[0])
    assert left.togetherness.p == pytest.approx(peer["lb_pvalue"].iloc[0])


def test_the_residuals_of_the_page_are_those_of_the_api(owner_client, owner_api, task):
    said_there = owner_api.get(f"/api/v1/predictions/{task.pk}/residuals/").json()
    page = owner_client.get(f"/forecasts/{task.pk}/residuals/").content.decode()
    assert said_there["sentences"][0].split(" (")[0] in page
    assert said_there["values"] == task.horizon * len(
        task.results.ranked().first().metrics["windows"]
    )
    assert 'id="lags-figure"' in page


def test_too_few_errors_are_a_sentence(owner_client, owner, owner_api):
    left = leftovers([[1.0, 2.0]])
    assert not left.is_enough
    assert leftover_words.sentences(left) == [
        "There are too few past errors to say anything about them."
    ]
    assert left.as_json() == {"values": 2}


def test_a_forecast_without_an_answer_says_so(owner, owner_client):
    times = [f"2026-01-{day:02d} {hour:02d}:00" for day in range(1, 29) for hour in range(24)]
    text = "time,load\n" + "\n".join(f"{time},5" for time in times)
    task = answered(owner, read_dataset(owner, text + "\n"))
    assert not task.results.exists()
    for tab in ("components", "drivers", "residuals", "why"):
        answer = owner_client.get(f"/forecasts/{task.pk}/{tab}/")
        assert answer.status_code == 200
    assert owner_client.post(f"/forecasts/{task.pk}/explain/").status_code == 409


def spread_words(windows):
    return leftover_words.sentences(leftovers(windows))[1]


def test_whether_errors_grow_is_tested_and_not_read_from_two_steps():
    rng = np.random.default_rng(2)
    level = rng.normal(0, 1, (8, 12))
    grows = spread_words((level * np.linspace(1, 9, 12)).tolist())
    assert grows.startswith("Errors grow with the distance: ")
    assert "over the first 3 steps" in grows
    shrinks = spread_words((level * np.linspace(9, 1, 12)).tolist())
    assert shrinks.startswith("Errors are smaller far ahead than near: ")
    alike = [[1.0, -1.0] * 6, [-1.0, 1.0] * 6] * 3
    assert spread_words(alike).startswith("Errors are about as large far ahead as near: 1 in size")
    unclear = rng.normal(0, 1, (5, 4)).tolist()
    unclear[0][3] = 9.0
    assert spread_words(unclear).startswith("Whether errors grow with the distance cannot be told")
    few = spread_words([[1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 5.0, 9.0]])
    assert few == (
        "Errors are 1.5 in size one step ahead, 6.5 4 steps ahead; too few windows to tell "
        "whether they grow."
    )


def test_the_sizes_near_and_far_by_hand():
    found = leftovers([[1, -2, 3, -4, 5, -6, 7, -8], [0, 0, 0, 0, 0, 0, 3, -1]]).distance
    assert (found.steps, found.part) == (8, 2)
    assert found.near == pytest.approx((1.5 + 0) / 2)
    assert found.far == pytest.approx((7.5 + 2) / 2)
    assert found.test is None


def test_errors_that_take_turns_are_not_said_to_stay_off():
    words = leftover_words.sentences(leftovers([[1.0, -1.1] * 12, [-0.9, 1.0] * 12]))
    [said_of_next] = [one for one in words if one.startswith("Inside a window")]
    assert said_of_next.startswith("Inside a window errors take turns")
    assert "−" in said_of_next


def test_exact_forecasts_are_not_called_too_few():
    exact = leftovers([[0.0] * 12] * 3)
    assert not exact.is_enough
    assert leftover_words.sentences(exact) == ["Past forecasts were exact: all 36 errors are 0."]
    off = leftovers([[0.1] * 12] * 3)
    assert leftover_words.sentences(off) == ["All 36 past errors are the same: 0.1."]
    assert off.as_json() == {"values": 36, "mean": pytest.approx(0.1), "spread": 0.0}


def test_a_bias_keeps_its_sign_where_luck_may_have_made_it():
    rng = np.random.default_rng(4)
    windows = (rng.normal(0, 4, (5, 1)) - 1 + rng.normal(0, 0.1, (5, 12))).tolist()
    left = leftovers(windows)
    assert left.bias.p > 0.05
    first = leftover_words.sentences(left)[0]
    assert first.startswith("Errors average " + ("−" if left.mean < 0 else ""))
    assert "cannot be told from luck" in first
    few = leftover_words.sentences(leftovers([[1.0, -4.0, 0.0] * 2, [-1.0, -2.0, 0.0] * 2]))[0]
    assert few == "Errors average −1; too few windows to test for a bias."


def test_a_column_keeps_its_letters_where_the_sentence_begins_with_it():
    begun = kept(Sentence.of("%(name)s adds %(mean)s", name="price", mean=1.0))
    inner = Sentence.of("%(name)s compared with before", name="price")
    for one in (begun, kept(Sentence.of("%(name)s adds %(mean)s", name=inner, mean=1.0))):
        assert shown._begun(one).startswith("price ")
    trend = Sentence.of("trend")
    assert shown._begun(kept(Sentence.of("%(name)s adds", name=trend))) == "Trend adds"


def test_every_part_is_saved_as_a_picture_with_what_it_shows(owner_client, task, explained):
    page = owner_client.get(f"/forecasts/{task.pk}/components/").content.decode()
    drawn = set(re.findall(r'id="((?:part|turn)-\d+)" data-chart="', page))
    assert {"part-0", "turn-1"} <= drawn
    for chart in drawn:
        for kind in ("png", "svg", "csv"):
            assert f'data-chart-save="#{chart}" value="{kind}"' in page
        name = re.search(rf'id="{chart}"[^>]*data-chart-name="([^"]+)"', page)[1]
        assert name.startswith(task.name)
    # The receipt of the page is that of each picture in it.
    panel = page[page.index("data-receipt=") :]
    assert all(f'id="{chart}"' in panel for chart in drawn)


def test_the_trend_says_why_it_has_no_band(owner_client, task, explained):
    page = owner_client.get(f"/forecasts/{task.pk}/components/").content.decode()
    cards = page.split('<section class="card component">')[1:]
    assert ["Drawn without a band" in card.split("</section>")[0] for card in cards] == [
        "<h2>Trend</h2>" in card for card in cards
    ]
    assert cards[0].startswith('<div class="bar"><h2>Trend</h2>')
