"""A forecast that is made again by itself: when, once for each time, and what people see."""

import json
import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import AuditEvent, Notification
from forecasting.fresh import beat, firing, move_jobs, scheduling, tasks, words
from forecasting.fresh.times import next_time
from forecasting.models import AlertRule, PredictionTask, Schedule
from forecasting.tasks import instant_forecast
from tests.datasets.made import read_dataset
from tests.factories import make_user
from tests.forecasting.appended import append
from tests.forecasting.made import again, answered, hourly_text, share

Every, Does = Schedule.Every, Schedule.Does
HOURS = 240
BERLIN = "Europe/Berlin"


@pytest.fixture
def owner():
    return make_user()


@pytest.fixture
def task(owner):
    return answered(owner, read_dataset(owner, hourly_text(HOURS)))


def planned(task, **fields):
    """A schedule of a forecast, by its owner."""
    zone = fields.pop("zone", BERLIN)
    return scheduling.make(Schedule(forecast=task, zone=zone, **fields), by=task.owner)


def grown(task):
    return append(task.dataset, [150.0 + hour % 24 for hour in range(24)], HOURS)


def in_berlin(person):
    person.timezone = BERLIN
    person.save()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "after", "found"),
    [
        # 18:00 in Berlin is 17:00 UTC in winter, 16:00 in summer.
        ({"every": Every.DAY}, "2026-11-20T16:59", "2026-11-20T17:00"),
        ({"every": Every.DAY}, "2026-11-20T17:00", "2026-11-21T17:00"),
        ({"every": Every.DAY}, "2026-07-01T12:00", "2026-07-01T16:00"),
        # A Friday: the next working day is Monday, the next Sunday two days off.
        ({"every": Every.WEEKDAYS}, "2026-11-20T17:30", "2026-11-23T17:00"),
        ({"every": Every.WEEK, "weekday": 6}, "2026-11-20T17:30", "2026-11-22T17:00"),
        ({"every": Every.MONTH, "day": 5}, "2026-11-20T12:00", "2026-12-05T17:00"),
        ({"every": Every.MONTH, "day": 0}, "2027-02-01T12:00", "2027-02-28T17:00"),
        ({"every": Every.HOUR, "at": time(0, 15)}, "2026-11-20T12:15", "2026-11-20T13:15"),
        # The clocks skip 02:30 on 29 March, and show it twice on 25 October.
        ({"every": Every.DAY, "at": time(2, 30)}, "2026-03-28T12:00", "2026-03-29T01:30"),
        ({"every": Every.DAY, "at": time(2, 30)}, "2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_the_next_time_is_that_of_the_clock_on_the_wall(fields, after, found):
    schedule = Schedule(zone=BERLIN, **{"at": time(18, 0), **fields})
    assert next_time(schedule, at(after)) == at(found)


@given(
    after=st.integers(1_577_836_800, 2_051_222_400),
    every=st.sampled_from([one for one in Every if one != Every.DRIFT]),
    clock=st.times(),
    weekday=st.integers(0, 6),
    day=st.integers(0, 28),
    zone=st.sampled_from(["UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Asia/Shanghai"]),
)
def test_the_next_time_lies_ahead_on_a_day_that_was_asked_for(
    after, every, clock, weekday, day, zone
):
    schedule = Schedule(
        every=every, at=clock.replace(second=0, microsecond=0), weekday=weekday, day=day, zone=zone
    )
    moment = datetime.fromtimestamp(after, UTC)
    found = next_time(schedule, moment)
    assert moment < found <= moment + timedelta(days=33)
    here = found.astimezone(ZoneInfo(zone))
    assert here.minute == schedule.at.minute or every == Every.HOUR
    if every == Every.WEEK:
        assert here.weekday() == weekday
    if every == Every.MONTH and day:
        assert here.day == day


@pytest.mark.django_db
def test_a_schedule_has_an_entry_of_the_scheduler(task):
    row = planned(task, every=Every.WEEK, weekday=6, at=time(3, 0))
    entry = row.beat
    assert (entry.task, entry.queue, entry.enabled) == ("forecasting.run_schedule", "fast", True)
    assert json.loads(entry.args) == [str(row.pk)]
    crontab = entry.crontab
    assert (crontab.minute, crontab.hour, crontab.day_of_week) == ("0", "3", "0")
    assert str(crontab.timezone) == BERLIN
    scheduling.switch(row, on=False, by=task.owner)
    assert not PeriodicTask.objects.get(pk=entry.pk).enabled
    assert row.next_at is None
    scheduling.remove(row, by=task.owner)
    assert not PeriodicTask.objects.filter(pk=entry.pk).exists()


@pytest.mark.django_db
def test_its_entry_goes_with_the_forecast(task):
    row = planned(task)
    task.delete()
    assert not PeriodicTask.objects.filter(pk=row.beat_id).exists()


@pytest.mark.django_db
def test_what_waits_for_drift_has_no_entry(task):
    row = planned(task, every=Every.DRIFT)
    assert (row.beat, row.next_at) == (None, None)
    grown(task)
    run = firing.drifted(task)
    assert (run.run, run.moved_by, run.refits) == (2, "drift", True)


@pytest.mark.django_db
def test_each_time_runs_once_however_often_it_is_told_to(task):
    row = planned(task, does=Does.UPDATE)
    grown(task)
    now = row.next_at
    assert firing.due(row.pk, now)
    assert not firing.due(row.pk, now)
    row.refresh_from_db()
    assert row.next_at == next_time(row, now)
    run = row.last_run
    assert (run.moved_by, run.refits, row.last_outcome) == ("schedule", False, "started")


@pytest.mark.django_db
def test_it_does_not_run_before_its_time(task):
    row = planned(task)
    grown(task)
    assert not firing.due(row.pk, row.next_at - timedelta(minutes=2))
    assert not PredictionTask.objects.filter(run=2).exists()


@pytest.mark.django_db
def test_missed_times_are_caught_up_once(task):
    row = planned(task, every=Every.HOUR)
    grown(task)
    now = timezone.now() + timedelta(hours=30)
    assert firing.catch_up(now) == 1
    assert firing.catch_up(now) == 0
    row.refresh_from_db()
    assert now < row.next_at <= now + timedelta(hours=1)
    assert PredictionTask.objects.filter(origin=task).count() == 1


@pytest.mark.django_db
def test_what_is_paused_owes_nothing(task):
    row = planned(task, every=Every.HOUR)
    scheduling.switch(row, on=False, by=task.owner)
    assert firing.catch_up(timezone.now() + timedelta(days=2)) == 0
    scheduling.switch(row, on=True, by=task.owner)
    assert row.next_at > timezone.now()


@pytest.mark.django_db
def test_without_new_data_nothing_is_trained_and_that_is_said(task):
    row = planned(task)
    assert firing.fire(row) is None
    row.refresh_from_db()
    assert (row.last_outcome, row.last_words) == ("nothing_new", "Nothing new since run 1.")


@pytest.mark.django_db
def test_what_stands_in_the_way_is_said(task):
    row = planned(task)
    grown(task)
    firing.fire(row)
    grown_again = append(task.dataset, [150.0] * 24, HOURS + 24)
    assert grown_again
    assert firing.fire(row) is None
    row.refresh_from_db()
    assert row.last_outcome == "failed"
    assert "Run 2 of this forecast is being made" in row.last_words
    heard = Notification.objects.get(person=task.owner)
    assert heard.title == f"The schedule of {task.name} could not run"
    assert (heard.body, heard.link) == (row.last_words, row.get_absolute_url())


@pytest.mark.django_db
def test_append_moves_the_forecast_and_the_schedule_trains_it_anew(task):
    """The whole way: rows come, the forecast moves by itself, the schedule refits it."""
    row = planned(task, at=time(18, 0))
    version = grown(task)
    tasks.bring_up_to_date(str(version.pk))
    moved = PredictionTask.objects.get(run=2)
    move_jobs.move_forecast(str(moved.instant_job_id))
    assert (again(moved).status, moved.moved_by) == ("completed", "append")
    assert firing.due(row.pk, row.next_at)
    refitted = PredictionTask.objects.get(run=3)
    instant_forecast(str(refitted.instant_job_id))
    refitted = again(refitted)
    assert (refitted.status, refitted.moved_by, refitted.refits) == ("completed", "schedule", True)
    assert refitted.receipt["rows"] == HOURS + 24
    ours, theirs = refitted.results.values_list("model"), moved.results.values_list("model")
    assert set(ours).isdisjoint(theirs)
    assert list(PredictionTask.objects.for_list(task.owner)) == [refitted]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"every": Every.DAY}, "every day 18:00"),
        ({"every": Every.WEEK, "weekday": 6, "at": time(3, 0)}, "Sundays 03:00"),
        ({"every": Every.WEEKDAYS}, "Monday to Friday 18:00"),
        ({"every": Every.HOUR, "at": time(0, 5)}, "every hour at :05"),
        ({"every": Every.MONTH, "day": 1}, "day 1 of the month 18:00"),
        ({"every": Every.MONTH, "day": 0}, "last day of the month 18:00"),
        ({"every": Every.DRIFT}, "on drift"),
    ],
)
def test_a_schedule_is_said_in_plain_words(fields, said):
    with timezone.override(BERLIN):
        assert words.when(Schedule(zone=BERLIN, **fields)) == said


