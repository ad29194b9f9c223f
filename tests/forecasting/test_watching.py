"""A champion is watched on rows that come later: steady, drifting, told, challenged, replaced."""

import json

import numpy as np
import pytest

from accounts.models import AuditEvent, Notification
from accounts.problems import Problem
from forecasting.fresh import following, move_jobs
from forecasting.models import (
    AlertRule,
    ModelLine,
    ModelPromotion,
    ModelVersion,
    ModelWatch,
    PredictionTask,
    Schedule,
)
from forecasting.registry import comparing, promoting
from forecasting.watching import challenging, deciding, records, ruling, watch_jobs, words
from forecasting.watching.shown_watch import ShownWatch
from jobs.models import Job
from tests.forecasting.appended import HOURS, append, usual_dataset, usual_values
from tests.forecasting.made import answered

pytestmark = pytest.mark.django_db
State = ModelWatch.State
Reason = ModelPromotion.Reason


def line_of(task):
    return ModelLine.objects.with_aliases().get(dataset=task.dataset)


def champion_is(task, kind):
    """Let one of the models of a forecast be the champion."""
    version = ModelVersion.objects.get(model=task.results.get(type=kind).model)
    line = line_of(task)
    if line.champion_id != version.pk:
        promoting.promote(version, actor=task.owner)
    return version


def again(watch):
    return ModelWatch.objects.for_judging().get(pk=watch.pk)


