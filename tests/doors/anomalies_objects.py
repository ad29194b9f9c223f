"""Rows behind the doors of anomalies."""

from forecasting.models import Anomaly
from tests.doors import datasets_objects
from tests.doors.replay import Replay
from tests.forecasting.watched import judged


def parts(watch):
    jobs = [job for job in (watch.job, watch.compare_job) if job]
    found = Anomaly.objects.of_watch(watch)
    return [*datasets_objects.parts(watch.dataset), *jobs, watch, *found]


watch = Replay(judged, parts)


def anomaly(owner):
    """The first thing that a watch found."""
    return Anomaly.objects.of_watch(watch(owner)).order_by("start").first()
