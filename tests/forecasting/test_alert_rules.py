"""A rule fires once, ends when it is over, and does not flap."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from django.core import mail
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Delivery
from accounts.problems import Problem
from forecasting.alerts import keeping, readings, states, telling, words
from forecasting.alerts.readings import Reading
from forecasting.models import AlertFiring, AlertRule
from tests.forecasting.alerting import give_answer, quiet_forecast, rule_on, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(owner):
    return quiet_forecast(owner)


NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


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
