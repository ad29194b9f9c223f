"""What people are told of a forecast whose work ended while they looked elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from forecasting import ranking, wording
from forecasting.models import PredictionResult, PredictionTask
from forecasting.models.trained_model import YARDSTICK
from forecasting.transitions import INSTANT, TRAINING
from jobs.models import Job
from jobs.registry import Ending, say_outcomes, tell_end

# A share below this is no difference that people could use.
LEAST_SKILL: Final = 0.005


def connect() -> None:
    """Word the ends of both kinds of jobs."""
    tell_end(INSTANT, words_of)
    tell_end(TRAINING, words_of)
    say_outcomes(INSTANT, outcomes)
    say_outcomes(TRAINING, outcomes)


def words_of(job: Job) -> Ending:
    """`Load, next 7 days is ready`, the leader and its skill; None while the race goes on."""
    task = PredictionTask.objects.following(job).first()
    if task is None or (task.is_live and job.kind == INSTANT):
        return None
    title = gettext("%(name)s is ready") % {"name": task.name}
    return title, _leader_words(task), task.get_absolute_url()


def outcomes(jobs: Sequence[Job]) -> dict[UUID, str]:
    """`Linear leads, MASE 0.62`, by the job: what leads now, as its page says."""
    keys = [job.pk for job in jobs]
    of_jobs = Q(instant_job__in=keys) | Q(training_job__in=keys)
    leaders = PredictionResult.objects.filter(task__in=PredictionTask.objects.filter(of_jobs))
    found: dict[UUID, str] = {}
    for leader in leaders.filter(rank=1).without_points().select_related("task"):
        words = _short_words(leader)
        for key in (leader.task.instant_job_id, leader.task.training_job_id):
            if key in keys and (key == leader.task.training_job_id or not leader.task.races):
                found[key] = words
    return found


def _short_words(leader: PredictionResult) -> str:
    score = leader.metric("mase")
    if score is None:
        return gettext("%(model)s leads") % {"model": leader.label}
    words = {"model": leader.label, "score": f"{score:.2f}"}
    return gettext("%(model)s leads, MASE %(score)s") % words


def _leader_words(task: PredictionTask) -> str:
    ranked = list(task.results.ranked().without_points())
    if not ranked:
        return ""
    leader = ranked[0]
    yardstick = next((one for one in ranked if one.type == YARDSTICK), None)
    gain = ranking.skill(leader.metrics, yardstick.metrics) if yardstick else None
    if gain is None or gain < LEAST_SKILL:
        return gettext("%(model)s leads.") % {"model": leader.label}
    words = {"model": leader.label, "skill": wording.percent(gain)}
    return gettext("%(model)s leads, %(skill)s better than seasonal naive.") % words
