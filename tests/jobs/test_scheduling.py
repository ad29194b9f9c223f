"""What is due stands in the database: the settings bring it there and take it away."""

import pytest
from django.db import OperationalError
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.celery import app
from jobs.scheduling import FROM_SETTINGS, WatchingScheduler

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheduler(monkeypatch):
    # The process closes its connection now and then; a test lives in one transaction.
    monkeypatch.setattr("django_celery_beat.schedulers.close_old_connections", lambda: None)
    return WatchingScheduler(app=app, lazy=True)


def test_what_the_settings_name_is_due_at_its_pace(scheduler, settings):
    scheduler.setup_schedule()
    rows = PeriodicTask.objects.filter(description=FROM_SETTINGS).select_related("interval")
    found = {row.name: float(row.interval.schedule.run_every.total_seconds()) for row in rows}
    told = settings.CELERY_BEAT_SCHEDULE
    assert found == {name: entry["schedule"] for name, entry in told.items()}
    app.loader.import_default_modules()
    assert {row.task for row in rows} <= set(app.tasks)


def test_a_second_start_doubles_nothing(scheduler):
    scheduler.setup_schedule()
    count = PeriodicTask.objects.count()
    WatchingScheduler(app=app, lazy=True).setup_schedule()
    assert PeriodicTask.objects.count() == count


def test_what_the_settings_name_no_more_goes_and_what_people_made_stays(scheduler):
    interval = IntervalSchedule.objects.create(every=60, period="seconds")
    for name, words in (("old.entry", FROM_SETTINGS), ("forecast schedule 1", "")):
        PeriodicTask.objects.create(
            name=name, task="jobs.forget", interval=interval, description=words
        )
    scheduler.setup_schedule()
    names = set(PeriodicTask.objects.values_list("name", flat=True))
    assert "old.entry" not in names
    assert "forecast schedule 1" in names


def test_a_database_that_went_away_is_asked_again(scheduler, settings, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("the database is away")

    monkeypatch.setattr("django_celery_beat.schedulers.DatabaseScheduler.tick", away)
    monkeypatch.setattr(scheduler, "watch", lambda: None)
    assert 0 < scheduler.tick() <= settings.JOB_REAP_SECONDS
