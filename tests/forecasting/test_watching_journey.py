"""From rows that come to a champion that is replaced, and back: nobody presses until the end."""

from datetime import UTC, datetime, timedelta

import pytest
from celery import current_app
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Notification
from forecasting.fresh import tasks as fresh_tasks
from forecasting.models import (
    ForecastScore,
    ModelLine,
    ModelPromotion,
    ModelWatch,
    PredictionTask,
)
from forecasting.watching import accuracy, tasks
from jobs.models import Job
from tests.forecasting.appended import HOURS, append, usual_dataset
from tests.forecasting.made import answered
from tests.forecasting.test_watching import champion_is, changed_values

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is put forward."""

    class Clock:
        now = MONDAY

        def forward(self, **by):
            self.now += timedelta(**by)

    standing = Clock()
    monkeypatch.setattr(timezone, "now", lambda: standing.now)
    return standing


@pytest.fixture
def queue(monkeypatch):
    """What is sent without a job runs at once, as a worker would run it."""
    monkeypatch.setattr(
        "forecasting.watching.wiring.send", lambda task, key: tasks.score_forecasts(key)
    )
    monkeypatch.setattr(
        "forecasting.fresh.following.send", lambda key: fresh_tasks.bring_up_to_date(str(key))
    )


@pytest.fixture
def work(queue, django_capture_on_commit_callbacks):
    """Do something, then all jobs that it leads to, until none waits."""

    def done(begin):
        with django_capture_on_commit_callbacks(execute=True):
            found = begin()
        for _ in range(20):
            job = Job.objects.filter(state=Job.State.QUEUED).order_by("created_at").first()
            if job is None:
                break
            with django_capture_on_commit_callbacks(execute=True):
                current_app.tasks[job.task](str(job.pk))
            job.refresh_from_db()
            assert job.state == Job.State.SUCCEEDED, (job.kind, job.error)
        return found

    return done


def test_rows_come_drift_is_told_a_challenger_wins_by_rule_and_is_taken_back(
    owner, owner_client, clock, work
):
    task = answered(owner, usual_dataset(owner))
    first = champion_is(task, "linear")
    line = ModelLine.objects.get(dataset=task.dataset)
    values = changed_values(HOURS + 270, HOURS + 30)
    settings = {"promotes": "rule", "gain": "5", "most_p": "0.05", "patience": "2000"}
    owner_client.post(
        reverse("forecasting:line_rule", args=[line.pk]),
        settings | {"is_on": "on", "trains_on_drift": "on"},
    )

    # A quiet day: the forecast is scored, the champion is steady.
    clock.forward(days=1)
    work(lambda: append(task.dataset, values[HOURS : HOURS + 30], HOURS))
    watch = ModelWatch.objects.get(line=line)
    assert watch.state == ModelWatch.State.STEADY
    assert accuracy.of_task(task).known_of_this == 24
    assert not Notification.objects.of(owner).of_kind("drift").exists()

    # The world changes: drift, a notice, a challenger, a promotion by rule.
    clock.forward(days=10)
    work(lambda: append(task.dataset, values[HOURS + 30 :], HOURS + 30))
    notice = Notification.objects.of(owner).of_kind("drift").get()
    assert notice.title == "load-24h drifts"
    assert "A challenger is being trained on the newest rows." in notice.body
    assert notice.created_at == MONDAY + timedelta(days=11)
    line.refresh_from_db()
    assert line.champion.number > first.number
    move = line.promotions.filter(alias="champion").order_by("-created_at").first()
    assert (move.reason, move.replaced) == (ModelPromotion.Reason.RULE, first)
    assert move.evidence["gain"] >= 0.05
    assert move.evidence["p"] < 0.05
    assert Notification.objects.of(owner).of_kind("promoted").count() == 1

    # The forecast is answered by the new champion, and its earlier runs are scored.
    newest = PredictionTask.objects.runs_of(task).first()
    assert newest.results.get(type="linear").model == line.champion.model
    assert ForecastScore.objects.filter(task__origin=task).exists()

    # One press takes it back, and the trail says who and what moved.
    clock.forward(hours=1)
    work(lambda: owner_client.post(reverse("forecasting:line_roll_back", args=[line.pk])))
    line.refresh_from_db()
    assert line.champion == first
    trail = AuditEvent.objects.filter(action="model.promoted", target_id=str(line.pk))
    reasons = [event.details["reason"] for event in trail.order_by("at")]
    assert reasons[-2:] == ["rule", "rollback"]
    assert trail.order_by("-at").first().actor == owner
