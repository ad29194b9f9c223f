"""A rule fires once, ends when it is over, and does not flap."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Delivery, Notification
from accounts.problems import Problem
from forecasting import alerts, tasks
from forecasting.alerts import judging, keeping, preview, readings, states, telling, words
from forecasting.alerts.readings import Reading
from forecasting.models import AlertFiring, AlertRule, PredictionResult, PredictionTask
from tests.datasets.made import read_dataset
from tests.factories import make_share
from tests.forecasting.made import again, answered, hourly_dataset, hourly_text, start_forecast

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def rule_on(task, **fields):
    """A saved rule on a forecast: its 80% interval passes 950 within the horizon."""
    fields = {"kind": "forecast", "limit": 950.0, "clear_after": 1, **fields}
    return AlertRule.objects.create(owner=task.owner, dataset=task.dataset, task=task, **fields)


def give_answer(task, *, mean, spread=10.0, series="load"):
    """Let the leader answer these numbers."""
    leader = task.results.ranked().first()
    times = [f"2026-05-05T{hour:02d}:00:00" for hour in range(len(mean))]
    leader.predictions = {
        "points": len(mean),
        "labels": [series],
        "series": [
            {
                "id": series,
                "times": times,
                "mean": mean,
                "lower": {"80": [v - spread for v in mean], "95": [v - 2 * spread for v in mean]},
                "upper": {"80": [v + spread for v in mean], "95": [v + 2 * spread for v in mean]},
            }
        ],
    }
    leader.save()
    return leader


@pytest.fixture
def task(owner):
    """A forecast of 24 hours that was answered: 80% up to 110, 95% up to 120."""
    waiting = start_forecast(owner)
    PredictionTask.objects.filter(pk=waiting.pk).update(status="completed")
    PredictionResult.objects.create(task=waiting, name="linear", type="linear", rank=1)
    done = again(waiting)
    give_answer(done, mean=[100.0] * 24)
    return done


# --- what a rule measures


@pytest.mark.parametrize(
    ("fields", "value", "first", "peak"),
    [
        ({"measure": "interval", "limit": 945}, 960.0, 2, 2),
        ({"measure": "interval", "limit": 935}, 960.0, 1, 2),
        ({"measure": "interval", "level": 95, "limit": 945}, 970.0, 1, 2),
        ({"measure": "mean", "limit": 945}, 950.0, 2, 2),
        ({"measure": "interval", "direction": "below", "limit": 895}, 890.0, 0, 0),
        ({"measure": "mean", "direction": "below", "limit": 905}, 900.0, 0, 0),
        ({"measure": "width", "limit": 15}, 20.0, 0, 0),
    ],
)
def test_each_measure_reads_its_own_numbers(task, fields, value, first, peak):
    # Means 900, 930, 950; the 80% interval is ±10, the 95% one ±20.
    give_answer(task, mean=[900.0, 930.0, 950.0])
    found = readings.of_forecast(rule_on(task, **fields), task)
    assert found.is_over
    assert found.value == value
    assert found.first_time == f"2026-05-05T{first:02d}:00:00"
    assert found.peak_time == f"2026-05-05T{peak:02d}:00:00"


def test_steps_beyond_the_rules_reach_do_not_count(task):
    give_answer(task, mean=[900.0, 930.0, 990.0])
    assert not readings.of_forecast(rule_on(task, within=2), task).is_over
    assert readings.of_forecast(rule_on(task, within=3), task).is_over


def test_a_level_that_the_answer_lacks_reads_nothing(task):
    give_answer(task, mean=[990.0])
    assert readings.of_forecast(rule_on(task, level=50), task) is None


@given(
    mean=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    limit=st.floats(-1e6, 1e6),
    margin=st.floats(0, 1e3),
    below=st.booleans(),
)
def test_nothing_is_over_and_clear_at_once(mean, limit, margin, below):
    rule = AlertRule(
        measure="mean", limit=limit, margin=margin, direction="below" if below else "above"
    )
    table = pd.DataFrame({"unique_id": "a", "ds": pd.date_range("2026", periods=len(mean)),
                          "mean": mean})  # fmt: skip
    found = readings._beyond(rule, readings.measured(table, rule), "")
    expected = min(mean) < limit if below else max(mean) > limit
    assert found.is_over == expected
    assert not (found.is_over and found.is_clear)


# --- the states


def over(value=960.0, mark=""):
    return Reading(is_over=True, is_clear=False, value=value, mark=mark, series="load")


def between(mark=""):
    return Reading(is_over=False, is_clear=False, value=945.0, mark=mark)


def clear(mark=""):
    return Reading(is_over=False, is_clear=True, value=900.0, mark=mark)


def walk(rule, *seen):
    """What is told at each reading, an hour apart; each is a new one."""
    told = []
    for hour, one in enumerate(seen):
        reading = Reading(**{**vars(one), "mark": one.mark or f"answer {hour}"})
        moved = states.advance(rule, reading, NOON + timedelta(hours=hour))
        told.append(moved.change if moved else "")
    return told


def test_it_fires_once_and_resolves(task):
    rule = rule_on(task)
    told = walk(rule, clear(), over(), over(), clear(), clear())
    assert told == ["", "fired", "", "resolved", ""]
    firing = AlertFiring.objects.get()
    assert (firing.started_at, firing.resolved_at) == (
        NOON + timedelta(hours=1), NOON + timedelta(hours=3),
    )  # fmt: skip
    rule.refresh_from_db()
    assert rule.state == "ok"


def test_between_limit_and_margin_nothing_changes(task):
    rule = rule_on(task)
    assert walk(rule, between(), over(), between(), over(), between()) == ["", "fired", "", "", ""]
    assert AlertFiring.objects.count() == 1


def test_it_ends_after_so_many_clear_answers_in_a_row(task):
    rule = rule_on(task, clear_after=2)
    seen = [over(), clear(), over(), clear(), between(), clear(), clear()]
    assert walk(rule, *seen) == ["fired", "", "", "", "", "", "resolved"]


def test_the_same_answer_looked_at_twice_counts_once(task):
    rule = rule_on(task, clear_after=2)
    same = [over(mark="one"), clear("two"), clear("two"), clear("two"), clear("three")]
    assert walk(rule, *same) == ["fired", "", "", "", "resolved"]


def test_it_says_so_again_after_the_hours_it_was_given(task):
    rule = rule_on(task, repeat_hours=2)
    assert walk(rule, *[over()] * 6) == ["fired", "", "again", "", "again", ""]
    assert AlertFiring.objects.get().told == 3


def test_a_snoozed_rule_is_silent_and_speaks_when_it_wakes(task):
    rule = rule_on(task, snoozed_until=timezone.now() + timedelta(hours=1))
    assert walk(rule, over(), over()) == ["", ""]
    rule.refresh_from_db()
    assert rule.is_firing
    rule.snoozed_until = timezone.now() - timedelta(seconds=1)
    rule.save()
    assert walk(rule, over()) == ["fired"]


def test_an_end_is_not_told_to_who_never_heard_the_beginning(task):
    rule = rule_on(task, snoozed_until=timezone.now() + timedelta(hours=1))
    assert walk(rule, over(), clear()) == ["", ""]
    assert AlertFiring.objects.get().resolved_at


def test_a_rule_that_is_off_stays_as_it_is(task):
    rule = rule_on(task, is_on=False)
    assert walk(rule, over()) == [""]
    assert AlertFiring.objects.count() == 0


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


def told(person):
    return list(Notification.objects.of(person).of_kind("alert").values_list("title", "body"))


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


# --- words and refusals


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "80% interval of load passes 950 within 24 hours"),
        ({"within": 6, "level": 95}, "95% interval of load passes 950 within 6 hours"),
        ({"measure": "mean", "direction": "below", "limit": 12.5},
         "Forecast of load falls below 12.5 within 24 hours"),
        ({"measure": "width"}, "80% interval of load becomes wider than 950 within 24 hours"),
    ],
)  # fmt: skip
def test_a_rule_reads_aloud(task, fields, said):
    assert words.title(rule_on(task, **fields)) == said


def test_names_of_people_are_text_in_the_sentence(task):
    rule = rule_on(task, series="<script>x</script>")
    assert "<script>" not in words.sentence(rule)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"limit": None}, "limit"),
        ({"limit": float("nan")}, "limit"),
        ({"limit": float("inf")}, "limit"),
        ({"level": 50}, "level"),
        ({"within": 0}, "within"),
        ({"within": 25}, "within"),
        ({"margin": -1.0}, "margin"),
        ({"clear_after": 0}, "clear_after"),
        ({"repeat_hours": 10_000}, "repeat_hours"),
        ({"channels": ["pigeon"]}, "channels"),
        ({"series": "nonsense"}, "series"),
        ({"urgent_limit": 900.0}, "urgent_limit"),
        ({"kind": "missing"}, "within"),
        ({"task": None}, "task"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_its_field(task, owner, fields, field):
    rule = AlertRule(
        **{"owner": owner, "dataset": task.dataset, "task": task, "limit": 950.0, **fields}
    )
    with pytest.raises(Problem) as refused:
        keeping.check(rule)
    assert refused.value.field == field
    assert AlertRule.objects.count() == 0


def test_a_new_rule_is_judged_at_once(task, owner):
    give_answer(task, mean=[960.0])
    rule = keeping.make(AlertRule(owner=owner, dataset=task.dataset, task=task, limit=950.0))
    assert rule.is_firing
    assert len(told(owner)) == 1


def test_a_changed_rule_begins_anew(task, owner):
    give_answer(task, mean=[960.0])
    rule = keeping.make(AlertRule(owner=owner, dataset=task.dataset, task=task, limit=950.0))
    rule.limit = 2000.0
    keeping.change(rule, by=owner)
    assert not rule.is_firing
    assert AlertFiring.objects.get().resolved_at


def test_a_test_goes_out_without_a_firing(task, owner):
    rule = rule_on(task, channels=["in_app", "email"])
    [row] = telling.test(rule)
    assert row.title.startswith("Test: 80% interval of load")
    assert AlertFiring.objects.count() == 0
    assert Delivery.objects.count() == 1
    assert mail.outbox == []  # the worker sends it
