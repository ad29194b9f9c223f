"""A trained model on other data: no fit, its own test, and a sentence where the shape differs."""

import numpy as np
import pytest

from accounts.problems import Conflict
from datasets.frames import read_panel
from forecasting import results, starting
from forecasting.engine import artifacts
from forecasting.models import PredictionTask, TrainedModel
from forecasting.refusals import ForecastProblem
from forecasting.registry import reusing
from forecasting.registry.fitting_data import Shape, why_not
from forecasting.registry.lending import lend, reuse_model
from forecasting.registry.reusing import Reuse
from forecasting.serving.answering import fetched
from tests.datasets.made import read_dataset
from tests.forecasting.made import again, answered, hourly_dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(owner):
    row = answered(owner).results.get(type="linear").model
    return TrainedModel.objects.select_related("registered__line", "dataset").get(pk=row.pk)


def used(model, dataset, **how):
    task = lend(Reuse(model, dataset, **how), owner=dataset.owner)
    reuse_model(str(task.instant_job_id))
    return again(task)


def daily_text(days=60):
    rows = [f"2026-{d // 28 + 1:02d}-{d % 28 + 1:02d},{d % 7 + d / 50}" for d in range(days)]
    return "day,sales\n" + "\n".join(rows) + "\n"


def test_other_data_are_forecast_by_the_very_model(owner, model):
    other = hourly_dataset(owner, hours=300, columns=("wind",))
    task = used(model, other)
    assert (task.status, task.progress) == (PredictionTask.Status.COMPLETED, 100)
    assert task.model == model
    panel = read_panel(other.current_version, ["wind"])
    expected = artifacts.load(fetched(model.model_path)[0]).predict(panel)
    line = results.line_of(task.results.get(type="linear"), "wind")
    assert np.allclose(line.mean, expected.mean[0, :, 0])
    assert line.times[0] == results.iso(panel.future_times(1)[0])[0]


def test_it_is_tested_there_beside_seasonal_naive_on_the_same_windows(owner, model):
    task = used(model, hourly_dataset(owner, hours=300, columns=("wind",)))
    own, naive = task.results.get(type="linear"), task.results.get(type="seasonal_naive")
    assert own.metrics["windows"]
    assert [w["cutoff"] for w in own.metrics["windows"]] == [
        w["cutoff"] for w in naive.metrics["windows"]
    ]
    assert own.rank == 1
    assert naive.model is None


def test_what_the_registry_says_of_the_model_stays(owner, model):
    before = (model.accuracy, model.metrics, model.registered.line.promotions.count())
    used(model, hourly_dataset(owner, hours=300, columns=("wind",)))
    row = TrainedModel.objects.get(pk=model.pk)
    line = row.registered.line
    assert (row.accuracy, row.metrics, line.promotions.count()) == before
    assert line.versions.count() == 3


def test_a_model_outlives_the_forecast_it_was_lent_to(owner, model):
    task = used(model, hourly_dataset(owner, hours=300, columns=("wind",)))
    starting.delete(task)
    assert TrainedModel.objects.filter(pk=model.pk).exists()


def test_another_frequency_is_refused_with_the_remedy(owner, model):
    with pytest.raises(ForecastProblem, match=r"steps of 1 hour; .* has steps of 1 day. Resample"):
        reusing.prepare(Reuse(model, read_dataset(owner, daily_text())), owner=owner)


def test_another_number_of_columns_is_refused(owner, model):
    two = hourly_dataset(owner, columns=("wind", "sun"))
    with pytest.raises(ForecastProblem, match="forecasts 1 columns together; 2 were chosen"):
        reusing.prepare(Reuse(model, two, targets=("wind", "sun")), owner=owner)


def test_a_dataset_says_why_it_does_not_fit(owner, model):
    shape = Shape.of(model, model.registered.recipe)
    assert why_not(shape, hourly_dataset(owner), model.registered.recipe) == ""
    daily = read_dataset(owner, daily_text())
    assert "Resample it" in why_not(shape, daily, model.registered.recipe)


def test_a_model_that_is_not_ready_cannot_be_used(owner, model):
    TrainedModel.objects.filter(pk=model.pk).update(status=TrainedModel.Status.ERROR)
    model.refresh_from_db()
    with pytest.raises(Conflict, match="not trained yet"):
        reusing.prepare(Reuse(model, hourly_dataset(owner)), owner=owner)


def test_too_few_rows_end_in_a_sentence(owner, model):
    task = used(model, hourly_dataset(owner, hours=13, columns=("wind",)))
    if task.status == PredictionTask.Status.FAILED:
        assert "rows" in task.error_message
    else:
        assert task.results.get(type="linear").metrics["windows"] == []