def test_another_zone_is_said():
    with timezone.override("Asia/Shanghai"):
        assert words.when(Schedule(zone=BERLIN)) == "every day 18:00 (Europe/Berlin)"


@pytest.mark.parametrize(
    ("next_at", "said"),
    [
        ("2026-11-20T17:00", "today 18:00"),
        ("2026-11-21T02:00", "tomorrow 03:00"),
        ("2026-11-23T06:00", "Mon 23 Nov 07:00"),
    ],
)
def test_the_next_run_is_said_on_the_readers_clock(next_at, said):
    with timezone.override(BERLIN):
        row = Schedule(zone=BERLIN, next_at=at(next_at))
        assert words.upcoming(row, now=at("2026-11-20T12:00")) == said


@pytest.mark.django_db
def test_a_person_makes_changes_pauses_runs_and_deletes_a_schedule(task, client):
    in_berlin(task.owner)
    client.force_login(task.owner)
    new = reverse("forecasting:new_schedule")
    assert task.name in client.get(f"{new}?forecast={task.pk}").content.decode()
    asked = {"forecast": task.pk, "does": "update", "every": "week", "weekday": "6", "at": "03:00"}
    assert client.post(new, asked).status_code == 302
    row = Schedule.objects.get()
    assert (row.zone, row.owner, row.forecast) == (BERLIN, task.owner, task)
    page = client.get(reverse("forecasting:schedules")).content.decode()
    assert "Sundays 03:00" in page
    client.post(row.get_absolute_url(), {"every": "day", "at": "07:30"})
    row.refresh_from_db()
    assert (row.every, row.at, row.does) == ("day", time(7, 30), "update")
    client.post(reverse("forecasting:switch_schedule", args=[row.pk]), {"on": "0"})
    row.refresh_from_db()
    assert not row.is_on
    run = reverse("forecasting:run_schedule", args=[row.pk])
    assert client.post(run).status_code == 409
    grown(task)
    assert client.post(run).url == PredictionTask.objects.get(run=2).get_absolute_url()
    client.post(reverse("forecasting:delete_schedule", args=[row.pk]))
    assert not Schedule.objects.exists()
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"schedule.added", "schedule.changed", "schedule.run", "schedule.deleted"} <= actions


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"at": "25:99"}, "Write the time as hours and minutes"),
        ({"zone": "Mars/Olympus"}, "time zone"),
        ({"every": "sometimes"}, "sometimes"),
        ({"day": "31"}, "28"),
        ({"forecast": ""}, "required"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(task, client, asked, said):
    client.force_login(task.owner)
    answer = client.post(reverse("forecasting:new_schedule"), {"forecast": task.pk, **asked})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Schedule.objects.exists()


@pytest.mark.django_db
def test_who_may_see_a_forecast_sees_its_schedules_and_who_may_change_it_changes_them(task, client):
    row, reader, editor, stranger = planned(task), make_user(), make_user(), make_user()
    share(task, reader)
    share(task, editor, "editor")
    for person, page, change in ((reader, 200, 403), (editor, 200, 302), (stranger, 404, 404)):
        client.force_login(person)
        assert client.get(row.get_absolute_url()).status_code == page
        switch = reverse("forecasting:switch_schedule", args=[row.pk])
        assert client.post(switch, {"on": "1"}).status_code == change
        listed = client.get(reverse("forecasting:schedules")).content.decode()
        assert (task.name in listed) == (page == 200)


@pytest.mark.django_db
def test_the_api_keeps_schedules(task, client):
    in_berlin(task.owner)
    client.force_login(task.owner)
    address = "/api/v1/schedules/"
    asked = {"forecast": str(task.pk), "every": "day", "at": "18:00"}
    made = client.post(address, asked, content_type="application/json")
    assert made.status_code == 201
    body = made.json()
    assert (body["zone"], body["does"], body["is_on"]) == (BERLIN, "refit", True)
    assert body["next_at"]
    one = f"{address}{body['id']}/"
    changed = client.patch(one, {"is_on": False}, content_type="application/json").json()
    assert (changed["is_on"], changed["next_at"]) == (False, None)
    refused = client.patch(one, {"zone": "Mars"}, content_type="application/json")
    assert refused.status_code == 400
    assert client.post(f"{one}run/").status_code == 409
    grown(task)
    assert client.post(f"{one}run/").json()["run"] == 2
    assert client.get(f"{address}?search=nothing").json()["results"] == []
    assert client.delete(one).status_code == 204


@pytest.mark.django_db
def test_the_page_of_alerts_shows_the_next_schedules(task, client):
    planned(task)
    in_berlin(task.owner)
    client.force_login(task.owner)
    assert reverse("forecasting:schedule_card") in client.get("/alerts/").content.decode()
    AlertRule.objects.create(owner=task.owner, dataset=task.dataset, task=task, limit=1.0)
    lead = client.get("/alerts/").content.decode()
    assert re.search(r"The next scheduled run is (today|tomorrow) 18:00\.", lead)
    card = client.get(reverse("forecasting:schedule_card")).content.decode()
    assert "every day 18:00" in card
    assert "times are Europe/Berlin" in card


@pytest.mark.django_db
def test_a_deactivated_owner_runs_nothing(task):
    row = planned(task)
    grown(task)
    task.owner.is_active = False
    task.owner.save()
    assert firing.fire(row) is None
    assert not PredictionTask.objects.filter(run=2).exists()


def test_the_scheduler_is_told_the_task_that_exists():
    assert tasks.run_schedule.name == beat.RUN_SCHEDULE
