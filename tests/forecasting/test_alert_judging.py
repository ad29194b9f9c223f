"""Rules are judged by answers, rows that stay away and events; the past says how often."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest
from django.utils import timezone

from accounts.models import Delivery, Notification
from forecasting import alerts, tasks
from forecasting.alerts import judging, preview, readings
from forecasting.models import AlertFiring, AlertRule, PredictionResult
from tests.datasets.made import read_dataset
from tests.factories import make_share
from tests.forecasting.alerting import give_answer, quiet_forecast, rule_on, told
from tests.forecasting.made import answered, hourly_dataset, hourly_text, start_forecast

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(owner):
    return quiet_forecast(owner)


# --- judged by what happens


@pytest.fixture
def run_queue(monkeypatch):
    """Tasks that alerts send run at once, as a worker would run them."""
    names = {"forecasting.judge_answer": judging.answered,
             "forecasting.judge_rows": judging.look_for_silence}  # fmt: skip
    monkeypatch.setattr(
        "forecasting.alerts.wiring.current_app",
        SimpleNamespace(send_task=lambda name, args, queue: names[name](*args)),
    )


def test_a_rule_fires_when_the_forecast_is_answered(
    owner, run_queue, django_capture_on_commit_callbacks
):
    waiting = start_forecast(owner)
    rule = rule_on(waiting, limit=50.0)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.instant_forecast(str(waiting.instant_job_id))
    rule.refresh_from_db()
    assert rule.is_firing
    [(title, body)] = told(owner)
    assert title.startswith("load passes 50 on ")
    assert body.startswith("The 80% interval tops ")
    notification = Notification.objects.of(owner).of_kind("alert").get()
    assert notification.link == waiting.get_absolute_url()
    assert notification.data["rule"] == str(rule.pk)


def test_it_stays_quiet_below_the_limit_and_for_other_forecasts(task, owner):
    rule_on(task, limit=1e6)
    rule_on(start_forecast(owner, task.dataset), limit=0.0)
    assert judging.answered(task.pk) == 0
    assert told(owner) == []


def test_the_answer_that_came_back_ends_it(task, owner):
    rule_on(task)
    give_answer(task, mean=[960.0])
    assert judging.answered(task.pk) == 1
    assert judging.answered(task.pk) == 0
    give_answer(task, mean=[900.0])
    assert judging.answered(task.pk) == 1
    titles = {title for title, _body in told(owner)}
    assert "Over: 80% interval of load passes 950 within 24 hours" in titles


def test_who_lost_access_hears_nothing(task, stranger):
    rule = rule_on(task)
    rule.owner = stranger
    rule.save()
    give_answer(task, mean=[960.0])
    assert judging.answered(task.pk) == 0
    make_share(task, stranger)
    assert judging.answered(task.pk) == 1


def test_everyone_who_may_see_it_hears_of_it_on_their_own_ways(task, owner, collaborator, stranger):
    make_share(task, collaborator)
    rule_on(task, audience="viewers", channels=["in_app"])
    give_answer(task, mean=[960.0])
    judging.answered(task.pk)
    assert [len(told(person)) for person in (owner, collaborator, stranger)] == [1, 1, 0]
    mailed = Delivery.objects.filter(channel="email").values_list(
        "notification__person__username", flat=True
    )
    assert list(mailed) == ["colin"]


def test_far_beyond_is_urgent(task, owner):
    rule_on(task, urgent_limit=980.0)
    give_answer(task, mean=[960.0])
    judging.answered(task.pk)
    give_answer(task, mean=[900.0])
    judging.answered(task.pk)
    Notification.objects.all().delete()
    give_answer(task, mean=[990.0])
    judging.answered(task.pk)
    assert Notification.objects.of(owner).get().urgent


def test_other_parts_report_anomalies_and_drift(task, owner):
    common = {"owner": owner, "dataset": task.dataset, "clear_after": 1}
    AlertRule.objects.create(kind="anomaly", series="load", **common)
    AlertRule.objects.create(kind="drift", task=task, limit=0.85, **common)
    here = {"dataset_id": task.dataset_id, "task_id": task.pk}
    assert alerts.judge(alerts.Event("anomaly", series="other", **here)) == 0
    seen = alerts.Event("anomaly", series="load", message="3 points since noon", **here)
    assert alerts.judge(seen) == 1
    assert alerts.judge(alerts.Event("drift", value=0.8, **here)) == 0
    assert alerts.judge(alerts.Event("drift", value=0.9, **here)) == 1
    assert alerts.judge(alerts.Event("drift", value=0.8, mark="later", **here)) == 1
    assert ("load left its usual range", "3 points since noon") in told(owner)


# --- missing data


def silence(dataset, steps=3):
    return AlertRule.objects.create(
        owner=dataset.owner, dataset=dataset, kind="missing", within=steps, clear_after=1
    )


def test_silence_is_counted_in_steps_from_the_last_row(owner):
    # 480 hours from 2026-01-01: the last row is of 2026-01-20 23:00.
    dataset = hourly_dataset(owner)
    rule, version = silence(dataset), dataset.current_version
    last = datetime(2026, 1, 20, 23, tzinfo=UTC)
    quiet = readings.of_silence(rule, version, last + timedelta(hours=3))
    late = readings.of_silence(rule, version, last + timedelta(hours=3, minutes=1))
    assert (quiet.is_over, late.is_over, late.value) == (False, True, 3.0)


def test_missing_data_is_noticed_and_new_rows_end_it(owner):
    dataset = hourly_dataset(owner)
    silence(dataset)
    assert judging.look_for_silence() == 1
    assert judging.look_for_silence() == 0
    [(title, body)] = told(owner)
    assert title.endswith("gets no new rows")
    assert "20 Jan" in body
    version = dataset.current_version
    version.profile["end"] = timezone.now().replace(tzinfo=None).isoformat()
    version.save(update_fields=["profile"])
    assert judging.look_for_silence(dataset.pk) == 1
    assert AlertFiring.objects.get().resolved_at


# --- what would have happened


def test_the_preview_counts_past_windows_and_what_really_came(task, monkeypatch):
    # Three windows of two hours: upper bounds 105, 115, 125; actual values 90, 120, 112.
    rows = pd.DataFrame(
        {
            "window": [0, 0, 1, 1, 2, 2],
            "cutoff": pd.to_datetime(["2026-01-02"] * 2 + ["2026-02-19"] * 2 + ["2026-02-20"] * 2),
            "unique_id": "load",
            "step": [1, 2] * 3,
            "ds": pd.date_range("2026-01-02", periods=6, freq="h"),
            "y": [90.0, 90.0, 120.0, 120.0, 112.0, 100.0],
            "mean": [100.0, 95.0, 110.0, 105.0, 120.0, 115.0],
            "lo-80": [95.0, 90.0, 105.0, 100.0, 115.0, 110.0],
            "hi-80": [105.0, 100.0, 115.0, 110.0, 125.0, 120.0],
        }
    )
    monkeypatch.setattr(preview.backtests, "read", lambda result, label="": rows)
    found = preview.preview(rule_on(task, limit=112.0))
    assert [bar.hit for bar in found.bars] == [False, True, True]
    # 120 passes 112, 112 itself does not.
    assert (found.hits, found.came, found.missed, found.lately) == (2, 1, 0, 2)
    found = preview.preview(rule_on(task, limit=118.0))
    assert (found.hits, found.came, found.missed, found.lately) == (1, 0, 1, 1)


def test_the_preview_of_a_real_forecast_has_a_bar_for_each_window(owner):
    task = answered(owner)
    found = preview.preview(rule_on(task, limit=0.0))
    leader = PredictionResult.objects.filter(task=task, rank=1).get()
    assert len(found.bars) == len(leader.metrics["windows"]) > 0
    assert found.hits == len(found.bars)


def test_the_preview_of_silence_counts_gaps_of_the_data(owner):
    # Hours 200 to 205 are missing, 300 alone as well.
    dataset = read_dataset(owner, hourly_text(skip={200, 201, 202, 203, 204, 205, 300}))
    found = preview.preview(silence(dataset, steps=3))
    assert found.hits == found.lately == 1
    assert [bar.time for bar in found.bars if bar.hit] == ["2026-01-09"]
    assert preview.preview(silence(dataset, steps=1)).hits == 2
