"""The jobs of a watch: judge history and new rows, try the other detectors."""

from __future__ import annotations

from typing import Any, Final

from celery import shared_task
from django.db import transaction
from django.db.models.signals import post_delete
from django.utils import translation
from django.utils.translation import pgettext_lazy

from datasets.marks import register_marks
from datasets.models import Version
from datasets.signals import version_ready
from forecasting.anomalies import alerting, comparing, figures, scanning, storing
from forecasting.models import AnomalyWatch
from forecasting.refusals import speaking
from jobs import moves
from jobs.models import Job
from jobs.registry import name_kind
from jobs.running import Progress, enqueue, running

SCAN: Final = "anomalies"
COMPARE: Final = "detectors"


def connect() -> None:
    """Judge new rows of every dataset that is watched; say what people call the jobs."""
    name_kind(SCAN, pgettext_lazy("kind of job", "anomalies"))
    name_kind(COMPARE, pgettext_lazy("kind of job", "detectors compared"))
    alerting.connect()
    register_marks("anomalies", figures.dataset_marks)
    version_ready.connect(_on_new_version, dispatch_uid="forecasting.watch_new_version")
    post_delete.connect(_tidy, sender=AnomalyWatch, dispatch_uid="forecasting.watch_deleted")


@shared_task(name="forecasting.scan_anomalies")
def scan_anomalies(job_id: str) -> None:
    """Judge the rows of a watch that are not judged yet."""
    with running(job_id) as run:
        watch = _watch_of(run)
        if run is None or watch is None:
            return
        with translation.override(watch.owner.language or None), speaking():
            scanning.scan(watch, run)


@shared_task(name="forecasting.compare_detectors")
def compare_detectors(job_id: str) -> None:
    """Let the other detectors judge the same history."""
    with running(job_id) as run:
        watch = _watch_of(run)
        if run is None or watch is None:
            return
        with translation.override(watch.owner.language or None), speaking():
            comparing.compare(watch, run)


def start_scan(watch: AnomalyWatch) -> Job:
    """Judge soon what is not judged yet; one job at a time is enough."""
    with transaction.atomic():
        held = (
            AnomalyWatch.objects.select_for_update(of=("self",))
            .select_related("job")
            .get(pk=watch.pk)
        )
        if held.job is not None and held.job.state == Job.State.QUEUED:
            return held.job
        job = _enqueue(held, scan_anomalies, SCAN)
        AnomalyWatch.objects.filter(pk=watch.pk).update(job=job)
    watch.job = job
    return job


def start_comparison(watch: AnomalyWatch) -> Job:
    """Try the other detectors; the job that does already is answered."""
    with transaction.atomic():
        held = (
            AnomalyWatch.objects.select_for_update(of=("self",))
            .select_related("compare_job")
            .get(pk=watch.pk)
        )
        if held.compare_job is not None and held.compare_job.is_live:
            return held.compare_job
        job = _enqueue(held, compare_detectors, COMPARE)
        AnomalyWatch.objects.filter(pk=watch.pk).update(compare_job=job)
    watch.compare_job = job
    return job


def _enqueue(watch: AnomalyWatch, task: Any, kind: str) -> Job:
    return enqueue(
        task,
        owner=watch.owner,
        kind=kind,
        title=watch.name,
        link=watch.get_absolute_url(),
        arguments={"watch": str(watch.pk), "dataset": str(watch.dataset_id)},
    )


def _watch_of(run: Progress | None) -> AnomalyWatch | None:
    """The watch a job is about; None when it was deleted meanwhile."""
    if run is None:
        return None
    return AnomalyWatch.objects.for_list().filter(pk=run.arguments["watch"]).first()


def _on_new_version(sender: Any, version: Version, **_signal: Any) -> None:
    for watch in AnomalyWatch.objects.of_dataset(version.dataset).active().for_list():
        start_scan(watch)


def _tidy(sender: Any, instance: AnomalyWatch, **_signal: Any) -> None:
    """A watch that goes takes its work and its files with it."""
    for job in (instance.job, instance.compare_job):
        if job is not None and job.is_live:
            moves.cancel(job)
    key = storing.folder_of(instance)
    transaction.on_commit(lambda: storing.remove(key))
