"""Watch a dataset: history is judged once, new rows as they come, labels teach the threshold."""

from datetime import UTC, datetime

import numpy as np
import pytest
from django.core.files.storage import default_storage

from accounts.problems import Conflict
from datasets.versioning import appending
from forecasting.anomalies import storing, watch_jobs, watching
from forecasting.anomalies.signals import anomaly_found
from forecasting.models import Anomaly, AnomalyWatch
from jobs.models import Job
from tests.datasets.given import Quietly, build_here
from tests.datasets.made import read_dataset
from tests.factories import make_share
from tests.forecasting.watched import (
    DIP,
    SPIKE,
    again,
    anomalies,
    as_text,
    begun,
    judged,
    odd_dataset,
    odd_values,
    wish,
)

pytestmark = pytest.mark.django_db


def hour_of(moment):
    """Rows since the first."""
    return int((moment - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() // 3600)


def append(dataset, values, first):
    """More rows, and what waits for the commit."""
    content = [as_text(values, first).encode()]
    arrived = appending.keep(dataset, name="more.csv", content=content)
    run = Quietly(dataset=str(dataset.pk), same="ask", **arrived.to_dict())
    return appending.append(run, reader=build_here)


@pytest.fixture
def heard():
    found = []

    def receiver(watch, anomalies, **_signal):
        found.extend(anomalies)

    anomaly_found.connect(receiver, dispatch_uid="test")
    yield found
    anomaly_found.disconnect(dispatch_uid="test")


def test_history_is_judged_and_what_stands_out_is_kept(
    owner, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        watch = judged(owner, per_week=1)
    found = {hour_of(row.start): row for row in anomalies(watch)}
    assert found[SPIKE].kind == Anomaly.Kind.SPIKE
    assert found[DIP].kind == Anomaly.Kind.DIP
    assert found[SPIKE].size == pytest.approx(60, abs=15)
    assert found[SPIKE].value > found[SPIKE].upper > found[SPIKE].expected
    assert watch.rate["alarms"] == len(found)
    assert watch.rate["per_week"] <= 1
    assert watch.rate["low"] < watch.rate["per_week"] < watch.rate["high"]
    assert watch.job.state == Job.State.SUCCEEDED
    # Who sets a watch up looks at the history; alarms are for what comes.
    assert heard == []


def test_new_rows_are_judged_when_they_come_and_never_twice(
    owner, heard, django_capture_on_commit_callbacks
):
    watch = judged(owner)
    before = storing.read_scores(watch)[0]
    there = {row.pk for row in anomalies(watch)}
    more = odd_values(530)[500:]
    more[20] += 80
    with django_capture_on_commit_callbacks(execute=True):
        append(watch.dataset, more, 500)
    watch = again(watch)
    assert watch.job.state == Job.State.QUEUED
    with django_capture_on_commit_callbacks(execute=True):
        watch_jobs.scan_anomalies(str(watch.job_id))
    watch = again(watch)
    after = storing.read_scores(watch)[0]
    assert len(after) == 530
    assert np.array_equal(after.p[:500], before.p, equal_nan=True)
    new = [row for row in anomalies(watch) if row.pk not in there]
    assert [hour_of(row.start) for row in new] == [520]
    assert [row.pk for row in heard] == [row.pk for row in new]
    # The same version again brings nothing.
    watch_jobs.start_scan(watch)
    watch_jobs.scan_anomalies(str(again(watch).job_id))
    assert len(storing.read_scores(again(watch))[0]) == 530
    assert len(heard) == 1
    assert len(list(default_storage.listdir(storing.folder_of(watch))[0])) <= 2


def test_a_past_that_was_changed_is_judged_anew_and_labels_stay(owner):
    dataset = odd_dataset(owner)
    watch = judged(owner, dataset)
    spike = next(row for row in anomalies(watch) if hour_of(row.start) == SPIKE)
    watching.label(spike, "real", "a test of the pump", person=owner)
    changed = odd_values()
    changed[300] -= 70
    other = read_dataset(owner, as_text(changed))
    AnomalyWatch.objects.filter(pk=watch.pk).update(dataset=other)
    watch_jobs.start_scan(again(watch))
    watch_jobs.scan_anomalies(str(again(watch).job_id))
    hours = {hour_of(row.start): row for row in anomalies(watch)}
    assert 300 in hours
    assert (hours[SPIKE].pk, hours[SPIKE].label) == (spike.pk, "real")


def test_a_watch_that_rests_judges_nothing_until_it_is_woken(
    owner, django_capture_on_commit_callbacks
):
    watch = judged(owner)
    watch = watching.change(watch, {"is_active": False}, person=owner)
    with django_capture_on_commit_callbacks(execute=True):
        append(watch.dataset, odd_values(510)[500:], 500)
    assert not again(watch).is_judging
    watching.change(again(watch), {"is_active": True}, person=owner)
    assert again(watch).is_judging


def test_more_alarms_a_week_make_a_laxer_threshold(owner):
    watch = judged(owner, per_week=0.5)
    few, strict = len(anomalies(watch)), watch.threshold
    watch = watching.change(watch, {"per_week": 5.0}, person=owner)
    assert watch.threshold > strict
    assert len(anomalies(watch)) > few
    assert watch.rate["alarms"] == len(anomalies(watch))


def test_false_alarms_fall_away_and_real_ones_stay(owner):
    watch = judged(owner, per_week=5)
    rows = anomalies(watch)
    real = [row for row in rows if hour_of(row.start) in {SPIKE, DIP}]
    noise = [row for row in rows if row not in real]
    assert len(real) == 2
    assert noise
    for row in real:
        watching.label(row, "real", "", person=owner)
    watch = watching.label(max(noise, key=lambda row: -row.p), "false", "", person=owner)
    left = {row.pk for row in anomalies(watch)}
    assert {row.pk for row in real} <= left
    assert watch.learned < watch.threshold
    assert watch.lesson["false_dropped"] == watch.lesson["false"] == 1
    assert watch.lesson["real_kept"] == 2
    assert watch.rate["per_week"] < watch.lesson["before_per_week"]
    # What was labelled stays to be seen; taking the label back brings the rest back.
    false = Anomaly.objects.get(label="false")
    assert not false.counts
    watch = watching.label(false, "", "", person=owner)
    assert watch.learned is None
    assert len(anomalies(watch)) == len(rows)


def test_what_was_expected_teaches_nothing_about_the_threshold(owner):
    watch = judged(owner)
    watch = watching.label(anomalies(watch)[0], "expected", "a holiday", person=owner)
    assert (watch.learned, watch.lesson) == (None, {})
    row = Anomaly.objects.get(label="expected")
    assert (row.note, row.labelled_by) == ("a holiday", owner)
    assert row.labelled_at is not None


def test_another_detector_judges_the_history_again(owner):
    watch = judged(owner)
    watch = watching.change(watch, {"detector": "forecast"}, person=owner)
    assert watch.threshold is None
    assert watch.is_judging
    watch_jobs.scan_anomalies(str(watch.job_id))
    assert SPIKE in {hour_of(row.start) for row in anomalies(again(watch))}


def test_detectors_are_compared_on_the_same_rows(owner):
    watch = judged(owner)
    watch_jobs.start_comparison(watch)
    watch_jobs.compare_detectors(str(again(watch).compare_job_id))
    told = again(watch).comparison
    assert [one["name"] for one in told["detectors"]] == ["forecast", "season", "forest"]
    # Spike and dip are seen by more than one.
    season = told["detectors"][1]
    assert season["by_two"] + season["by_all"] >= 2
    assert sum(season[name] for name in ("alone", "by_two", "by_all")) == season["events"]
    assert next(pair["pair"] for pair in told["pairs"]) == ["forecast", "season"]


def test_every_series_of_a_wide_file_is_judged_and_a_still_one_says_why(owner):
    values = odd_values()
    rows = [line.split(",") for line in as_text(values).splitlines()[1:]]
    text = "time,load,still,wind\n" + "".join(f"{t},{v},5,{v}\n" for t, v in rows)
    dataset = read_dataset(owner, text)
    columns = [c for c in dataset.current_version.columns.all() if c.is_number]
    watch = judged(owner, dataset, targets=tuple(columns))
    assert {row.series for row in anomalies(watch)} == {"load", "wind"}
    assert "never changes" in watch.refused["still"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (as_text(odd_values(60)), "60 rows; 92 are needed"),
        (as_text(np.full(200, 5.0)), "never changes"),
    ],
)
def test_a_series_in_which_nothing_can_stand_out_fails_with_a_sentence(owner, text, why):
    watch = judged(owner, read_dataset(owner, text))
    assert watch.job.state == Job.State.FAILED
    assert why in watch.job.error
    assert not watch.is_ready
    assert anomalies(watch) == []


def test_a_scan_that_is_cancelled_leaves_nothing(owner):
    watch = begun(owner)
    Job.objects.filter(pk=watch.job_id).update(cancel_requested=True)
    watch_jobs.scan_anomalies(str(watch.job_id))
    watch = again(watch)
    assert watch.job.state == Job.State.CANCELLED
    assert (watch.folder, anomalies(watch)) == ("", [])


def test_a_watch_goes_with_its_files_and_its_work(owner, django_capture_on_commit_callbacks):
    watch = judged(owner)
    watch_jobs.start_scan(watch)
    job, folder = again(watch).job, storing.folder_of(watch)
    assert default_storage.exists(folder)
    with django_capture_on_commit_callbacks(execute=True):
        watching.end(again(watch), person=owner)
    assert not default_storage.exists(folder)
    assert Job.objects.get(pk=job.pk).state == Job.State.CANCELLED
    assert not Anomaly.objects.exists()


def test_a_job_of_a_watch_that_is_gone_ends_quietly(owner):
    watch = begun(owner)
    job = watch.job
    AnomalyWatch.objects.filter(pk=watch.pk).delete()
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)
    watch_jobs.scan_anomalies(str(job.pk))
    assert Job.objects.get(pk=job.pk).state == Job.State.SUCCEEDED


def test_a_dataset_has_twenty_watches_at_most(owner):
    dataset = odd_dataset(owner)
    for number in range(watching.MOST_WATCHES):
        AnomalyWatch.objects.create(owner=owner, dataset=dataset, name=str(number))
    with pytest.raises(Conflict, match="20 watches"):
        watching.begin(wish(dataset), owner=owner)


def test_who_sees_the_dataset_sees_its_watches(owner, collaborator, stranger):
    watch = begun(owner)
    assert not AnomalyWatch.objects.visible_to(collaborator).exists()
    make_share(watch.dataset, collaborator)
    assert AnomalyWatch.objects.visible_to(collaborator).get() == watch
    assert not AnomalyWatch.objects.editable_by(collaborator).exists()
    assert not AnomalyWatch.objects.visible_to(stranger).exists()