def look(line):
    watch = again(watch_jobs.watch_of(line))
    job = watch_jobs.start_look(watch)
    watch_jobs.watch_model(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, job.error
    return again(watch)


def train(watch, **how):
    job = challenging.start(again(watch), **{"why": challenging.Why.HAND, **how})
    challenging.train_challenger(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, job.error
    return again(watch)


def changed_values(hours, since):
    """From then on a turn takes 17 hours instead of 24."""
    clock = np.arange(hours)
    noise = np.random.default_rng(0).normal(0, 2, hours)
    turns = np.where(clock < since, clock / 24, since / 24 + (clock - since) / 17)
    return 100 + 30 * np.sin(2 * np.pi * turns) + noise


@pytest.fixture
def task(owner):
    return answered(owner, usual_dataset(owner))


@pytest.fixture
def drifting(task):
    """A watch whose champion drifts since the first new row."""
    champion_is(task, "linear")
    append(task.dataset, changed_values(HOURS + 240, HOURS)[HOURS:], HOURS)
    watch = watch_jobs.watch_of(line_of(task))
    ModelWatch.objects.filter(pk=watch.pk).update(trains_on_drift=False)
    return look(line_of(task))


def told(person, kind):
    return list(Notification.objects.of(person).of_kind(kind).values_list("title", "body"))


def test_before_a_row_has_come_there_is_nothing_to_say(task):
    watch = look(line_of(task))
    assert watch.state == State.WAITING
    assert "No value has come" in words.summary(watch)


def test_usual_rows_leave_it_steady(task):
    champion_is(task, "linear")
    append(task.dataset, usual_values(HOURS + 96)[HOURS:], HOURS)
    watch = look(line_of(task))
    assert watch.state == State.STEADY
    assert (watch.seen["times"], watch.seen["since"]) == (96, "2026-01-20T23:00:00")
    assert watch.seen["held"]["count"] == 96
    assert 0.7 < watch.seen["held"]["inside"] / 96 < 0.9
    assert words.summary(watch).startswith("Steady over 96 steps")


@pytest.mark.slow
def test_every_row_is_judged_once_and_whole_horizons_when_they_are_over(task):
    champion = champion_is(task, "linear")
    values = usual_values(HOURS + 60)
    append(task.dataset, values[HOURS : HOURS + 40], HOURS)
    first = records.read(look(line_of(task)).seen["files"][str(champion.pk)])
    assert first["whole"].notna().sum() == 40 - 23
    append(task.dataset, values[HOURS + 40 :], HOURS + 40)
    second = records.read(look(line_of(task)).seen["files"][str(champion.pk)])
    assert len(second) == second["ds"].nunique() == 60
    assert second["whole"].notna().sum() == 60 - 23
    assert second["mean"][:17].tolist() == first["mean"][:17].tolist()


def test_a_page_shown_while_another_look_ends_shows_what_that_found(
    task, django_capture_on_commit_callbacks
):
    champion_is(task, "linear")
    values = usual_values(HOURS + 72)
    append(task.dataset, values[HOURS : HOURS + 48], HOURS)
    before = look(line_of(task))
    append(task.dataset, values[HOURS + 48 :], HOURS + 48)
    with django_capture_on_commit_callbacks(execute=True):
        look(line_of(task))
    shown = ShownWatch(before)
    assert shown.has_values
    assert len(json.loads(shown.errors_json)["data"][0]["x"]) == 72


def test_a_change_is_found_and_the_owner_hears_of_it_once(drifting, owner):
    assert drifting.state == State.DRIFTING
    assert drifting.seen["sign"] == "errors"
    assert drifting.seen["onset"].startswith("2026-01-2")
    [(title, body)] = told(owner, "drift")
    assert title == "load-24h drifts"
    assert "load has been further from its forecast than before since" in body
    assert body.endswith("Train a challenger on the newest rows, or look at the data.")
    since = drifting.drifted_at
    assert look(drifting.line).drifted_at == since
    assert len(told(owner, "drift")) == 1


def test_who_has_a_rule_hears_of_it_by_that_rule(task, owner):
    rule = AlertRule.objects.create(
        owner=owner, dataset=task.dataset, task=task, kind="drift", clear_after=1
    )
    champion_is(task, "linear")
    append(task.dataset, changed_values(HOURS + 240, HOURS)[HOURS:], HOURS)
    look(line_of(task))
    rule.refresh_from_db()
    assert rule.is_firing
    assert told(owner, "drift") == []
    [(title, body)] = told(owner, "alert")
    assert title == f"{task.name} drifts"
    assert "further from its forecast" in body


@pytest.mark.slow
def test_a_rule_with_a_limit_is_held_against_the_error(task, owner):
    champion_is(task, "linear")
    common = {"owner": owner, "dataset": task.dataset, "task": task, "kind": "drift"}
    high = AlertRule.objects.create(limit=1e6, **common)
    low = AlertRule.objects.create(limit=0.01, **common)
    append(task.dataset, changed_values(HOURS + 240, HOURS)[HOURS:], HOURS)
    watch = look(line_of(task))
    for rule in (high, low):
        rule.refresh_from_db()
    assert (high.is_firing, low.is_firing) == (False, True)
    assert low.last_value == pytest.approx(watch.seen["mase"])


def test_a_challenger_learns_the_newest_rows_and_is_tested_on_what_it_left_out(drifting, owner):
    watch = train(drifting, actor=owner)
    rival = watch.line.challenger
    assert rival.model.type == watch.line.champion.model.type == "linear"
    assert rival.model.version == watch.line.dataset.current_version
    assert rival.model.is_ready
    assert rival.recipe == watch.line.champion.recipe
    duel = rival.model.metrics["duel"]
    assert (duel["on"], duel["windows"]) == ("windows", 5)
    assert duel["gain"] > 0.2
    move = watch.line.promotions.order_by("-created_at").first()
    assert (move.alias, move.reason, move.actor) == ("challenger", Reason.HAND, owner)
    compared = comparing.compare(rival.model, watch.line.champion.model)
    assert len(compared.windows) == 5
    assert compared.gain == pytest.approx(duel["gain"])
    # Without a rule nothing else moves.
    assert watch.line.champion.number == drifting.line.champion.number
    assert "more accurate than the champion" in words.duel(watch)


@pytest.mark.slow
def test_the_rule_promotes_what_is_better_and_says_so(drifting, owner):
    before = drifting.line.champion
    ModelWatch.objects.filter(pk=drifting.pk).update(promotes="rule", most_p=0.2)
    watch = train(drifting, why=challenging.Why.DRIFT)
    assert watch.line.champion != before
    assert watch.line.challenger is None
    move = watch.line.promotions.filter(alias="champion").order_by("-created_at").first()
    assert (move.reason, move.actor, move.replaced) == (Reason.RULE, None, before)
    assert move.evidence["gain"] > 0.2
    assert move.evidence["least_gain"] == 0.05
    event = AuditEvent.objects.filter(action="model.promoted").order_by("-at").first()
    assert event.details["reason"] == "rule"
    [(title, _body)] = told(owner, "promoted")
    assert title == f"load-24h: v{move.number} was promoted by rule"


@pytest.mark.slow
def test_a_rule_that_asks_for_more_keeps_the_champion(drifting):
    ModelWatch.objects.filter(pk=drifting.pk).update(promotes="rule", least_gain=0.9)
    watch = train(drifting)
    assert watch.line.challenger is not None
    assert watch.line.champion == drifting.line.champion


@pytest.mark.slow
def test_a_switched_off_watch_promotes_nothing(drifting):
    watch = train(drifting)
    ModelWatch.objects.filter(pk=watch.pk).update(promotes="rule", most_p=0.5, is_on=False)
    assert ruling.by_rule(again(watch)) is None


@pytest.mark.slow
def test_drift_trains_one_challenger(drifting, owner):
    ModelWatch.objects.filter(pk=drifting.pk).update(trains_on_drift=True)
    watch = look(drifting.line)
    job = watch.challenger_job
    assert (job.kind, job.state, job.arguments["why"]) == ("challenger", "queued", "drift")
    challenging.train_challenger(str(job.pk))
    deciding.after_look(again(watch), began=False)
    assert again(watch).challenger_job_id == job.pk
    assert again(watch).line.challenger.model.metrics["trained"] == "drift"


def test_nothing_newer_is_nothing_to_learn(task):
    watch = again(watch_jobs.watch_of(line_of(task)))
    with pytest.raises(Problem, match="Nothing has changed since v"):
        challenging.start(watch, why=challenging.Why.HAND)


@pytest.mark.slow
def test_a_second_wish_meets_the_job_that_runs(drifting):
    first = challenging.start(drifting, why=challenging.Why.HAND)
    assert challenging.start(again(drifting), why=challenging.Why.HAND) == first


def test_too_few_new_rows_train_without_a_test(task):
    champion_is(task, "linear")
    append(task.dataset, usual_values(HOURS + 10)[HOURS:], HOURS)
    watch = train(watch_jobs.watch_of(line_of(task)))
    assert watch.line.challenger.model.metrics["windows"] == []
    watch = look(watch.line)
    assert watch.duel == {}
    assert "24 hours of new rows are needed" in words.duel(watch)


@pytest.mark.slow
def test_the_duel_goes_on_with_rows_that_neither_knew(task):
    champion_is(task, "linear")
    values = changed_values(HOURS + 440, HOURS)
    append(task.dataset, values[HOURS : HOURS + 240], HOURS)
    watch = train(watch_jobs.watch_of(line_of(task)))
    assert look(watch.line).duel["on"] == "windows"
    append(task.dataset, values[HOURS + 240 :], HOURS + 240)
    watch = look(watch.line)
    assert (watch.duel["on"], watch.duel["windows"]) == ("arrived", 8)
    assert watch.duel["first"] > "2026-01-31T00:00:00"
    assert watch.duel["gain"] > 0


@pytest.mark.slow
def test_a_promotion_begins_the_watch_anew_and_can_be_taken_back(
    drifting, owner, django_capture_on_commit_callbacks
):
    first = drifting.line.champion
    watch = train(drifting)
    with django_capture_on_commit_callbacks(execute=True):
        promoting.promote(watch.line.challenger, actor=owner)
    watch = again(watch)
    assert watch.look_job.is_live
    watch_jobs.watch_model(str(watch.look_job.pk))
    assert again(watch).state == State.WAITING
    promoting.roll_back(watch.line, actor=owner)
    watch = look(watch.line)
    assert (watch.line.champion, watch.state) == (first, State.DRIFTING)


def test_a_column_that_is_gone_is_said(task):
    newest = append(task.dataset, usual_values(HOURS + 10)[HOURS:], HOURS)
    newest.columns.filter(name="load").delete()
    watch = look(line_of(task))
    assert "has no column" in words.summary(watch)


def test_rows_that_come_are_looked_at_and_scored(
    task, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr("forecasting.watching.wiring.send", lambda *said: sent.append(said))
    with django_capture_on_commit_callbacks(execute=True):
        newest = append(task.dataset, usual_values(HOURS + 10)[HOURS:], HOURS)
    assert sent == [("forecasting.score_forecasts", str(newest.pk))]
    assert ModelWatch.objects.get(line=line_of(task)).look_job.state == Job.State.QUEUED


def test_strangers_see_no_watches(drifting, owner, stranger, viewer):
    assert ModelWatch.objects.visible_to(owner).count() == 1
    assert ModelWatch.objects.editable_by(owner).count() == 1
    assert ModelWatch.objects.visible_to(stranger).count() == 0


@pytest.mark.slow
def test_a_promoted_challenger_answers_the_next_run_of_the_forecast(
    drifting, task, owner, django_capture_on_commit_callbacks
):
    watch = train(drifting)
    rival = watch.line.challenger
    with django_capture_on_commit_callbacks(execute=True):
        promoting.promote(rival, actor=owner)
    made = PredictionTask.objects.runs_of(task).first()
    assert (made.run, made.moved_by, made.version) == (2, "asked", rival.model.version)
    move_jobs.move_forecast(str(made.instant_job_id))
    assert made.results.get(type="linear").model == rival.model
    assert task.results.get(type="linear").model == drifting.line.champion.model


def test_rows_that_a_model_took_in_do_not_hide_its_drift(task):
    champion = champion_is(task, "linear")
    newest = append(task.dataset, changed_values(HOURS + 240, HOURS)[HOURS:], HOURS)
    assert following.move_all(newest) == 1
    made = PredictionTask.objects.runs_of(task).first()
    move_jobs.move_forecast(str(made.instant_job_id))
    watch = look(line_of(task))
    assert (watch.champion, watch.state) == (champion, State.DRIFTING)
    assert watch.seen["times"] == 240


def test_drift_runs_the_schedules_that_wait_for_it(task, owner):
    champion_is(task, "linear")
    schedule = Schedule.objects.create(owner=owner, forecast=task, every="drift", does="refit")
    append(task.dataset, changed_values(HOURS + 240, HOURS)[HOURS:], HOURS)
    look(line_of(task))
    schedule.refresh_from_db()
    assert schedule.last_outcome == Schedule.Outcome.STARTED
    assert schedule.last_run.moved_by == "drift"
    look(line_of(task))
    assert PredictionTask.objects.runs_of(task).count() == 2


@pytest.mark.slow
def test_a_challenger_that_a_forecast_brought_meets_the_champion_on_its_windows(task, owner):
    champion = champion_is(task, "linear")
    append(task.dataset, changed_values(HOURS + 600, HOURS)[HOURS:], HOURS)
    later = answered(owner, task.dataset)
    line = line_of(task)
    rival = later.results.get(type="linear").model.registered
    if line.challenger != rival:
        promoting.promote(rival, alias="challenger", actor=owner)
    watch = look(line)
    windows = later.results.get(type="linear").metrics["windows"]
    assert (watch.line.champion, watch.duel["on"]) == (champion, "windows")
    assert watch.duel["windows"] == len(windows)
    scale = watch.seen["scales"]["load"]
    own = np.mean([window["mae"] for window in windows]) / scale
    assert watch.duel["own"] == pytest.approx(own)
    assert watch.duel["gain"] > 0


def test_the_list_of_models_shows_which_ones_drift(drifting, owner_client):
    text = owner_client.get("/models/").content.decode()
    assert '<span class="pill warn">Drifting</span>' in text
    assert drifting.line in ModelLine.objects.needing_attention()
    assert drifting.line not in ModelLine.objects.steady()
