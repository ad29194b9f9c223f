"""Schedules on the clock of a wall: hours that change, a server that stood still, two workers."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from forecasting.fresh import firing, scheduling, words
from forecasting.models import PredictionTask, Schedule
from tests.datasets.made import read_dataset
from tests.factories import make_user
from tests.forecasting.appended import append
from tests.forecasting.made import answered, hourly_text

HOURS = 240
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def planned(zone=BERLIN, at=time(7, 0), **fields):
    owner = make_user()
    task = answered(owner, read_dataset(owner, hourly_text(HOURS)))
    return scheduling.make(Schedule(forecast=task, zone=zone, at=at, **fields), by=owner)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fired_between(row, first, last, every=timedelta(minutes=30)):
    """When it ran, though it is told to far too often."""
    Schedule.objects.filter(pk=row.pk).update(next_at=firing.next_time(row, first))
    found, now = [], first
    while now <= last:
        if firing.due(row.pk, now):
            found.append(now)
        now += every
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "first", "expected"),
    [
        # Summer time begins in Berlin on the 29th: 07:00 is 06:00 UTC before and 05:00 after.
        (BERLIN, "2026-03-27T12:00", ["2026-03-28T06:00", "2026-03-29T05:00", "2026-03-30T05:00"]),
        # It ends on 25 October.
        (BERLIN, "2026-10-23T12:00", ["2026-10-24T05:00", "2026-10-25T06:00", "2026-10-26T06:00"]),
        # New York changes on other days: 8 March and 1 November.
        (
            NEW_YORK,
            "2026-03-06T13:00",
            ["2026-03-07T12:00", "2026-03-08T11:00", "2026-03-09T11:00"],
        ),
        (
            NEW_YORK,
            "2026-10-30T13:00",
            ["2026-10-31T11:00", "2026-11-01T12:00", "2026-11-02T12:00"],
        ),
    ],
)
def test_seven_in_the_morning_is_once_a_day_also_when_the_clocks_change(zone, first, expected):
    row = planned(zone=zone)
    begin = moment(first)
    found = fired_between(row, begin, begin + timedelta(days=3))
    assert found == [moment(one) for one in expected]


@pytest.mark.django_db
def test_an_hour_that_the_night_skips_or_repeats_runs_once():
    row = planned(at=time(2, 30))
    spring = fired_between(row, moment("2026-03-28T12:00"), moment("2026-03-29T12:00"))
    assert spring == [moment("2026-03-29T01:30")]
    autumn = fired_between(row, moment("2026-10-24T12:00"), moment("2026-10-25T12:00"))
    assert autumn == [moment("2026-10-25T00:30")]


@pytest.mark.django_db
def test_what_was_due_while_the_server_stood_still_runs_once_and_says_how_late(client):
    row = planned()
    append(row.forecast.dataset, [150.0] * 24, HOURS)
    start = row.next_at + timedelta(hours=2)
    assert firing.catch_up(start) == 1
    assert firing.catch_up(start + timedelta(minutes=1)) == 0
    row.refresh_from_db()
    assert PredictionTask.objects.filter(origin=row.forecast).count() == 1
    assert (row.last_late, words.late(row)) == (7200, "late by 2 h")
    client.force_login(row.owner)
    assert "late by 2 h" in client.get(reverse("forecasting:schedules")).content.decode()
    page = client.get(row.get_absolute_url()).content.decode()
    assert "Ran late by 2 h: the scheduler stood still at its time." in page
    assert client.get(f"/api/v1/schedules/{row.pk}/").json()["last_late"] == 7200


@pytest.mark.django_db
def test_what_ran_in_time_is_not_called_late(client):
    row = planned()
    assert firing.due(row.pk, row.next_at + timedelta(seconds=40))
    row.refresh_from_db()
    assert (row.last_late, words.late(row)) == (0, "")
    client.force_login(row.owner)
    assert "late by" not in client.get(reverse("forecasting:schedules")).content.decode()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (200, ""),
        (900, "late by 15 min"),
        (3600, "late by 1 h"),
        (7500, "late by 2 h 5 min"),
        (180_000, "late by 2 d 2 h"),
    ],
)
def test_lateness_is_said_as_people_say_it(seconds, said):
    assert words.late(Schedule(last_late=seconds)) == said


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_are_told_at_once_run_it_once():
    row = planned()
    append(row.forecast.dataset, [150.0] * 24, HOURS)
    now, gate, answers = row.next_at, threading.Barrier(4), []

    def worker():
        gate.wait(10)
        try:
            answers.append(firing.due(row.pk, now))
        finally:
            connection.close()

    workers = [threading.Thread(target=worker) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    assert sorted(answers) == [False, False, False, True]
    assert PredictionTask.objects.filter(origin=row.forecast).count() == 1
    row.refresh_from_db()
    assert row.next_at > now
    assert row.last_at <= timezone.now()
