"""Earlier forecasts meet the values that came: joined, summed up, honest when few have come."""

import numpy as np
import pytest

from datasets.models import Version
from forecasting.models import ForecastScore
from forecasting.watching import accuracy, scoring, tasks
from tests.forecasting.appended import HOURS, append, said, usual_dataset, usual_values
from tests.forecasting.made import answered

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset(owner):
    return usual_dataset(owner)


def test_nothing_is_scored_before_a_value_has_come(owner, dataset):
    task = said(owner, dataset, [100.0] * 4)
    assert scoring.score_all(dataset.current_version) == 0
    assert scoring.score(task, dataset.current_version) is None
    found = accuracy.of_task(task)
    assert (found.runs, found.steps, found.whole.mae, found.known_of_this) == ([], [], None, 0)


def test_values_are_joined_to_the_step_they_were_forecast_for(owner, dataset):
    task = said(owner, dataset, [100.0, 100.0, 100.0, 100.0])
    newest = append(dataset, [104.0, 93.0, 112.0], HOURS)
    score = scoring.score(task, newest)
    rows = scoring.rows_of(score, "load")
    assert rows["step"].tolist() == [1, 2, 3]
    assert rows["y"].tolist() == [104.0, 93.0, 112.0]
    assert rows["hi-80"].tolist() == [110.0] * 3
    assert (score.steps_known, score.is_complete, score.series) == (3, False, 1)
    assert score.cutoff == "2026-01-20T23:00:00"


def test_error_bias_and_coverage_by_hand(owner, dataset):
    task = said(owner, dataset, [100.0, 100.0, 100.0, 100.0])
    scoring.score(task, append(dataset, [104.0, 93.0, 112.0, 125.0], HOURS))
    found = accuracy.of_task(task)
    # Errors 4, -7, 12, 25: inside 80% (±10) two of four, inside 95% (±20) three.
    assert found.whole.mae == pytest.approx(48 / 4)
    assert found.whole.bias == pytest.approx(34 / 4)
    assert [held.inside for held in found.whole.coverage.values()] == [2, 3]
    assert found.whole.coverage[80].share == 0.5
    assert found.tracking.signal == pytest.approx(34 / 12)
    assert not found.tracking.is_beyond
    assert [step.mae for step in found.steps] == [4.0, 7.0, 12.0, 25.0]
    assert [step.bias for step in found.steps] == [4.0, -7.0, 12.0, 25.0]
    assert found.runs[0].is_complete


def test_the_scaled_error_divides_by_the_naive_one_before_the_forecast(owner, dataset):
    task = said(owner, dataset, [100.0])
    scoring.score(task, append(dataset, [107.0, 1e6], HOURS))
    past = usual_values(HOURS).round(3)
    naive = np.abs(past[24:] - past[:-24]).mean()
    assert accuracy.of_task(task).whole.mase == pytest.approx(7 / naive, rel=1e-6)


def test_more_values_complete_what_was_begun_and_the_old_file_goes(
    owner, dataset, own_files, django_capture_on_commit_callbacks
):
    task = said(owner, dataset, [100.0] * 4)
    first = scoring.score(task, append(dataset, [101.0], HOURS))
    with django_capture_on_commit_callbacks(execute=True):
        scoring.score_all(append(dataset, [102.0, 103.0, 104.0], HOURS + 1))
    second = ForecastScore.objects.get(task=task)
    assert (first.pk, second.steps_known, second.is_complete) == (second.pk, 4, True)
    assert len(list((own_files / "storage").rglob("actuals/*.parquet"))) == 1
    # A page that began before is shown what came meanwhile.
    assert len(scoring.rows_of(first)) == 4
    assert scoring.score_all(append(dataset, [105.0], HOURS + 4)) == 0


def test_a_value_that_never_comes_is_left_out(owner, dataset):
    task = said(owner, dataset, [100.0] * 3)
    append(dataset, [101.0], HOURS)
    score = scoring.score(task, append(dataset, [103.0], HOURS + 2))
    assert [step["step"] for step in score.steps] == [1, 3]
    assert score.is_complete


def test_a_value_counts_once_for_the_bias_by_the_newest_forecast_of_it(owner, dataset):
    first = said(owner, dataset, [100.0] * 4)
    newer = said(owner, dataset, [110.0] * 4, hours=HOURS + 2)
    newest = append(dataset, [104.0, 106.0, 112.0, 114.0], HOURS)
    scores = [scoring.score(task, newest) for task in (first, newer)]
    found = accuracy.Accuracy(first, scores)
    assert [one.error for one in found.told] == [4.0, 6.0, 2.0, 4.0]
    assert found.whole.values == 6
    assert found.newest.values == 4


def test_the_real_answer_of_a_forecast_is_scored(owner, dataset):
    task = answered(owner, dataset)
    newest = append(dataset, usual_values(HOURS + 24)[HOURS:], HOURS)
    assert scoring.score_all(newest) == 1
    found = accuracy.of_task(task)
    assert found.whole.values == 24
    assert found.whole.mae < 6
    assert found.levels == [80, 95]


def test_a_long_answer_is_scored_from_its_file(owner, dataset, monkeypatch):
    monkeypatch.setattr("forecasting.results.MOST_POINTS", 10)
    task = answered(owner, dataset)
    assert task.results.ranked().first().result_path
    scoring.score_all(append(dataset, usual_values(HOURS + 24)[HOURS:], HOURS))
    assert accuracy.of_task(task).whole.values == 24


def test_the_task_of_the_queue_scores_by_the_newest_version_alone(owner, dataset):
    task = said(owner, dataset, [100.0] * 2)
    older = append(dataset, [101.0], HOURS)
    newer = append(dataset, [102.0], HOURS + 1)
    tasks.score_forecasts(str(older.pk))
    assert not ForecastScore.objects.exists()
    tasks.score_forecasts(str(newer.pk))
    assert ForecastScore.objects.get(task=task).steps_known == 2
    Version.objects.filter(pk=newer.pk).delete()
    tasks.score_forecasts(str(newer.pk))


def test_a_column_that_is_gone_leaves_the_score_as_it_was(owner, dataset):
    task = said(owner, dataset, [100.0] * 2)
    scoring.score_all(append(dataset, [101.0], HOURS))
    newest = append(dataset, [102.0], HOURS + 1)
    newest.columns.filter(name="load").delete()
    assert scoring.score_all(Version.objects.get(pk=newest.pk)) == 0
    assert ForecastScore.objects.get(task=task).steps_known == 1


def test_strangers_see_no_scores(owner, stranger, dataset):
    task = said(owner, dataset, [100.0])
    scoring.score(task, append(dataset, [101.0], HOURS))
    assert ForecastScore.objects.visible_to(owner).count() == 1
    assert ForecastScore.objects.visible_to(stranger).count() == 0
