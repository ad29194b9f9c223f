"""New rows move a forecast without training: a new run, within one job, weights unchanged."""

import json

import numpy as np
import pytest

from accounts.problems import Conflict
from datasets import storage
from forecasting import results
from forecasting.engine import artifacts
from forecasting.fresh import following, move_jobs, runs, tasks
from forecasting.models import AlertRule, ModelVersion, PredictionTask, TrainedModel
from forecasting.serving.answering import fetched
from tests.factories import make_user
from tests.forecasting.appended import append
from tests.forecasting.made import again, answered, hourly_text, raced, share
from tests.datasets.made import read_dataset

pytestmark = pytest.mark.django_db

HOURS = 480


def grown(dataset, hours=24):
    """The same cycle goes on for so many hours, 50 higher than before."""
    values = [150 + 30 * np.sin(2 * np.pi * hour / 24) for hour in range(hours)]
    return append(dataset, values, HOURS)


def moved(task, dataset, hours=24):
    """The run that new rows bring."""
    version = grown(dataset, hours)
    tasks.bring_up_to_date(str(version.pk))
    return finished(runs.underway(task))


def finished(run):
    move_jobs.move_forecast(str(run.instant_job_id))
    run = again(run)
    if run.training_job_id:
        move_jobs.move_forecast(str(run.training_job_id))
    return again(run)


def arrays_of(row):
    """What a model learned: every array but the rows it remembers and its intervals."""
    folder, _ = fetched(row.model_path)
    model = artifacts.load(folder)
    return model.learned_arrays()


def first_time(task):
    return results.table_of(task.results.ranked().first())["ds"].min()


def test_new_rows_move_a_forecast_and_no_weight_changes():
    owner = make_user()
    dataset = read_dataset(owner, hourly_text(HOURS))
    task = answered(owner, dataset)
    weights = {one.name: arrays_of(one.model) for one in task.results.select_related("model")}
    models, versions = TrainedModel.objects.count(), ModelVersion.objects.count()
    run = moved(task, dataset)
    assert (run.run, run.origin_id, run.moved_by, run.status) == (2, task.pk, "append", "completed")
    assert run.version.number == 2
    assert not run.refits
    assert first_time(run) - first_time(task) == np.timedelta64(24, "h")
    assert (TrainedModel.objects.count(), ModelVersion.objects.count()) == (models, versions)
    assert set(run.results.values_list("name", flat=True)) == set(weights)
    for one in run.results.select_related("model"):
        after = arrays_of(one.model)
        assert after.keys() == weights[one.name].keys()
        for name, array in after.items():
            np.testing.assert_array_equal(array, weights[one.name][name], err_msg=name)
